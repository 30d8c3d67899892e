"""A day in the field: enrolled at the office, inspected with no server anywhere, sent over a link that breaks, corrected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, Route, expect

from server.demo.serving import Office
from tests.browser.day.arrival import arrived_once
from tests.browser.day.department import LEADER, Department
from tests.browser.day.leader import (
    Leader,
    code_of,
    keeps_the_layout,
    modules_of,
    printed_by_the_server,
    sends_back,
    text_of,
)
from tests.browser.day.tablet import FieldTablet
from tests.pictures import jpeg, sha256

pytestmark = pytest.mark.timeout(600)
NOZZLES = "Từng vòi: kiểm tra sai số"
OVER_LIMIT = (
    {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,91", "Thời gian": "32"},
    {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,90", "Thời gian": "33"},
)
WITHIN_LIMIT = (
    {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,98", "Thời gian": "32"},
    {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,97", "Thời gian": "33"},
)
PHOTOS = [jpeg((900, 700), seed=seed) for seed in range(4)]


class WeakLink:
    """A link that loses requests on the way there, and answers on the way back, while photos go up."""

    def __init__(self, tablet: FieldTablet, lost: set[int], unanswered: set[int]) -> None:
        """Which of the PATCH requests never arrive, and which arrive and are not answered."""
        self._lost, self._unanswered, self.count = lost, unanswered, 0
        tablet.context.route("**/api/v1/uploads/*", self._carry)

    def _carry(self, route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        self.count += 1
        if self.count in self._lost:
            return route.abort("connectionreset")
        if self.count in self._unanswered:
            route.fetch()
            return route.abort("connectionreset")
        return route.continue_()


def inspects_the_first(tablet: FieldTablet, inspection: str) -> None:
    """A nozzle over the limit, with two photos."""
    tablet.begins(inspection)
    tablet.answers("GE02", "Đạt")
    tablet.shows(NOZZLES)
    tablet.measures("FU14", *OVER_LIMIT)
    expect(tablet.item("FU14").get_by_text("+0,5025")).to_be_visible()
    tablet.answers("FU14", "Không đạt", "Vòi số 1 vượt giới hạn sai số.")
    tablet.photographs("FU14", *PHOTOS[:2])


def inspects_the_second(tablet: FieldTablet, inspection: str) -> None:
    """Everything within the limits; one answer against, with two photos."""
    tablet.begins(inspection)
    tablet.answers("GE02", "Không đạt", "Chưa xuất trình quyết định cho người đại diện.")
    tablet.photographs("GE02", *PHOTOS[2:])
    tablet.shows(NOZZLES)
    tablet.measures("FU14", *WITHIN_LIMIT)
    tablet.answers("FU14", "Đạt")


def test_a_day_in_the_field(founded: Department, playwright: Playwright, tmp_path: Path) -> None:
    department = founded.copied(tmp_path / "server")
    department.server.starts()
    tablet = FieldTablet(playwright, department, tmp_path / "profile")
    try:
        _goes(tablet, department)
    finally:
        tablet.stops()
        department.server.stops()
    assert tablet.complaints == []


def _goes(tablet: FieldTablet, department: Department) -> None:
    first, second = (
        department.inspection_at(name) for name in ("Cửa hàng xăng dầu Song Mai", "Cửa hàng xăng dầu Xương Giang")
    )
    tablet.starts()
    tablet.enrols(LEADER)
    tablet.leases_numbers()

    department.stops()
    tablet.stops()
    tablet.starts()
    tablet.signs_in()
    inspects_the_first(tablet, first)
    tablet.dies()
    tablet.starts()
    tablet.signs_in()
    inspects_the_second(tablet, second)
    leader = Leader(tablet, first)
    papers = {first: closes(leader), second: closes(Leader(tablet, second))}
    before = tablet.holds()
    assert {p["sha256"] for p in before["photos"]} == {sha256(data) for data in PHOTOS}
    tablet.stops()

    department.server.starts()
    tablet.starts()
    link = WeakLink(tablet, lost={2}, unanswered={4})
    tablet.signs_in()
    tablet.syncs()
    assert link.count > len(PHOTOS) + 1, "the link never broke"
    arrived_once(tablet, department, before)
    for inspection, pdf in papers.items():
        (minutes,) = department.states("minutes", inspection).items()
        prints_the_same(department, minutes, pdf)
    is_corrected(leader, department, papers[first])


def closes(leader: Leader) -> bytes:
    """Write the conclusion, issue the minutes with the next number, save the paper."""
    leader.at("/words")
    leader.page.get_by_role("button", name="Soạn từ kết quả").click()
    expect(leader.page.get_by_label("Nội dung kết luận")).to_have_value(re.compile("đạt yêu cầu"))
    expect(leader.page.get_by_text(re.compile("Đã lưu trên máy"))).to_be_visible()
    leader.issues("inspection", "Biên bản kiểm tra")
    return leader.saves()


def prints_the_same(department: Department, minutes: tuple[str, dict[str, Any]], pdf: bytes) -> None:
    """The tablet's paper is well laid out, and the server prints it again byte for byte."""
    id, state = minutes
    assert (state["status"], state["diverged"]) == ("issued", [])
    assert f"Số: {state['number']:02d}/BB-ĐKT" in text_of(pdf)
    keeps_the_layout(pdf)
    theirs = printed_by_the_server(department, id)
    assert text_of(theirs) == text_of(pdf)
    assert code_of(theirs) == code_of(pdf)
    assert modules_of(theirs) == modules_of(pdf) != []
    assert sha256(theirs) == sha256(pdf)


def is_corrected(leader: Leader, department: Department, first: bytes) -> None:
    """Acceptance 17: only what the supervisor returned is open; an amendment follows, and the first paper's code says so."""
    tablet = leader.tablet
    sends_back(department, leader.inspection, "Ghi lại số tem của vòi số 1")
    tablet.syncs()
    tablet.inspects(leader.inspection)
    expect(tablet.item("GE02").get_by_role("button", name="Đạt", exact=True)).to_be_disabled()
    tablet.shows(NOZZLES)
    expect(tablet.item("FU14").get_by_text("Ghi lại số tem của vòi số 1")).to_be_visible()
    expect(tablet.item("FU14").get_by_role("button", name="Đạt", exact=True)).to_be_enabled()
    expect(tablet.item("FU15").get_by_role("button", name="Đạt", exact=True)).to_be_disabled()
    note = tablet.item("FU14").get_by_label("Ghi chú")
    note.fill("Vòi số 1 vượt giới hạn sai số; tem số 22B01431.")
    note.blur()
    assert leader.issues("amendment", "Biên bản bổ sung") == "03/BB-ĐKT"
    amendment = text_of(leader.saves())
    assert "Bổ sung Biên bản số 01/BB-ĐKT" in amendment
    assert "22B01431" in amendment
    tablet.syncs()
    assert sorted((s["number"], s["status"]) for s in department.states("minutes", leader.inspection).values()) == [
        (1, "amended"),
        (3, "issued"),
    ]
    _, page = Office(department.server.url).asks("GET", "/M/" + code_of(first).rsplit("/", 1)[-1])
    assert "đã có biên bản bổ sung" in page
