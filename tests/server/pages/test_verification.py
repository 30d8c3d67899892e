"""/verification: the list with counts, a session with what is doubtful, opening one beforehand; stale forms; whose eyes."""

from __future__ import annotations

import pytest

from server.db.users import User
from server.services import journal, verification_desk
from server.services.slip_figures import METHODS, RESULTS
from server.services.verification_figures import FATES, MARKS
from tests.builders import AREA, Office
from tests.server.pages.scene import Desk
from tests.server.verifying import DAY, TORN, Team, opens_session, owner, team_of


@pytest.fixture
def team(office: Office) -> Team:
    office.has_organisation()
    office.records("area", f"area:{AREA}", {"code": AREA, "name": "Xã Song Mai", "district": "Thành phố Bắc Giang",
                   "province": "Tỉnh Bắc Giang", "valid_from": "2020-01-01", "valid_to": None})  # fmt: skip
    return team_of(office)


def works(office: Office, team: Team) -> list[str]:
    """Two owners: one scale passes after adjustment, one fails, one waits, one is left undecided by somebody unauthorised."""
    a, (first, second) = owner(office, "Sạp gạo bà Tám", ["S1", "S2"])
    b, (third, fourth) = owner(office, "Quầy thịt ông Ba", ["S3", "S4"])
    one, other = team.receives(a, [first, second]), team.receives(b, [third, fourth])
    team.concludes(one, first, "pass", adjusted=True)
    team.concludes(one, second, "fail")
    team.concludes(other, third, "inconclusive", procedure="13-2019")
    team.issues(one, first, "verification_record", 1, conclusion="fail")
    team.issues(one, first, "verification_certificate", 1)
    team.marks("TC0001", one, first)
    team.marks("TC0002")
    team.takes(one, "cash", [("Cân đồng hồ lò xo", "30000"), ("Cân đồng hồ lò xo", "30000")], name="Bà Tám")
    team.hands_back(one, [first])
    return [one, other]


def test_the_list_counts_what_each_session_did(desk: Desk, office: Office, team: Team) -> None:
    works(office, team)
    opens_session(team, on="2021-08-12", place="Nhà văn hóa thôn Trại", closed_at="2021-08-12T17:00:00+07:00")
    page = desk.opens("/verification")
    assert page.index("Nhà văn hóa thôn Trại") < page.index("Chợ Kép")
    assert "đạt <b>1</b>" in page
    assert "không đạt <b>1</b>" in page
    assert "chưa xong <b>1</b>" in page
    assert "1 đã hiệu chỉnh" in page
    assert "tem 1, hỏng 1" in page
    assert "tiền mặt 60.000 đồng" in page
    assert "Chợ Kép" not in desk.opens("/verification?state=closed")
    assert "Nhà văn hóa" not in desk.opens("/verification?q=kep")
    assert "Chợ Kép" in desk.opens(f"/verification?campaign={team.campaign}")
    rows = desk.client.get("/verification?export=csv").get_data(as_text=True).splitlines()
    assert rows[2].split(";")[4:] == ["2", "4", "1", "1", "1", "1", "1", "1", "1", "0", "0", "60000", "0", "0"]


def test_the_list_counts_what_the_page_of_a_session_counts(office: Office, team: Team) -> None:
    """The list reads rows that are kept beside the documents, the page the documents themselves."""
    one, other = works(office, team)
    team.takes(other, "transfer", [("Cân", "45000")])
    taken_back = team.takes(other, "cash", [("Cân", "99000")])
    team.amends("payment", taken_back, voided={"reason": "Nhầm", "by": "x", "at": "2021-08-05T10:00:00+07:00"})
    team.amends("mark", team.marks("TC0003"), voided={"reason": "Nhầm", "by": "x", "at": "2021-08-05T10:00:00+07:00"})
    team.marks("C1", one, kind="seal")
    with office.transaction() as session:
        user = User(id="x", role="admin")
        (listed,) = verification_desk.listing(session, verification_desk.Filter(), user).rows
        whole = verification_desk.page(session, team.session, user).row
        for key in [
            ("slips",),
            ("brought",),
            ("adjusted",),
            *(("mark", k, f) for k in MARKS for f in FATES),
            *(("money", m) for m in METHODS),
        ]:
            assert listed.sum(*key) == whole.sum(*key), key
        assert [listed.result(r) for r in RESULTS] == [whole.result(r) for r in RESULTS] == [1, 1, 1, 1]
        assert journal.verify(session).is_whole


