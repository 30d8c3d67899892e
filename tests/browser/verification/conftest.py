"""A department with a verification team, and tablets of its people: each test has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.day.conftest import founded, playwright  # noqa: F401 - fixtures of the field day
from tests.browser.day.department import LEADER, Department
from tests.browser.day.tablet import UPRIGHT, FieldTablet
from tests.browser.verification.market import Market


@pytest.fixture
def market(founded: Department, tmp_path: Path) -> Iterator[Market]:  # noqa: F811 - the fixture that is imported
    """The office has prepared a market day, and serves."""
    made = Market.prepared(founded.copied(tmp_path / "server"))
    made.department.server.starts()
    yield made
    made.department.server.stops()


@pytest.fixture
def tablet_for(market: Market, playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., FieldTablet]]:  # noqa: F811 - as above
    """Enrol tablets for people of the team; what the app throws fails the test."""
    tablets: list[FieldTablet] = []

    def make(username: str = LEADER, name: str = "Máy 07", size: tuple[int, int] = UPRIGHT) -> FieldTablet:
        tablets.append(FieldTablet(playwright, market.department, tmp_path / f"profile{len(tablets)}", size))
        tablets[-1].starts()
        tablets[-1].enrols(username, name)
        return tablets[-1]

    yield make
    for tablet in tablets:
        tablet.stops()
    assert [c for tablet in tablets for c in tablet.complaints] == []
