"""How often and with which seed the server is killed."""

from __future__ import annotations

import random

import pytest

KILLS = 25
"""Enough for every kind of act to be met in its middle; `make soak` does hundreds."""


@pytest.fixture
def kills(pytestconfig: pytest.Config) -> int:
    """How many kills."""
    found: int = pytestconfig.getoption("--kills") or KILLS
    return found


@pytest.fixture
def kill_seed(pytestconfig: pytest.Config) -> int:
    """The seed of the moments: a new one each run, or the one to be repeated."""
    found: int | None = pytestconfig.getoption("--kill-seed")
    return random.SystemRandom().randrange(10**6) if found is None else found
