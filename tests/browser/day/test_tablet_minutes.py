"""A leader closes an inspection with the server really stopped: numbered, signed, printed, and all of it agrees afterwards."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import expect

from sync import seal
from tests.browser.day.department import Department
from tests.browser.day.leader import Leader, code_of, printed_by_the_server, sends_back, text_of
from tests.browser.day.tablet import FieldTablet
from tests.browser.day.test_field_day import NOZZLES, OVER_LIMIT

pytestmark = pytest.mark.timeout(600)


def test_minutes_are_closed_with_no_server_and_all_agrees_later(department: Department, tablet: FieldTablet) -> None:
    inspection = department.inspection_at("Cửa hàng xăng dầu Song Mai")
    leader = Leader(tablet, inspection)
    department.stops()

    tablet.begins(inspection)
    tablet.answers("GE02", "Đạt")
    tablet.shows(NOZZLES)
    tablet.measures("FU14", *OVER_LIMIT)
    tablet.answers("FU14", "Không đạt", "Vòi số 1 vượt giới hạn sai số.")
    leader.at("/words")
    leader.page.get_by_role("button", name="Soạn từ kết quả").click()
    expect(leader.page.get_by_label("Nội dung kết luận")).to_have_value(re.compile("không đạt yêu cầu"))
    leader.page.get_by_role("button", name=re.compile("^Soạn từ nội dung không đạt")).click()
    expect(leader.page.get_by_label("Nội dung yêu cầu")).to_have_value(re.compile("FU14"))

    spoiled = leader.issues("working", "Biên bản làm việc")
    leader.page.get_by_role("button", name="Hủy biên bản").click()
    leader.page.get_by_label("Lý do hủy").fill("Máy in kẹt giấy, bản in hỏng")
    leader.page.get_by_role("button", name="Hủy biên bản này").click()
    expect(leader.page.get_by_text("Đã hủy: Máy in kẹt giấy, bản in hỏng")).to_be_visible()
    number = leader.issues("inspection", "Biên bản kiểm tra")
    assert (spoiled, number) == ("01/BB-ĐKT", "02/BB-ĐKT")
    pdf = leader.saves()
    assert "Số: 02/BB-ĐKT" in text_of(pdf)
    leader.signs_for_all()

    department.server.starts()
    tablet.syncs()
    papers = {state["number"]: (id, state) for id, state in department.states("minutes").items()}
    assert {n: state["status"] for n, (_, state) in papers.items()} == {1: "void", 2: "issued"}
    assert department.quarantined() == {}
    id, state = papers[2]
    assert (state["diverged"], state["amends"]) == ([], None)
    assert department.states("inspection")[inspection]["status"] == "issued"
    theirs = printed_by_the_server(department, id)
    assert text_of(theirs) == text_of(pdf)
    assert (
        code_of(theirs)
        == code_of(pdf)
        == seal.qr_text(f"localhost:{department.server.port}", seal.parse_qr(code_of(pdf)))
    )
    assert hashlib.sha256(theirs).hexdigest() == hashlib.sha256(pdf).hexdigest()
    assert {s["outcome"] for s in department.states("signature").values()} == {"refused", "ink"}

    sends_back(department, inspection, "Ghi lại số tem của vòi số 1")
    tablet.syncs()
    tablet.inspects(inspection)
    tablet.shows(NOZZLES)
    note = tablet.item("FU14").get_by_label("Ghi chú")
    note.fill("Vòi số 1 vượt giới hạn sai số; tem số 22B01431.")
    note.blur()
    leader.at()
    expect(leader.page.get_by_text("Lãnh đạo trả lại: Ghi lại số tem của vòi số 1")).to_be_visible()
    assert leader.issues("amendment", "Biên bản bổ sung") == "03/BB-ĐKT"
    amended = text_of(leader.saves())
    assert "Bổ sung Biên bản số 02/BB-ĐKT" in amended
    assert "22B01431" in amended
    assert "GE02" not in amended, "it prints what came back, the rest stands in the first minutes"
    tablet.syncs()
    assert {s["number"]: s["status"] for s in department.states("minutes").values()} == {
        1: "void",
        2: "amended",
        3: "issued",
    }
    assert department.states("inspection")[inspection]["status"] == "issued"

    tablet.goes("/scan")
    leader.page.get_by_role("button", name="Cập nhật danh sách khóa").click()
    expect(leader.page.get_by_text(re.compile("^Danh sách khóa ngày"))).to_be_visible()
    leader.page.get_by_label("Hoặc dán nội dung mã QR").fill(code_of(pdf))
    leader.page.get_by_role("button", name="Kiểm tra", exact=True).click()
    expect(leader.page.get_by_text("Biên bản thật, đã có biên bản bổ sung")).to_be_visible()
