"""A verifier at the table of a market: one scale passes, one fails, every screen is looked at on the way, upright and across."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.day.tablet import ACROSS, UPRIGHT, FieldTablet
from tests.browser.looking import looks_right
from tests.browser.verification.market import AREA, LAN, PLACE, Market
from tests.browser.verification.table import Table

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("size", [UPRIGHT, ACROSS], ids=["upright", "across"])
def test_a_scale_passes_and_a_scale_fails(
    market: Market, tablet_for: Callable[..., FieldTablet], size: tuple[int, int]
) -> None:
    table = Table(tablet_for(size=size))
    page = table.page

    def looks(name: str) -> None:
        looks_right(page, f"kd-{name}")

    table.tablet.goes("/verification")
    looks("sessions")
    table.tablet.goes("/verification/new")
    looks("session-new")
    table.opens_session(PLACE, AREA, "cấp M1")
    table.reads_environment("27,5", "68")
    table.is_given(sticker=1, seal=1)
    looks("marks")
    table.goes()
    looks("day")
    table.brings_back("25A000101")
    table.ticks("NH30-002")
    looks("register")
    slip, number = table.writes_slip()
    looks("slip")
    expect(page.get_by_role("region", name="Phiếu tiếp nhận")).to_contain_text(LAN["name"])
    good, bad = market.scales
    table.takes(slip, good)
    looks("one")
    assert number
    assert bad
