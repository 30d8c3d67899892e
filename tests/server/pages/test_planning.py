"""/planning and other agencies' lists: a chief of office at a browser without JavaScript; stale, forged and long forms."""

from __future__ import annotations

import io
import re

import pytest

from server.services import journal
from tests.builders import Office, Person
from tests.server.pages.scene import NASTY, Desk
from tests.server.services.plans import decision_form, imports, planned, site

BEGIN = "/programme/BG-2021/A08/plan"


@pytest.fixture
def leader(office: Office) -> Person:
    imports(office)
    return office.hires("team_leader", "Hoàng Minh Đức")


def begins(desk: Desk) -> str:
    done = desk.sends(desk.opens("/programme/BG-2021/A08"), BEGIN)
    assert done.status_code == 303
    return str(done.headers["Location"])


def picker(desk: Desk, path: str) -> str:
    """The page of the sites from its list on: the filter above has the same address."""
    page = desk.opens(f"{path}/sites")
    return page[page.index('<form method="post"', page.index("plan-filters")) :]


def test_a_campaign_is_planned_page_by_page_and_opened(desk: Desk, office: Office, leader: Person) -> None:
    a, b = site(office, f"Cửa hàng {NASTY}", "2400123401", due="2021-01-31"), site(office, "Cửa hàng B", "2400123402")
    path = begins(desk)
    assert (
        desk.sends(desk.opens(path), path, **decision_form(office).to_dict(flat=False)).headers["Location"]
        == f"{path}/team"
    )
    member = {
        "user_id": leader.id,
        "agency": "Chi cục TĐC",
        "role": "leader",
        "certificate": "15/CC",
        "certificate_until": "2023-01-01",
    }
    assert desk.sends(desk.opens(f"{path}/team"), f"{path}/team", **member).status_code == 303
    dropped = desk.sends(desk.opens(f"{path}/team"), f"{path}/team", drop="0000000001")
    assert (dropped.status_code, "Không có người này" in dropped.get_data(as_text=True)) == (400, True)
    list_ = picker(desk, path)
    assert list_.index(a) < list_.index(b)  # overdue first
    assert "<script>alert(1)" not in list_
    assert desk.sends(list_, f"{path}/sites", act="add", site=[a, b]).status_code == 303
    last = desk.opens(f"{path}/check")
    assert "Mở đợt với 2 cuộc kiểm tra" in last
    done = desk.sends(last, f"{path}/open")
    assert (done.status_code, done.headers["Location"].startswith("/follow-up/")) == (303, True)
    again = desk.sends(last, f"{path}/open")
    assert (again.status_code, "đã được mở" in again.get_data(as_text=True)) == (409, True)
    assert "1 đợt" in desk.opens("/programme/BG-2021/A08")
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_an_entity_of_this_year_stops_the_plan_until_a_basis_is_written(
    desk: Desk, office: Office, leader: Person
) -> None:
    a = site(office, "Cửa hàng A", "2400123401")
    office.opens_campaign(leader, establishments=[a], title="Đợt trước")
    id, _ = planned(office, leader, [a])
    page = desk.opens(f"/planning/{id}/check")
    assert "Đợt trước" in page
    assert "Mở đợt với" not in page
    refused = desk.sends(page, f"/planning/{id}/open")
    assert (refused.status_code, "hãy ghi căn cứ" in refused.get_data(as_text=True)) == (409, True)
    long = desk.sends(page, f"/planning/{id}/bases", **{f"text-{a}": "x" * 501, f"document-{a}": "y"})
    assert (long.status_code, "x" * 501 in long.get_data(as_text=True)) == (400, True)
    said = {f"text-{a}": "Có đơn tố cáo", f"document-{a}": "Phiếu số 12"}
    assert desk.sends(page, f"/planning/{id}/bases", **said).status_code == 303
    done = desk.sends(desk.opens(f"/planning/{id}/check"), f"/planning/{id}/open")
    assert done.status_code == 303
    board = desk.opens(str(done.headers["Location"]))
    assert "Kiểm tra lần nữa trong năm:</strong> Có đơn tố cáo (Phiếu số 12)" in board
    assert "Có đơn tố cáo" in desk.opens("/programme/BG-2021/repeats")