def test_a_session_says_what_is_doubtful(desk: Desk, office: Office, team: Team) -> None:
    slips = works(office, team)
    page = desk.opens(f"/verification/{team.session}")
    assert page.count("Biên bản ghi kết luận khác") == 1
    assert "Không kiểm định viên nào của phiên được giao ĐLVN 13:2019" in page
    assert "Chưa ghi chuẩn đo lường dùng trong phiên" in page
    assert "Chưa ghi nhiệt độ" not in page
    assert "tem TC0001" in page
    assert "Tem TC0002 hỏng: Rách" in page
    assert f'href="/api/v1/photos/{TORN}?size=1280"' in page
    assert all(f"/inspections/{slip}" in page for slip in slips)
    assert "K7-001" in page


def test_the_office_opens_changes_and_closes_a_session(desk: Desk, office: Office, team: Team) -> None:
    standard = office.records("measurement_standard", "agency", {"name": "Bộ quả cân F2", "kind": "weight", "serial": "QC-1",
                              "calibrated_until": "2021-07-01", "certificate_number": "1", "valid_from": "2020-07-01"})  # fmt: skip
    new = f"/verification/new/{team.campaign}"
    form = {"on": "2021-08-20", "place": "Chợ Thương", "area_code": AREA, "verifiers": [team.verifier.id], "standards": [standard]}  # fmt: skip
    page = desk.opens(new)
    for wrong in (
        {"on": "2021-09-20"},
        {"place": " "},
        {"area_code": "x"},
        {"verifiers": ["nobody"]},
        {"standards": ["x"]},
    ):
        refused = desk.sends(page, new, **{**form, **wrong})
        assert (refused.status_code, 'role="alert"' in refused.get_data(as_text=True)) == (400, True)
    made = str(desk.sends(page, new, **form).headers["Location"])
    shown = desk.opens(made)
    assert "Chợ Thương, 20/08/2021" in shown
    assert "hết hạn" in shown.lower() or "quá hạn" in shown.lower()
    edit = desk.opens(f"{made}/edit")
    assert desk.sends(edit, f"{made}/edit", **{**form, "place": "Chợ Hà Vị"}).status_code == 303
    stale = desk.sends(edit, f"{made}/edit", **{**form, "place": "Chợ khác"})
    assert (stale.status_code, "Chợ khác" in stale.get_data(as_text=True)) == (409, True)
    assert desk.sends(desk.opens(made), f"{made}/close").status_code == 303
    assert "Đã đóng" in desk.opens(made)
    assert desk.sends(edit, f"{made}/edit", **form).status_code == 409
    desk.opens("/verification/00000000-0000-0000-0000-000000000000", 404)
    desk.opens(f"/verification/new/{team.session}", 404)


def test_a_team_sees_its_own_sessions_only(office: Office, team: Team) -> None:
    works(office, team)
    own = Desk(office.app.test_client()).signs_in(team.verifier)
    assert "Chợ Kép" in own.opens("/verification")
    assert "Đóng phiên" not in own.opens(f"/verification/{team.session}")
    other = Desk(office.app.test_client()).signs_in(office.hires("inspector"))
    assert "Chợ Kép" not in other.opens("/verification")
    other.opens(f"/verification/{team.session}", 404)
    assert DAY in own.client.get("/verification?export=csv").get_data(as_text=True)
