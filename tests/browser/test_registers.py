"""The registers at a desk: a supervisor finds, filters, exports, imports and merges by keyboard, without JavaScript."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import AXE
from tests.browser.test_printing import RULES, screen, sees, signs_in
from tests.builders import AREA, Office
from tests.server.pages.scene import Scene, scene_of
from tests.server.pages.test_imports import workbook
from tests.server.pages.test_registers import HERE
from tests.server.services.test_register_rows import changes

__all__ = ["screen"]


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """A station that was inspected, the same one entered again, and others."""
    office.records("area", f"area:{AREA}", HERE[0])
    found = scene_of(office, client)
    again = office.registers_establishment(name="CHXD số 1 (Song Mai)")
    changes(office, "establishment", again, phone="0912 345 678", name="Số 1 - CHXD")
    owned = office.registers_instrument(again)
    changes(office, "instrument", owned, serial="B-7", verified_until="2021-01-31")
    for name in ("Tiệm vàng Ánh Dương", "Đại lý Ước Mơ"):
        other = office.registers_establishment(name=name)
        changes(office, "establishment", other, business_lines=["vàng bạc"], tax_code="")
    return found


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """An old office PC, scripts off."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=url, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def test_a_supervisor_keeps_the_registers_by_keyboard(desk: Page, scene: Scene, tmp_path: Path) -> None:
    signs_in(desk, scene.supervisor)
    desk.goto("/establishments")
    sees(desk, "Cơ sở")
    desk.get_by_label("Tìm", exact=True).fill("anh duong")
    desk.get_by_label("Tìm", exact=True).press("Enter")
    expect(desk.locator("tbody tr")).to_have_count(1)
    desk.get_by_role("link", name="Bỏ lọc").press("Enter")
    expect(desk.get_by_label("Tìm", exact=True)).to_have_value("")
    desk.get_by_label("Ngành nghề").select_option("vàng bạc")
    desk.get_by_role("button", name="Tìm").press("Enter")
    expect(desk.locator("tbody tr")).to_have_count(2)
    desk.locator("thead th a").first.press("Enter")
    expect(desk.locator("tbody tr").first).to_contain_text("Tiệm vàng")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Excel (.xlsx)").press("Enter")
    download.value.save_as(tmp_path / "co-so.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "co-so.xlsx").worksheets[0].values)
    assert [row[0] for row in rows[1:]] == ["Tiệm vàng Ánh Dương", "Đại lý Ước Mơ"]

    desk.goto("/establishments/import")
    (tmp_path / "moi.xlsx").write_bytes(workbook([["Siêu thị Mới", "", "Thôn 3", AREA, "0204 385 222"]]))
    desk.get_by_label("Tệp Excel").set_input_files(tmp_path / "moi.xlsx")
    desk.get_by_role("button", name="Xem trước").press("Enter")
    sees(desk, "Xem trước: moi.xlsx")
    desk.get_by_role("button", name="Nhập vào danh bạ").press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("Đã nhập 1 cơ sở")

    desk.get_by_role("link", name="Cơ sở có thể ghi trùng").press("Enter")
    desk.get_by_role("link", name="So sánh").first.press("Enter")
    sees(desk, "Gộp hai cơ sở")
    desk.get_by_role("radio", name="Điện thoại: 0912 345 678").press("Space")
    desk.get_by_label("Vì sao biết là một cơ sở").fill("Một cửa hàng, ghi hai lần")
    desk.get_by_role("button", name="Xem lại trước khi gộp").press("Enter")
    desk.get_by_role("button", name="Gộp hai cơ sở").press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("Đã gộp hai cơ sở")
    expect(desk.locator("#instruments + .scroll tbody tr")).to_have_count(2)


def test_every_page_is_looked_at(screen: Page, scene: Scene, tmp_path: Path) -> None:
    signs_in(screen, scene.supervisor)
    site, (again,) = scene.site.establishment, [
        row for row in _ids(screen) if row != scene.site.establishment
    ]  # fmt: skip
    pages = {
        "establishments": "/establishments", "establishment": f"/establishments/{site}", "instruments": "/instruments",
        "instrument": f"/instruments/{scene.site.instrument}", "due": "/instruments?due=overdue", "mergers": "/mergers",
        "merger-other": f"/establishments/{site}/merge", "merger": f"/establishments/{site}/merge?with={again}",
        "import": "/establishments/import",
    }  # fmt: skip
    for name, path in pages.items():
        screen.goto(path)
        looked_at(screen, name)
    screen.get_by_label("Tệp Excel").set_input_files(_file(tmp_path))
    screen.get_by_role("button", name="Xem trước").click()
    sees(screen, "Xem trước: danh-sach.xlsx")
    looked_at(screen, "import-preview")
    screen.goto(pages["merger"])
    screen.get_by_label("Vì sao biết là một cơ sở").fill("Một cửa hàng")
    screen.get_by_role("button", name="Xem lại trước khi gộp").click()
    sees(screen, "Gộp “Số 1 - CHXD” vào “Cửa hàng xăng dầu số 1”?")
    looked_at(screen, "merger-confirm")
    screen.get_by_role("button", name="Gộp hai cơ sở").click()
    expect(screen.get_by_role("status")).to_contain_text("Đã gộp hai cơ sở")
    looked_at(screen, "establishment-merged")


def looked_at(page: Page, name: str) -> None:
    """Keep a picture where PICTURES names a folder; no finding of axe, nothing wider than the screen."""
    page.wait_for_load_state("load")
    if folder := os.environ.get("PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(folder) / f"registers-{name}-{width}.png", full_page=True)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert len(found["passes"]) > 10, "axe saw next to nothing"
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]] == [], name
    wide, given = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= given, name


def _ids(page: Page) -> list[str]:
    """The two establishments that look like one."""
    page.goto("/mergers")
    links = page.locator("tbody th a")
    return [str(links.nth(n).get_attribute("href")).rsplit("/", 1)[-1] for n in range(links.count())]


def _file(folder: Path) -> Path:
    path = folder / "danh-sach.xlsx"
    path.write_bytes(workbook([["Siêu thị Mới", "12", "", AREA, ""], ["Tiệm vàng Ánh Dương", "", "Thôn 1", AREA, ""]]))
    return path
