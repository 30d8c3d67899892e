"""A chief of office plans a campaign from the programme, without JavaScript and by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.test_office import sees
from tests.builders import Office
from tests.server.services.plans import imports, site


def test_a_campaign_is_planned_from_the_programme_by_keyboard(page: Page, office: Office) -> None:
    """Activity, decision, team, sites, a basis for one of them, opened: every step with Tab, Space and Enter."""
    imports(office)
    leader = office.hires("team_leader", "Hoàng Minh Đức")
    chief = office.hires("supervisor", "Nguyễn Thanh Bình")
    a = site(office, "Cửa hàng A", "2400123401", due="2021-01-31")
    site(office, "Cửa hàng B", "2400123402")
    office.opens_campaign(leader, establishments=[a], title="Đợt trước")

    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill(chief.username)
    page.get_by_label("Mật khẩu").fill(chief.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto("/programme/BG-2021/A08?on=2021-08-20")
    presses(page, "Lập kế hoạch một đợt")
    sees(page, "Lập đợt kiểm tra", "planning-decision")
    for label, text in (("Mã đợt", "XD-2021-2"), ("Từ ngày", "2021-09-06"), ("Đến ngày", "2021-09-24"), ("Số quyết định", "120/QĐ-SKHCN"),
                        ("Ngày", "2021-08-30"), ("Người ký", "Nguyễn Quốc Khánh"), ("Chức vụ", "Giám đốc"), ("Thời hạn (ngày)", "19")):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    presses(page, "Ghi, sang đoàn kiểm tra")
    sees(page, "Lập đợt kiểm tra XD-2021-2", "planning-team")
    page.get_by_role("combobox", name="Tài khoản").select_option(leader.id)
    page.get_by_label("Số chứng chỉ nghiệp vụ").fill("15/CC")
    page.get_by_label("Chứng chỉ có hạn đến").fill("2023-01-01")
    presses(page, "Thêm vào đoàn")
    expect(page.get_by_role("table")).to_contain_text("Hoàng Minh Đức")
    page.get_by_role("link", name="Sang chọn cơ sở").press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text("Cửa hàng A")  # overdue first
    for name in ("Cửa hàng A", "Cửa hàng B"):
        page.get_by_label(f"Đánh dấu {name}").press("Space")
    presses(page, "Chọn các cơ sở đã đánh dấu")
    expect(page.get_by_role("status")).to_contain_text("Đã chọn thêm 2 cơ sở")
    sees(page, "Lập đợt kiểm tra XD-2021-2", "planning-sites")
    page.get_by_role("link", name="Sang xem lại").press("Enter")
    expect(page.get_by_role("heading", name="1 cơ sở đã được kiểm tra")).to_be_visible()
    expect(page.get_by_role("button", name="Mở đợt")).to_have_count(0)
    sees(page, "Lập đợt kiểm tra XD-2021-2", "planning-check")
    page.get_by_label("Căn cứ kiểm tra lần nữa").fill("Có đơn tố cáo")
    page.get_by_label("Văn bản (số, ngày)").fill("Phiếu chuyển đơn số 12")
    presses(page, "Ghi căn cứ")
    presses(page, "Mở đợt với 2 cuộc kiểm tra")
    expect(page.get_by_role("status")).to_contain_text("Đã mở đợt kiểm tra")
    expect(page.get_by_role("table")).to_contain_text("Kiểm tra lần nữa trong năm: Có đơn tố cáo")


def presses(page: Page, name: str) -> None:
    """Press a button with the Enter key."""
    page.get_by_role("button", name=name).press("Enter")
