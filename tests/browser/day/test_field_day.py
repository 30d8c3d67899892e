"""A day in the field: enrolled at the office, inspected with no server anywhere, sent over a link that breaks, corrected."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Route, expect

from tests.browser.day.department import LEADER, Department
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


def blobs_of(department: Department) -> set[str]:
    """The digests of all bytes that the server keeps."""
    files = (path for path in (department.server.folder / "blobs").rglob("*") if path.is_file())
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


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


def arrived_once(tablet: FieldTablet, department: Department, before: dict[str, list[dict[str, str]]]) -> None:
    """Each operation stands in the journal once, each document and photo is there, byte for byte."""
    mine = sorted(op["op_id"] for op in before["ops"])
    taken = department.taken()
    assert [op for op in taken if op in set(mine)] == mine
    assert len(taken) == len(set(taken))
    assert department.quarantined() == {}
    for kind in ("finding", "photo"):
        assert department.states(kind).keys() == {op["id"] for op in before["ops"] if op["kind"] == kind}
    assert {p["status"] for p in department.states("photo").values()} == {"complete"}
    assert {p["sha256"] for p in before["photos"]} <= blobs_of(department)
    assert {p["state"] for p in tablet.holds()["photos"]} == {"complete"}
