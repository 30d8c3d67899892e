"""The chief of office writes a report: scripts off, by keyboard; charts are seen, numbers lead back, axe finds nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from docx import Document
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_office import signs_in
from tests.browser.test_printing import SCREENS, looks_right
from tests.builders import Office
from tests.server.casework import Casework, casework_of


@pytest.fixture
def work(office: Office, client: FlaskClient) -> Casework:
    """A station with violations, an open requirement and a decided case."""
    work = casework_of(office, client)
    work.opens()
    work.is_decided("12500000")
    return work


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """An old office PC, scripts off."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=url, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_a_report_from_the_choice_to_the_document(desk: Page, work: Casework) -> None:
    signs_in(desk, work.scene)
    desk.get_by_role("link", name="Báo cáo", exact=True).press("Enter")
    desk.get_by_label("Loại kỳ").select_option("Quý")
    desk.get_by_label("Tháng, quý hoặc nửa năm thứ").fill("5")
    desk.get_by_label("Năm", exact=True).fill("2021")
    desk.get_by_label("Năm", exact=True).press("Enter")
    expect(desk.get_by_role("alert")).to_contain_text("từ 1 đến 4")
    expect(desk.get_by_label("Năm", exact=True)).to_have_value("2021")
    desk.get_by_label("Tháng, quý hoặc nửa năm thứ").fill("3")
    desk.get_by_role("button", name="Xem báo cáo").press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Kết quả hoạt động kiểm tra quý III năm 2021")

    for chart in desk.get_by_role("img").all():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box is not None
        assert box["width"] > 400 < 3 * box["height"]
    sums = desk.locator("table", has=desk.get_by_role("columnheader", name="Lĩnh vực"))
    sums.get_by_role("row", name="Kinh doanh xăng dầu").get_by_role("link").last.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Theo lĩnh vực, Kinh doanh xăng dầu, không đạt")
    desk.get_by_role("link", name="Cửa hàng xăng dầu số 1").press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Cửa hàng xăng dầu số 1")

    desk.goto(f"/follow-up/{work.scene.site.campaign}")
    desk.get_by_role("link", name="Báo cáo kết quả của đợt").press("Enter")
    with desk.expect_download() as downloaded:
        desk.get_by_role("link", name="Tải bản Word (.docx)").press("Enter")
    text = "\n".join(p.text for p in Document(io.BytesIO(downloaded.value.path().read_bytes())).paragraphs)
    assert "Phụ lục V" in text
    assert "[Người lập báo cáo ghi nhận xét" in text


@pytest.mark.parametrize("screen", sorted(SCREENS))
def test_every_page_is_free_of_axes_findings(browser: Browser, url: str, screen: str, work: Casework) -> None:
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN", base_url=url)
    page = context.new_page()
    signs_in(page, work.scene)
    campaign = f"/reports/{work.scene.site.campaign}"
    looks_right(page, "/reports", "reports")
    looks_right(page, "/reports/choose?kind=month", "reports-refused")
    looks_right(page, campaign, "report")
    looks_right(page, "/reports/2020", "report-empty")
    looks_right(
        page, f"{campaign}/inspections?figure=verdict:fail&said=Kh%C3%B4ng%20%C4%91%E1%BA%A1t", "report-inspections"
    )
    context.close()
