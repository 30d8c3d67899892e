"""What went wrong, at a supervisor's desk without JavaScript: a lost tablet's queue, a conflict, a stopped tablet, limits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tests.browser.test_office import sees, signs_in
from tests.builders import Office
from tests.server.pages.scene import Scene, scene_of

YEAR = datetime.now(UTC).year


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An inspection under way; two people disagree about one answer."""
    return scene_of(office, client, issued=False)


def test_a_lost_tablets_queue_reaches_the_file(page: Page, scene: Scene, office: Office) -> None:
    """Revoked, it delivers all the same; the supervisor reads, confirms, and the result stands in the inspection."""
    office.revokes(scene.kit)
    late = scene.tablet.finding(scene.site, "FU13", set={"answer": "nonconforming", "note": "Thiếu niêm phong vòi 2"})
    assert scene.tablet.one(late)["status"] == "quarantined"
    signs_in(page, scene)
    page.get_by_text("Cần xử lý").click()
    page.get_by_role("link", name="Chờ xử lý").click()
    sees(page, "Vùng chờ xử lý", "quarantine")
    page.get_by_role("link", name="Thêm kết quả FU13").click()
    sees(page, "Thêm kết quả FU13", "quarantine-entry")
    page.get_by_label("Lý do").fill("Máy đã tìm thấy ở xe của đoàn")
    page.get_by_role("button", name="Nhận vào hồ sơ…").click()
    sees(page, "Nhận vào hồ sơ?", "quarantine-confirm")
    page.get_by_role("button", name="Nhận vào hồ sơ").click()
    expect(page.get_by_role("status")).to_contain_text("Đã nhận vào hồ sơ 1 thao tác")
    page.get_by_role("link", name="Cửa hàng xăng dầu số 1").click()
    expect(page.locator("#finding-" + late["id"])).to_contain_text("Thiếu niêm phong vòi 2")


def test_a_conflict_is_settled_in_the_inspection(page: Page, scene: Scene) -> None:
    """Both values stand there; one is chosen by keyboard."""
    signs_in(page, scene)
    page.get_by_text("Cần xử lý").click()
    page.get_by_role("link", name="Ghi khác nhau").click()
    sees(page, "Ghi khác nhau", "conflicts")
    page.get_by_role("link", name="Cửa hàng xăng dầu số 1").click()
    sees(page, "Cửa hàng xăng dầu số 1", "conflict-inspection")
    rival = page.locator("#conflicts").get_by_role("radio").nth(1)
    rival.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi giá trị được chọn: Không đạt")
    expect(page.locator("#conflicts")).to_have_count(0)


def test_a_standard_is_entered_and_renewed_by_keyboard(page: Page, scene: Scene) -> None:
    """Fields in their order, Enter to look it over, Enter to write; the start page then warns."""
    signs_in(page, scene)
    page.goto("/standards/new")
    sees(page, "Ghi chuẩn, máy đo mới vào sổ", "standard-new")
    page.get_by_label("Tên").focus()
    page.keyboard.type("Bình chuẩn kim loại 20 L")
    page.keyboard.press("Tab")
    for _ in ("dose_rate", "contamination", "mass", "volume"):
        page.keyboard.press("ArrowDown")
    for words in ("", "BC20-01", "", "", "", "", "", "Phòng Đo lường", "0420/2020", "Viện Đo lường"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.get_by_label("Ngày cấp").fill("2020-11-16")
    page.get_by_label("Hiệu lực đến hết ngày").fill("2021-11-15")
    page.get_by_role("button", name="Xem lại trước khi ghi…").press("Enter")
    sees(page, "Ghi chuẩn này vào sổ?", "standard-confirm")
    page.get_by_role("button", name="Ghi vào sổ").press("Enter")
    sees(page, "Bình chuẩn kim loại 20 L", "standard")
    expect(page.get_by_role("status")).to_contain_text("Đã ghi Bình chuẩn kim loại 20 L số BC20-01 vào sổ")
    page.get_by_role("link", name="Hiện Trường").click()
    expect(page.locator("main")).to_contain_text("1 chuẩn đã quá hạn")


def test_the_other_pages_fit(page: Page, scene: Scene) -> None:
    """A tablet stopped by a fork, the register with its numbers, the limits."""
    scene.tablet.post("/leases", {"series": "BB-ĐKT", "year": YEAR, "count": 5})
    scene.tablet.seq = 0
    scene.tablet.push(scene.tablet.finding(scene.site, "FU13"))
    signs_in(page, scene)
    for path, heading, name in (
        (f"/tablets/{scene.kit.device_id}", "Máy tính bảng 1 – Trần Văn Trưởng", "tablet"),
        (f"/numbers?series=BB-%C4%90KT&year={YEAR}", f"Sổ số BB-ĐKT, năm {YEAR}", "numbers"),
        (f"/numbers/void?series=BB-%C4%90KT&year={YEAR}&number=2", "Hủy số 02/BB-ĐKT", "number-void"),
        ("/limits", "Giới hạn, chu kỳ, văn bản", "limits"),
        ("/samples", "Mẫu", "samples"),
        ("/cases", "Hồ sơ vi phạm", "cases"),
        (f"/working-days?year={YEAR}", f"Ngày nghỉ, ngày làm bù năm {YEAR}", "working-days"),
        ("/limits/fuel-delivery-inspection", "Cột đo xăng dầu: lượng xăng dầu", "limit"),
        ("/standards", "Chuẩn đo lường, máy đo của cơ quan", "standards"),
        ("/checklists", "Danh mục kiểm tra", "checklists"),
        ("/checklists/orphan-source", "Rà soát nguồn phóng xạ ngoài tầm kiểm soát", "checklist"),
        (f"/quarantine/tablets/{scene.kit.device_id}", "Hàng đợi của Trần Văn Trưởng", "queue"),
    ):
        page.goto(path)
        sees(page, heading, name)
    page.get_by_text("Sổ, danh mục").click()
    page.get_by_role("link", name="Chuẩn đo").click()
    sees(page, "Chuẩn đo lường, máy đo của cơ quan", "standards")
