"""Somebody copied a tablet's storage: both copies work on, and the server finds out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.day.department import Department
from tests.browser.day.tablet import FieldTablet

pytestmark = pytest.mark.timeout(600)


def test_a_cloned_tablet_is_found_out(tablet_of: Callable[..., FieldTablet], department: Department) -> None:
    """Acceptance 8: neither copy's record is dropped, issuing stops, and both tablets say why."""
    station, other = (
        department.inspection_at("Cửa hàng xăng dầu Song Mai"),
        department.inspection_at("Cửa hàng xăng dầu Nếnh"),
    )
    first, copy = tablet_of(), tablet_of()
    for tablet, inspection in ((first, station), (copy, other)):
        tablet.starts()
        tablet.signs_in()
        tablet.context.set_offline(True)
        tablet.begins(inspection)
        tablet.answers("GE02", "Đạt")
        tablet.has_recorded("GE02", answer="conforming")
    mine, theirs = ({op["op_id"] for op in tablet.holds()["ops"]} for tablet in (first, copy))
    first.context.set_offline(False)
    first.syncs()
    copy.context.set_offline(False)
    copy.goes("/sync")
    copy.presses("Đồng bộ ngay")
    expect(copy.page.get_by_text(re.compile("sao chép hoặc khôi phục")).first).to_be_visible()
    assert mine <= set(department.taken())
    assert department.quarantined() == dict.fromkeys(theirs, "device_fork")
    for tablet in (first, copy):
        tablet.goes("/sync?part=numbers")
        tablet.presses("Đồng bộ ngay")
        expect(tablet.page.locator("#numbers .refused").first).to_be_visible()
    assert {op["op_id"] for op in copy.holds()["ops"]} == theirs
