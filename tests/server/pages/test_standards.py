"""/standards and the box on the start page: entering, renewing, striking out, without JavaScript."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from checklists.standards import months_after
from server.db import documents
from server.services import journal
from sync.paper_words import local
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk, scene_of

TODAY = local(datetime.now(UTC)).date()
WHAT = {"name": "Bình chuẩn 20 L", "kind": "volume", "serial": "BC20-01", "maker": NASTY, "custodian": "Phòng Đo lường"}
PAPER = {"number": "0420/2020", "body": "Viện Đo lường", "issued_on": "2020-11-16", "valid_until": "2021-11-15",
         "factors": "20 L: 1,0002\n10 L: 0,9998"}  # fmt: skip


def adds(desk: Desk, **said: str) -> str:
    """Enter a standard through both pages; return where it is."""
    asked = desk.sends(desk.opens("/standards/new"), "/standards/new", **{**WHAT, **PAPER, **said})
    assert asked.status_code == 200, asked.get_data(as_text=True)
    done = desk.sends(asked.get_data(as_text=True), "/standards/new")
    assert done.status_code == 303, done.get_data(as_text=True)
    return str(done.headers["Location"])


def state_at(office: Office, path: str) -> dict[str, Any]:
    with office.transaction() as session:
        assert journal.verify(session).is_whole
        found = documents.get(session, "measurement_standard", path.rpartition("/")[2])
        assert found is not None
        return dict(found.state)


def test_a_standard_is_entered_looked_at_and_renewed(desk: Desk, office: Office) -> None:
    assert "Sổ còn trống" in desk.opens("/standards")
    path = adds(desk)
    page = desk.opens(path)
    assert "10 L: 0,9998; 20 L: 1,0002" in page
    assert "<script>alert(1)" not in page
    until = months_after(TODAY, 12).isoformat()
    new = {
        "number": "0512",
        "body": "Viện Đo lường",
        "issued_on": TODAY.isoformat(),
        "valid_until": until,
        "factors": "",
    }
    asked = desk.sends(page, f"{path}/certificates", **new).get_data(as_text=True)
    assert "Các giấy đã có được giữ nguyên" in asked
    assert desk.sends(asked, f"{path}/certificates").status_code == 303
    again = desk.sends(asked, f"{path}/certificates")
    assert (again.status_code, "vừa được người khác sửa" in again.get_data(as_text=True)) == (409, True)
    state = state_at(office, path)
    assert [row["number"] for row in state["certificates"]] == ["0420/2020", "0512"]
    struck = desk.sends(desk.opens(path), f"{path}/withdraw", number="0512", reason="Ghi nhầm")
    assert struck.status_code == 303
    assert "Đã gạch bỏ: Ghi nhầm – Nguyễn Thanh Bình" in desk.opens(path)
    moved = desk.sends(desk.opens(path), f"{path}/state", state="sent_for_calibration", reason="")
    assert moved.status_code == 303
    assert state_at(office, path)["state"] == "sent_for_calibration"


@pytest.mark.parametrize(
    ("said", "words"),
    [({"serial": ""}, "Thiếu số máy."), ({"kind": "x"}, "Không có loại"), ({"issued_on": "hôm qua"}, "Phải ghi ngày cấp giấy"),
     ({"factors": "1,05"}, "Hệ số hiệu chuẩn"), ({"kind": "dose_rate", "valid_until": "2021-11-17"}, "12 tháng kể từ ngày cấp")],
)  # fmt: skip
def test_a_bad_form_is_shown_again_with_what_was_typed(desk: Desk, said: dict[str, str], words: str) -> None:
    answer = desk.sends(desk.opens("/standards/new"), "/standards/new", **{**WHAT, **PAPER, **said})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, words in page, 'role="alert"' in page) == (400, True, True)
    assert 'value="Bình chuẩn 20 L"' in page


def test_a_bad_renewal_changes_nothing(desk: Desk, office: Office) -> None:
    path = adds(desk)
    before = state_at(office, path)
    page = desk.opens(path)
    for action, said, status in (
        ("certificates", {**PAPER, "number": ""}, 400), ("certificates", {**PAPER, "confirm": "1"}, 409),
        ("certificates", {**PAPER, "seen": "9" * 30}, 409), ("withdraw", {"number": "x", "reason": "y"}, 404),
        ("withdraw", {"number": "0420/2020", "reason": " "}, 400), ("state", {"state": "retired", "reason": ""}, 400),
        ("state", {"state": "x"}, 400),
    ):  # fmt: skip
        assert desk.sends(page, f"{path}/{action}", **said).status_code == status, (action, said)
    assert state_at(office, path) == before
    assert desk.client.get("/standards/00000000-0000-0000-0000-000000000000").status_code == 404


def test_the_start_page_and_the_list_warn_sixty_days_ahead(desk: Desk) -> None:
    assert "standards-due" not in desk.opens("/")
    adds(desk)
    adds(desk, serial="2", number="2", issued_on=(TODAY - timedelta(days=300)).isoformat(),
         valid_until=(TODAY + timedelta(days=30)).isoformat(), name="Bình chuẩn 10 L")  # fmt: skip
    adds(
        desk, serial="3", number="3", issued_on=TODAY.isoformat(), valid_until=(TODAY + timedelta(days=300)).isoformat()
    )
    page = desk.opens("/")
    assert "1 chuẩn đã quá hạn" in page
    assert "1 chuẩn hết hạn trong 60 ngày tới" in page
    due = desk.opens("/standards?status=due")
    assert ("Bình chuẩn 10 L" in due, "Bình chuẩn 20 L" in due) == (True, False)
    assert "Còn 30 ngày" in due
    assert "Không có chuẩn nào khớp" in desk.opens("/standards?status=idle")
    assert "Bình chuẩn 10 L" in desk.opens("/standards?q=binh+chuan+10&status=x")


def test_who_may_read_and_who_may_write(office: Office, desk: Desk) -> None:
    path = adds(desk)
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk", "Đỗ Thị Lan"))
    assert "Ghi giấy chứng nhận mới" not in clerk.opens(path)
    assert "Ghi chuẩn mới" not in clerk.opens("/standards")
    clerk.opens("/standards/new", 403)
    inspector = Desk(office.app.test_client()).signs_in(office.hires("inspector"))
    inspector.opens("/standards", 403)
    assert "standards-due" not in inspector.opens("/")


def test_the_inspections_page_says_what_an_expired_standard_does(desk: Desk, office: Office) -> None:
    path = adds(desk, valid_until="2021-08-01")
    id = path.rpartition("/")[2]
    scene = scene_of(office, office.app.test_client(), issued=False)
    said = {"standards": [id]}
    scene.tablet.one(
        scene.tablet.op("inspection", scene.site.inspection, "patch", scene.site.scope, said, base={"standards": []})
    )
    page = desk.opens(scene.path)
    assert "giấy 0420/2020, hạn hiệu chuẩn 01/08/2021" in page
    assert "không ghi lý do vẫn dùng: kết quả đo là “chưa kết luận”" in page
    assert "Bình chuẩn 20 L số BC20-01 hết hạn hiệu chuẩn ngày 01/08/2021, trước ngày kiểm tra 05/08/2021" in page
    why = {"standard_overrides": {id: "Đã gửi hiệu chuẩn, chờ giấy"}}
    scene.tablet.one(scene.tablet.op("inspection", scene.site.inspection, "patch", scene.site.scope, why))
    assert "lý do vẫn dùng: Đã gửi hiệu chuẩn, chờ giấy" in desk.opens(scene.path)
    assert date.fromisoformat(state_at(office, path)["calibrated_until"]) == date(2021, 8, 1)


def test_the_register_is_exported_as_it_is_filtered(desk: Desk) -> None:
    adds(desk)
    adds(desk, name="Quả cân E2", kind="mass", serial="QC-7", number="77", factors="")
    page = desk.opens("/standards?q=binh+chuan")
    assert "/standards?q=binh+chuan&amp;export=csv" in page
    answer = desk.client.get("/standards?q=binh+chuan&export=csv")
    assert "attachment; filename=chuan-do-" in answer.headers["Content-Disposition"]
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert (len(lines), lines[1].startswith("Bình chuẩn 20 L;")) == (2, True)
    book = desk.client.get("/standards?export=xlsx").get_data()
    assert [row[4] for row in load_workbook(io.BytesIO(book)).worksheets[0].values][1:] == ["BC20-01", "QC-7"]
    assert "<h1>" in desk.opens("/standards?export=exe")
