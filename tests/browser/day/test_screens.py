"""Every screen of the tablet, in every light and both ways round: axe's findings, contrast, targets for a thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.day.department import Department
from tests.browser.day.tablet import ACROSS, FieldTablet
from tests.browser.looking import looks_right, reads_well
from tests.pictures import jpeg

pytestmark = pytest.mark.timeout(900)


def _looks_right_everywhere(page: Page, name: str) -> None:
    """By day, by night, in the sun; and on a tablet that lies across the table."""
    upright = page.viewport_size
    assert upright is not None
    _shines(page, "light")
    looks_right(page, f"{name}-light")
    for light in ("dark", "sun"):
        _shines(page, light)
        reads_well(page, f"{name}-{light}")
    _shines(page, "light")
    page.set_viewport_size({"width": ACROSS[0], "height": ACROSS[1]})
    reads_well(page, f"{name}-across")
    page.set_viewport_size(upright)


def _shines(page: Page, light: str) -> None:
    page.evaluate("light => document.documentElement.dataset.theme = light", light)


def test_every_screen_in_every_light(tablet: FieldTablet, department: Department) -> None:
    page, inspection = tablet.page, department.inspection_at("Cửa hàng xăng dầu Song Mai")
    site = department.states("inspection")[inspection]["establishment_id"]
    instrument = next(id for id, s in department.states("instrument").items() if s["establishment_id"] == site)
    tablet.begins(inspection)
    tablet.answers("GE02", "Không đạt", "Ghi chú của đoàn.")
    tablet.photographs("GE02", jpeg((640, 480)))
    screens = {
        "today": "/", "sites": "/sites", "site": f"/sites/{site}", "site-new": "/sites/new", "site-edit": f"/sites/{site}/edit",
        "instrument": f"/instruments/{instrument}", "instrument-new": f"/sites/{site}/instruments/new",
        "inspection": f"/inspections/{inspection}", "conflicts": f"/inspections/{inspection}/conflicts",
        "samples": f"/inspections/{inspection}/samples", "minutes": f"/inspections/{inspection}/minutes",
        "words": f"/inspections/{inspection}/minutes/words", "attempt": f"/inspections/{inspection}/minutes/attempt",
        "blanks": f"/inspections/{inspection}/minutes/blanks", "closing": f"/inspections/{inspection}/minutes/new/inspection",
        "numbers": "/numbers", "scan": "/scan", "sync": "/sync", "more": "/more", "settings": "/settings", "help": "/help", "start": "/start",
    }  # fmt: skip
    for name, path in screens.items():
        tablet.goes(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        _looks_right_everywhere(page, name)
    tablet.goes(f"/inspections/{inspection}")
    tablet.shows("Từng vòi: kiểm tra sai số")
    tablet.measures("FU14", {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,91", "Thời gian": "32"})
    _looks_right_everywhere(page, "measuring")
