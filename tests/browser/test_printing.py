"""The clerk's morning in a browser without JavaScript: print a batch, print one again with a reason, print the register."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from server.services import blank_desk, print_batches, print_queue
from server.services.print_batches import Wanted
from tests.browser.looking import AXE
from tests.builders import Office, Person
from tests.pictures import jpeg
from tests.server.api.tus_wire import Tus, records_photo
from tests.server.pages.scene import Scene, scene_of

SCREENS = {"office": (1366, 768), "wide": (1920, 1080)}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """Two papers of one inspection, with a photo; a range at a tablet."""
    found = scene_of(office, client, issued=False)
    data = jpeg(size=(1600, 1200))
    Tus(client, found.kit).send(data, records_photo(office, found.site, data, finding_id=found.site.finding_id("FU11")))
    found.issues("announcement")
    found.issues()
    return found


@pytest.fixture
def clerk(scene: Scene) -> Person:
    """Văn thư."""
    return scene.office.hires("clerk", "Vũ Thị Văn Thư")


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """An old office PC, scripts off."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=url, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


@pytest.fixture(params=sorted(SCREENS))
def screen(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """An office's screen; axe itself is a script."""
    width, height = SCREENS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN", base_url=url)
    yield context.new_page()
    context.close()


def signs_in(page: Page, person: Person) -> None:
    """Sign in by keyboard."""
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(person.username)
    page.get_by_label("Mật khẩu").fill(person.password)
    page.get_by_label("Mật khẩu").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cuộc kiểm tra")


def sees(page: Page, heading: str) -> None:
    """The page has come."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def looks_right(page: Page, path: str, name: str) -> None:
    """The page does not scroll sideways, and axe finds nothing (A, AA)."""
    page.goto(path)
    page.wait_for_load_state("load")
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"print-{name}-{page.evaluate('innerWidth')}.png", full_page=True)
    wide, given = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= given, name
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert len(found["passes"]) > 10, "axe saw next to nothing"
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]] == [], name


def pages(page: Page, link: str, name: str) -> list[str]:
    """Fetch the PDF behind a link with the window's own session."""
    answer = page.context.request.get(str(page.get_by_role("link", name=link).get_attribute("href")))
    assert answer.status == 200, answer.text()
    if folder := os.environ.get("PICTURES"):
        (Path(folder) / f"print-{name}.pdf").write_bytes(answer.body())
    return [text.extract_text() or "" for text in PdfReader(io.BytesIO(answer.body())).pages]


def test_a_clerks_morning(desk: Page, scene: Scene, clerk: Person) -> None:
    signs_in(desk, clerk)
    desk.get_by_role("link", name="In văn bản").press("Enter")
    sees(desk, "In văn bản")
    desk.get_by_label("Chọn 01/BB-ĐKT").focus()
    desk.keyboard.press("Space")
    desk.get_by_label("Chọn 02/BB-ĐKT").check()
    desk.get_by_role("button", name="In các văn bản đã chọn…").press("Enter")
    sees(desk, "In 2 văn bản")
    expect(desk.get_by_label("Số bản mỗi văn bản")).to_have_value("2")
    desk.get_by_label("Kèm phụ lục ảnh").check()
    desk.get_by_role("button", name="Lập tệp in").click()
    sees(desk, "Lượt in 2 văn bản")
    found = pages(desk, "Mở tệp in (PDF)", "batch")
    assert sum("Số: 01/BB-ĐKT" in text for text in found) == 2
    assert sum("Số: 02/BB-ĐKT" in text for text in found) == 2
    assert "Ảnh 1." in pages(desk, "Mở phụ lục ảnh (PDF)", "photos")[0]
    desk.get_by_role("button", name="Đã in: ghi sổ").click()
    expect(desk.get_by_role("status")).to_contain_text("in xong 2 văn bản")

    desk.get_by_role("link", name="lập lượt in lại").click()
    desk.get_by_label("Lý do in lại").fill("Cơ sở xin thêm một bản")
    desk.get_by_label("Số bản mỗi văn bản").fill("1")
    sees(desk, "In 2 văn bản")
    desk.get_by_role("button", name="Lập tệp in").click()
    desk.get_by_label("01/BB-ĐKT in tốt").uncheck()
    desk.get_by_role("button", name="Đã in: ghi sổ").click()
    expect(desk.get_by_role("status")).to_contain_text("in xong 1 văn bản, 1 văn bản in lỗi")
    desk.goto("/printing/log")
    sees(desk, "Sổ theo dõi in")
    expect(desk.get_by_role("row")).to_have_count(5)
    desk.get_by_role("link", name="Chờ bản ký").click()
    sees(desk, "Biên bản chờ bản ký")
    desk.get_by_role("link", name="Bản nhắc theo người phụ trách, để in").click()
    expect(desk.get_by_role("heading", level=2)).to_contain_text("2 biên bản")
    desk.goto("/numbers")
    found = pages(desk, "In sổ (PDF, A4 ngang)", "register")
    assert "SỔ ĐĂNG KÝ SỐ BB-ĐKT" in found[0]
    assert "Tổng cộng: 2 số" in found[-1]


def test_every_page_is_free_of_axes_findings(screen: Page, scene: Scene, clerk: Person) -> None:
    """Seen with one paper printed twice, one at the printer."""
    papers = [str(uuid4()) for _ in range(2)]
    with scene.office.transaction() as session:
        first, second = (row.id for row in print_queue.queue(session, print_queue.Filter()).rows)
        for batch, reason in zip(papers, ("", "Cơ sở xin thêm một bản"), strict=True):
            print_batches.start(session, Wanted(batch, [first], reason=reason), actor=clerk.id, now=datetime.now(UTC))
            print_batches.finish(session, batch, [first], "", actor=clerk.id, now=datetime.now(UTC))
        print_batches.start(
            session, Wanted(at_printer := str(uuid4()), [second]), actor=clerk.id, now=datetime.now(UTC)
        )
        aside = blank_desk.Wanted(str(uuid4()), "inspection", 2, "Đoàn xăng dầu, vùng không có sóng")
        blank_desk.reserve(session, scene.site.inspection, aside, actor=clerk.id, now=datetime.now(UTC))
    signs_in(screen, clerk)
    for path, name in (
        ("/printing/blanks?q=cua+hang", "blanks"), (f"/printing/blanks/new/{scene.site.inspection}", "blank-new"),
        (f"/printing/blanks/{aside.id}", "blank"),
        ("/printing", "queue"), (f"/printing/new?paper={first}&paper={second}", "confirm"),
        (f"/printing/batches/{at_printer}", "batch"), (f"/printing/batches/{papers[0]}", "done"), ("/printing/log", "log"),
        ("/printing/unsigned", "unsigned"), ("/printing/unsigned/reminder", "reminder"), ("/numbers", "register"),
    ):  # fmt: skip
        looks_right(screen, path, name)
