"""More than one: inspectors who share a tablet, tablets at one station, tabs that were left open."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.day.department import LEADER_NAME, Department
from tests.browser.day.tablet import SLOW, FieldTablet
from tests.pictures import jpeg

pytestmark = pytest.mark.timeout(600)
MEMBER, MEMBER_NAME = "kiemtra3", "Lương Thị Mai (DEMO)"
STATION, OTHER = "Cửa hàng xăng dầu Song Mai", "Cửa hàng xăng dầu Bố Hạ"


def test_two_inspectors_share_a_tablet(tablet: FieldTablet, department: Department) -> None:
    """Acceptance 18: neither sees the other's drafts; each one's work goes up under its author while the other is signed in."""
    station = department.inspection_at(STATION)
    tablet.signs_out()
    tablet.enrols(MEMBER)
    tablet.context.set_offline(True)
    tablet.begins(station)
    tablet.answers("GE02", "Không đạt", "Ghi bởi thành viên.")
    tablet.signs_out()
    tablet.signs_in(name=LEADER_NAME)
    tablet.inspects(station)
    expect(tablet.item("GE02").get_by_role("button", name="Không đạt", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(tablet.page.get_by_text("Ghi bởi thành viên.")).to_have_count(0)
    tablet.begins(department.inspection_at(OTHER))
    tablet.answers("GE02", "Đạt")
    tablet.context.set_offline(False)
    tablet.syncs()
    findings = [s for s in department.states("finding").values() if s["item"] == "GE02"]
    users = {id: state["name"] for id, state in department.states("user").items()}
    written = {(users[s["created_by"]], s["answer"]) for s in findings}
    assert written == {(LEADER_NAME, "conforming"), (MEMBER_NAME, "nonconforming")}
    tablet.inspects(station)
    expect(tablet.item("GE02").get_by_label("Ghi chú")).to_have_value("Ghi bởi thành viên.")


def test_two_tablets_at_one_station(tablet_of: Callable[..., FieldTablet], department: Department) -> None:
    """Acceptance 13: different fields merge; for the same field both values are shown on both tablets, whoever was first."""
    station = department.inspection_at(STATION)
    ours, theirs = tablet_of(), tablet_of(enrolled=False)
    ours.starts()
    ours.signs_in()
    ours.begins(station)
    ours.syncs()
    theirs.starts()
    theirs.enrols(MEMBER)
    for tablet in (ours, theirs):
        tablet.context.set_offline(True)
        tablet.inspects(station)
    ours.answers("GE02", "Đạt")
    theirs.answers("GE02", "Không đạt")
    ours.answers("GE03", "Không đạt", "Ghi chú của trưởng đoàn.")
    theirs.photographs("GE03", jpeg())
    for tablet in (ours, theirs, ours):
        tablet.context.set_offline(False)
        tablet.goes("/sync")
        tablet.presses("Đồng bộ ngay")
        expect(tablet.page.locator("header .chip")).to_contain_text(re.compile("Đã gửi hết|Cần xem lại"), timeout=SLOW)
    for tablet in (ours, theirs):
        tablet.goes(f"/inspections/{station}/conflicts")
        sides = tablet.page.locator(".sides .value")
        expect(sides).to_have_count(2, timeout=SLOW)
        assert sorted(sides.all_inner_texts()) == ["Không đạt", "Đạt"]
    merged = next(s for s in department.states("finding", station).values() if s["item"] == "GE03")
    assert (merged["answer"], merged["note"]) == ("nonconforming", "Ghi chú của trưởng đoàn.")
    assert merged["photo_ids"] == list(department.states("photo"))
    assert department.quarantined() == {}


def test_two_tabs_record_at_once(tablet: FieldTablet, department: Department) -> None:
    """One queue under both: no number of the device twice, nothing of either lost."""
    station, other = department.inspection_at(STATION), department.inspection_at(OTHER)
    tablet.context.set_offline(True)
    tablet.begins(station)
    tablet.context.set_offline(False)
    second = tablet.tab()
    second.signs_in()
    tablet.context.set_offline(True)
    second.begins(other)
    for key in ("GE02", "GE03"):
        tablet.answers(key, "Đạt")
        second.answers(key, "Không đạt")
    for answer in ("conforming", "nonconforming"):
        tablet.has_recorded("GE03", answer=answer)
    ops = [op["op_id"] for op in tablet.holds()["ops"]]
    assert len(set(ops)) == len(ops) >= 6
    tablet.context.set_offline(False)
    tablet.syncs()
    second.syncs()
    for id, answer in ((station, "conforming"), (other, "nonconforming")):
        assert department.answers(id) == dict.fromkeys(("GE02", "GE03"), answer)
    assert len(department.taken()) == len(set(department.taken()))
    assert department.quarantined() == {}
