"""A fuel inspection filled in with the server really stopped: nothing is lost, and the server gets exactly what was typed."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

import pytest
from PIL import Image
from pillow_heif import register_heif_opener
from playwright.sync_api import expect

from server.demo.day import now
from server.demo.link import Link
from server.demo.pictures import jpeg
from server.demo.tablet import Tablet
from tests.browser.day.department import Department
from tests.browser.day.tablet import ACROSS, SLOW, UPRIGHT, FieldTablet
from tests.browser.looking import looks_right

pytestmark = pytest.mark.timeout(600)
SITE = "Cửa hàng xăng dầu Song Mai"
STATION, NOZZLE = "Thông tin, điều kiện của cửa hàng", "Từng vòi: kiểm tra sai số"
RUNS = (
    {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,91"},
    {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,90"},
)


def found(department: Department, inspection: str, item: str) -> dict[str, Any]:
    """The one result of an item as the server has it."""
    [one] = [f for f in department.states("finding", inspection).values() if f["item"] == item]
    return one


def looks_right_both_ways(tablet: FieldTablet, name: str) -> None:
    """Held upright and across."""
    for way, (width, height) in (("across", ACROSS), ("upright", UPRIGHT)):
        tablet.page.set_viewport_size({"width": width, "height": height})
        looks_right(tablet.page, f"work-{name}-{way}")


def test_what_was_typed_offline_is_what_the_server_gets(tablet: FieldTablet, department: Department) -> None:
    """Decimal comma, money with points, a note, a table with its verdict, a photo; the tablet dies in between."""
    inspection, page = department.inspection_at(SITE), tablet.page
    department.stops()
    tablet.begins(inspection)
    tablet.shows(STATION)
    tablet.answers("FU02", "Không đạt", "Giấy chứng nhận hết hạn từ 30/6/2026")
    tablet.item("FU02").get_by_label("Số giấy chứng nhận").fill("12/GCN-SCT")
    tablet.shows("Từng cột đo, vòi")
    tablet.item("FU20").get_by_label("Giá niêm yết").fill("21.590")
    tablet.shows(NOZZLE)
    tablet.item("FU13").get_by_label("Số tổng trước kiểm tra").fill("123456,70")
    tablet.measures("FU14", *RUNS)
    table = tablet.item("FU14")
    expect(table.get_by_text("vượt giới hạn", exact=True)).to_have_count(2)
    verdict = table.locator(".verdict-box").inner_text()
    original = jpeg("Nhãn máy", now(), (3000, 2250))
    tablet.photographs("FU14", original)
    table.locator('input[type="file"][multiple]').set_input_files(
        {"name": "cut.jpg", "mimeType": "image/jpeg", "buffer": original[:9000]}
    )
    expect(table.get_by_text("Tệp ảnh bị hỏng hoặc bị cụt")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Đã lưu trên máy \d\d:\d\d$"))).to_be_visible()
    looks_right_both_ways(tablet, "measurement")

    tablet.dies()
    tablet.starts()
    tablet.signs_in()
    tablet.inspects(inspection)
    tablet.shows(NOZZLE)
    table = tablet.item("FU14")
    expect(tablet.item("FU13").get_by_label("Số tổng trước kiểm tra")).to_have_value("123456,70")
    expect(table.get_by_label("V_REF hiệu chỉnh").nth(1)).to_have_value("19,90")
    expect(table.locator(".photos-of ul img")).to_have_count(1)
    assert table.locator(".verdict-box").inner_text() == verdict

    department.server.starts()
    tablet.syncs()
    _has_arrived(department, inspection, original, verdict)
    tablet.inspects(inspection)
    tablet.shows(NOZZLE)
    expect(tablet.item("FU14").get_by_role("button", name=re.compile("Máy chủ đã nhận đủ"))).to_be_visible(timeout=SLOW)


def _has_arrived(department: Department, inspection: str, original: bytes, verdict: str) -> None:
    licence = found(department, inspection, "FU02")
    assert (licence["answer"], licence["note"], licence["values"]["number"]) == (
        "nonconforming", "Giấy chứng nhận hết hạn từ 30/6/2026", "12/GCN-SCT",
    )  # fmt: skip
    assert found(department, inspection, "FU20")["values"] == {"posted": "21590"}
    assert found(department, inspection, "FU13")["values"] == {"value": "123456.70"}
    table = found(department, inspection, "FU14")
    assert table["rows"] == [{"v_fd": "20.00", "v_ref": "19.91"}, {"v_fd": "20.00", "v_ref": "19.90"}]
    computed = table["computed"]
    assert (computed["verdict"], computed["errors"]) == ("fail", ["0.4520", "0.5025"])
    assert computed["explanation"].removeprefix("không đạt: ") in verdict
    state = department.states("inspection")[inspection]
    assert state["status"] == "in_progress"
    assert [v["position"] for v in state["visits"]] == [{"lat": "21.273100", "lon": "106.194600", "accuracy_m": "8"}]
    photo = department.states("photo", inspection)[table["photo_ids"][0]]
    assert (photo["status"], photo["width"], photo["height"]) == ("complete", 2048, 1536)
    assert (photo["exif"]["make"], photo["exif"]["model"]) == ("DEMO", "Simulated tablet")
    assert photo["original_sha256"] == hashlib.sha256(original).hexdigest() != photo["sha256"]
    blobs = [p.read_bytes() for p in (department.server.folder / "blobs").rglob("*") if p.is_file()]
    kept = next(b for b in blobs if hashlib.sha256(b).hexdigest() == photo["sha256"])
    assert Image.open(io.BytesIO(kept)).getexif()[0x0110] == "Simulated tablet"


def test_two_inspectors_meet_in_one_answer(tablet: FieldTablet, department: Department) -> None:
    """Both recorded something else: the tablet shows both, a choice settles it for everybody."""
    inspection, page = department.inspection_at(SITE), tablet.page
    tablet.begins(inspection)
    tablet.syncs()
    colleague = Tablet(Link(department.server.url), now)
    colleague.enrols(department.code_for("kiemtra3"), "Máy 2")
    colleague.says_hello()
    colleague.pulls()
    [pin] = [p for p in colleague._state("inspection", inspection)["checklists"] if p["code"] == "fuel-dispenser"]
    colleague.answers(inspection, pin, "FU03", "nonconforming", note="Hợp đồng hết hạn")
    assert [r["status"] for r in colleague.pushes()] == ["applied"]
    theirs = department.states("user")[found(department, inspection, "FU03")["created_by"]]["name"]
    tablet.inspects(inspection)
    tablet.shows(STATION)
    tablet.answers("FU03", "Đạt")
    tablet.goes("/sync")
    tablet.presses("Đồng bộ ngay")
    tablet.goes(f"/inspections/{inspection}/conflicts")
    card = page.get_by_role("region", name=re.compile("FU03.*Kết luận"))
    expect(card.get_by_text("Không đạt")).to_be_visible(timeout=SLOW)
    expect(card.locator(".kept .who")).to_have_text(re.compile(rf"^Đang dùng – {re.escape(theirs)}, \d\d:\d\d "))
    expect(card.locator(".rival:not(.kept) .who")).to_have_text(re.compile(r"^Tôi, \d\d:\d\d "))
    looks_right_both_ways(tablet, "conflicts")
    card.get_by_role("button", name="Dùng giá trị này").click()
    expect(card).to_have_count(0)
    tablet.goes("/sync")
    tablet.presses("Đồng bộ ngay")
    expect(page.get_by_role("main").get_by_text("Không còn gì chờ gửi", exact=True)).to_be_visible(timeout=SLOW)
    settled = found(department, inspection, "FU03")
    assert (settled["answer"], settled["note"], settled["conflicts"]) == ("conforming", "Hợp đồng hết hạn", {})


def test_the_other_screens_are_for_everybody(tablet: FieldTablet, department: Department) -> None:
    """The list, a site and its form with faults, an instrument, a sample, what is missing."""
    inspection, page = department.inspection_at(SITE), tablet.page
    site = department.states("inspection")[inspection]["establishment_id"]
    page.get_by_label("Tìm cuộc kiểm tra").fill("song mai")
    expect(page.locator("main li a")).to_have_count(1)
    looks_right_both_ways(tablet, "today")
    tablet.goes(f"/sites/{site}")
    tablet.heading(re.compile(SITE))
    looks_right_both_ways(tablet, "site")
    tablet.goes("/sites/new")
    page.get_by_label("Điện thoại").fill("không có")
    tablet.presses("Lưu")
    expect(page.get_by_text("Không phải số điện thoại")).to_be_visible()
    looks_right_both_ways(tablet, "site-new")
    tablet.goes(f"/sites/{site}/instruments/new")
    page.get_by_label("Loại phương tiện đo").select_option("weighing_instrument")
    page.get_by_label("Số máy").fill("N-77")
    page.get_by_label("Giá trị độ chia kiểm e").fill("0,2")
    looks_right_both_ways(tablet, "instrument")
    tablet.presses("Lưu")
    expect(page.get_by_role("link", name=re.compile("Cân số N-77"))).to_be_visible()
    tablet.begins(inspection)
    tablet.goes(f"/inspections/{inspection}/samples")
    tablet.presses("Ghi mẫu")
    page.get_by_label("Tên mẫu, sản phẩm").fill("Xăng E5 RON 92-II")
    page.get_by_label("Lượng mẫu").fill("1,5")
    page.get_by_role("dialog").get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("1,5 L")).to_be_visible()
    looks_right_both_ways(tablet, "samples")
    tablet.inspects(inspection)
    page.get_by_role("button", name=re.compile("^Còn thiếu")).click()
    looks_right_both_ways(tablet, "gaps")
    page.get_by_role("button", name=re.compile("^FU11")).click()
    expect(tablet.item("FU11")).to_be_focused()
    tablet.syncs()
    [scale] = [i for i in department.states("instrument", site).values() if i["serial"] == "N-77"]
    assert scale["attributes"] == {"e": "0.2"}
    [sample] = department.states("sample", inspection).values()
    assert (sample["product"], sample["quantity"], sample["custody"][0]["type"]) == (
        "Xăng E5 RON 92-II",
        "1.5",
        "taken",
    )


def test_a_photo_that_only_the_server_can_open(tablet: FieldTablet, department: Department) -> None:
    """HEIC: the tablet says that it cannot show it, keeps it byte for byte, and the server opens it."""
    inspection, page = department.inspection_at(SITE), tablet.page
    register_heif_opener()
    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg("Nhãn máy", now(), (1600, 1200)))).save(out, "HEIF")
    department.stops()
    tablet.begins(inspection)
    tablet.answers("GE02", "Không đạt", "Chưa công bố quyết định")
    place = tablet.item("GE02")
    place.locator('input[type="file"][multiple]').set_input_files(
        {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": out.getvalue()}
    )
    expect(place.get_by_text("Máy này không xem trước được")).to_be_visible(timeout=SLOW)
    looks_right(page, "work-heic-upright")
    place.get_by_role("button", name=re.compile("^Ảnh 1")).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("hãy chọn định dạng JPEG")).to_be_visible()
    expect(sheet.get_by_role("button", name="Đánh dấu")).to_have_count(0)
    page.keyboard.press("Escape")

    department.server.starts()
    tablet.syncs()
    [photo] = department.states("photo", inspection).values()
    assert (photo["status"], photo["media_type"], photo["width"], photo["height"]) == (
        "complete",
        "image/heic",
        1600,
        1200,
    )
    assert photo["sha256"] == hashlib.sha256(out.getvalue()).hexdigest()
