"""The tablet that all comparisons ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checklists.limits import load_rules
from tests.checklists.procedures.test_against_fractions import confirmed
from tests.checklists.twins.tablet import Tablet, running


@pytest.fixture(scope="session")
def tablet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablet]:
    """One process; it knows the shipped rules, and the same with every number confirmed."""
    with running(tmp_path_factory.mktemp("twins")) as found:
        found.knows("shipped", load_rules())
        found.knows("confirmed", confirmed())
        yield found