def test_stale_and_forged_forms_change_nothing(desk: Desk, office: Office, leader: Person) -> None:
    a = site(office, "Cửa hàng A", "2400123401")
    path = begins(desk)
    old = desk.opens(path)
    form = decision_form(office)
    assert desk.sends(old, path, **form.to_dict(flat=False)).status_code == 303
    form["title"] = "Tên gõ sau"
    stale = desk.sends(old, path, **form.to_dict(flat=False))
    text = stale.get_data(as_text=True)
    assert (stale.status_code, "Tên gõ sau" in text, "Bản đang lưu" in text) == (409, True, True)
    page = picker(desk, path)
    for ids in (["forged"], ["' OR 1=1"], ["x" * 500], [leader.id]):
        refused = desk.sends(page, f"{path}/sites", act="add", site=ids)
        assert (refused.status_code, "không còn trong danh sách" in refused.get_data(as_text=True)) == (400, True)
    team = desk.opens(f"{path}/team")
    for place in ("0", "00000007", "-1", "9" * 5000):
        assert desk.sends(team, f"{path}/team", drop=place).status_code == 400, place
    assert desk.sends(page, f"{path}/sites", act="page").status_code == 303
    assert "1 đã chọn" in desk.opens(f"{path}/sites?area=%22&line=x&q=%25&page=-3")
    assert a in desk.opens(f"{path}/sites")
    desk.opens("/planning/00000000-0000-0000-0000-000000000000", 404)
    for endless in ("9" * 400, "²", ""):
        assert desk.sends(old, path, seen=endless, **decision_form(office).to_dict(flat=False)).status_code == 409


def test_only_supervisors_plan(office: Office, leader: Person) -> None:
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    assert "Lập kế hoạch một đợt" not in clerk.opens("/programme/BG-2021/A08")
    clerk.opens("/programme/BG-2021/others")
    inspector = Desk(office.app.test_client()).signs_in(office.hires("inspector"))
    inspector.opens("/programme/BG-2021/others", 403)
    inspector.opens("/planning/00000000-0000-0000-0000-000000000000", 403)


def test_other_agencies_lists_are_looked_at_brought_in_and_struck(desk: Desk, office: Office, leader: Person) -> None:
    path = "/programme/BG-2021/others"
    rows = "Mã số thuế;Tên cơ sở;Cơ quan kiểm tra;Nội dung;Từ ngày\n2400123401;A;QLTT;Xăng dầu;10/3/2021\n"

    def sends(data: bytes, name: str = "ds.csv") -> str:
        answer = desk.sends(desk.opens(path), path, file=(io.BytesIO(data), name))
        return str(answer.get_data(as_text=True))

    assert "Tệp trống" in sends(b"")
    assert "Không thấy dòng tiêu đề" in sends(b"x;y\n1;2\n")
    assert "lớn hơn 300 KB" in sends(b"x" * 400_000)
    assert "Tệp hỏng" in sends(b"PK\x03\x04xx", "x.xlsx")
    assert "không phải mã số thuế" in sends(rows.replace("2400123401", "12").encode())
    preview = sends(rows.encode())
    assert "1 cuộc mới" in preview
    assert desk.sends(preview, path).status_code == 303
    assert "Mọi dòng đã có" in sends(rows.encode())
    assert desk.sends(preview, path, data="!!!").status_code == 400
    page = desk.opens(path)
    action = re.findall(r'action="([^"]+/strike)"', page)[0]
    assert desk.sends(page, action, reason=" ").status_code == 400
    assert desk.sends(page, action, reason="Nhầm").status_code == 303
    assert desk.sends(page, action, reason="Nhầm").status_code == 409
    assert "gạch: Nhầm" in desk.opens(path)
