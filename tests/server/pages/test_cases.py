"""/cases and /working-days as a supervisor uses them without JavaScript; nobody else sees them."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from sync.paper_words import local
from tests.builders import Office, Person
from tests.server.casework import Casework, casework_of
from tests.server.pages.scene import NASTY, Desk

pytestmark = pytest.mark.sqlite_only("what pages show lies above the database")


@pytest.fixture
def work(office: Office, client: FlaskClient) -> Casework:
    """Minutes issued a moment ago."""
    work = casework_of(office, client, issued=False)
    work.issues(at=datetime.now(UTC))
    return work


def today() -> str:
    """The local day."""
    return local(datetime.now(UTC)).date().isoformat()


def test_from_the_inspection_to_the_decision(desk: Desk, work: Casework) -> None:
    page = desk.opens(work.scene.path)
    link = re.search(r'href="(/cases/new\?inspection=[^"]+)"', page)
    assert link
    asked = desk.opens(html.unescape(link[1]))
    assert "2 nội dung không đạt" in asked
    assert "<script>alert" not in asked
    assert desk.sends(asked, "/cases", reason=" ").status_code == 400
    sent = desk.sends(asked, "/cases", reason=f"Vượt sai số {NASTY}")
    assert sent.status_code == 303
    path = sent.location
    page = desk.opens(path)
    for said in ("Còn 2 ngày làm việc", "Chưa nhập ngày nghỉ lễ năm", "Cột đo xăng dầu số A-1", "45.000.000 đồng",
                 "Chương trình không tính mức phạt", "chưa đối chiếu bản gốc"):  # fmt: skip
        assert said in page, said
    assert f"{path}/report" not in page, "first the person who may draw it up"

    drafter = {"name": "Trần Văn Trưởng", "title": "Trưởng đoàn", "authority": f"QĐ 123 {NASTY}"}
    refused = desk.sends(page, f"{path}/drafter", **{**drafter, "title": ""})
    assert refused.status_code == 400
    again = refused.get_data(as_text=True)
    assert "“Chức vụ”: phải ghi." in html.unescape(again)
    assert 'value="Trần Văn Trưởng"' in again, "what was typed is not lost"
    asked = desk.sends(again, f"{path}/drafter", **drafter).get_data(as_text=True)
    assert "ghi vào hồ sơ?" in asked
    assert "chưa ghi" in desk.opens(path), "nothing is written before it is confirmed"
    assert desk.sends(asked, f"{path}/drafter").status_code == 303
    stale = desk.sends(asked, f"{path}/drafter")
    assert stale.status_code == 409
    assert "vừa được người khác ghi" in stale.get_data(as_text=True)

    for act, typed in (("report", {"number": "01/BB-VPHC", "on": today()}),
                       ("decision", {"number": "45/QĐ-XPHC", "on": today(), "signer": "Nguyễn Thanh Bình",
                                     "signer_title": "Giám đốc", "amount": "12.500.000"}),
                       ("payment", {"amount": "12.500.000", "on": today(), "receipt": "BL 001"}),
                       ("paper", {"what": f"Biên bản kiểm tra {NASTY}", "copies": "2"})):  # fmt: skip
        page = desk.opens(path)
        assert not re.search(r'name="amount"[^>]*value="[^"]', page), "an amount is never filled in"
        assert (
            desk.sends(desk.sends(page, f"{path}/{act}", **typed).get_data(as_text=True), f"{path}/{act}").status_code
            == 303
        )
    page = desk.opens(path)
    assert "<strong>12.500.000 đồng</strong>" in page
    assert "<script>alert" not in page + desk.opens(f"{path}/papers") + desk.opens("/cases")
    assert "Biên bản kiểm tra" in desk.opens(f"{path}/papers")
    assert "QĐ 45/QĐ-XPHC" in desk.opens("/cases?status=decided&q=cua+hang")
    assert path in desk.opens(work.scene.path)
    assert "Vẫn mở thêm hồ sơ" in desk.opens(html.unescape(link[1]))


def test_inspectors_leaders_and_clerks_see_no_case(work: Casework, office: Office) -> None:
    id = work.opens(now=datetime.now(UTC))
    others = [work.scene.leader, work.scene.member, office.hires("clerk", "Văn Thư")]
    for person in others:
        desk = Desk(office.app.test_client()).signs_in(person)
        for path in (
            "/cases",
            f"/cases/{id}",
            f"/cases/{id}/papers",
            f"/cases/new?inspection={work.scene.site.inspection}",
        ):
            assert "không có quyền" in desk.opens(path, 403)
        assert "/cases" not in desk.opens(work.scene.path)
        token = re.search(r'name="csrf_token" value="([^"]+)"', desk.opens("/"))
        assert token
        for path in ("/cases", f"/cases/{id}/drop"):
            assert desk.client.post(path, data={"csrf_token": token[1], "reason": "x"}).status_code == 403
    assert Desk(office.app.test_client()).client.get(f"/cases/{id}").status_code == 303
    assert work.scene.site.inspection in Desk(office.app.test_client()).signs_in(office.hires("admin")).opens(
        f"/cases/{id}"
    )


def test_odd_addresses_are_answered_in_words(desk: Desk, work: Casework) -> None:
    assert "Chưa có hồ sơ nào" in desk.opens("/cases?status=x&q=%F0%9F%98%80&page=-1")
    for path in ("/cases/new", "/cases/new?inspection=1", f"/cases/new?inspection={work.scene.site.campaign}",
                 f"/cases/{work.scene.site.inspection}"):  # fmt: skip
        desk.opens(path, 404)
    id = work.opens(now=datetime.now(UTC))
    page = desk.opens(f"/cases/{id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token[1], "seen": "x", "reason": "x"}
    assert desk.client.post(f"/cases/{id}/nothing", data=data).status_code == 404
    assert desk.client.post(f"/cases/{id}/drop", data=data).status_code == 409
    assert desk.client.post(f"/cases/{id}/close", data={**data, "seen": "1"}).status_code == 409


def test_the_department_enters_its_days_off(desk: Desk, supervisor: Person, work: Casework) -> None:
    work.opens(now=datetime.now(UTC))
    year = local(datetime.now(UTC)).year
    page = desk.opens(f"/working-days?year={year}")
    assert "Chưa nhập ngày nghỉ nào" in page
    tet = {
        "first": f"{year}-02-16",
        "last": f"{year}-02-20",
        "kind": "off",
        "name": f"Tết {NASTY}",
        "document": "Thông báo 1",
    }
    for wrong in ({"first": "x"}, {"last": f"{year}-02-15"}, {"last": f"{year}-12-31"}, {"name": ""}, {"document": " "},
                  {"kind": "party"}, {"kind": "worked"}, {"first": "1999-12-31", "last": ""}):  # fmt: skip
        refused = desk.sends(page, "/working-days", **{**tet, **wrong})
        assert refused.status_code == 400, wrong
        assert 'role="alert"' in refused.get_data(as_text=True)
    assert desk.sends(page, "/working-days", **tet).status_code == 303
    assert desk.sends(page, "/working-days", **tet).status_code == 409
    page = desk.opens(f"/working-days?year={year}")
    assert "16/02" in page
    assert supervisor.name in page
    assert "<script>alert" not in page
    assert f"Đã nhập ngày nghỉ của năm {year}" in desk.opens("/cases")
    assert desk.sends(page, "/working-days/remove", on=f"{year}-02-16", reason="").status_code == 400
    assert desk.sends(page, "/working-days/remove", on=f"{year}-02-16", reason="Nhập nhầm").status_code == 303
    assert "16/02" not in desk.opens(f"/working-days?year={year}")
    assert desk.sends(page, "/working-days/remove", on=f"{year}-02-16", reason="x").status_code == 404
