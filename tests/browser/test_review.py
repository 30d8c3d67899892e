"""A supervisor reviews: by keyboard alone, without JavaScript, two at once; each screen looked at and free of axe's findings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import AXE, RULES
from tests.browser.test_office import sees
from tests.builders import Office, Person
from tests.pictures import jpeg
from tests.server.api.tus_wire import Tus, records_photo
from tests.server.pages.scene import Scene, scene_of
from tests.server.pages.waiting import Desks, Waiting

SIZES = ((1366, 768), (1920, 1080))
LONG = ("Doanh nghiệp tư nhân " + "Xăngdầu" * 69)[:500]


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """The oldest of the queue: photos, rival answers, something held."""
    found = scene_of(office, client, issued=False)
    for seed, more in ((1, {}), (2, {"place": ("21.381000", "106.194600")}), (3, {"taken_at": "2021:08:02 08:00:00"})):
        data = jpeg(size=(800, 600), seed=seed, **more)
        id = records_photo(office, found.site, data, finding_id=found.site.finding_id("FU11"))
        Tus(client, found.kit).send(data, id)
    found.issues()
    return found


@pytest.fixture
def waiting(office: Office, scene: Scene) -> list[Waiting]:
    """Two clean ones after it, one with a name of 500 characters."""
    desks = Desks(office, scene.leader)
    now = datetime.now(UTC)
    return [desks.files(name, issued_at=now + timedelta(minutes=n)) for n, name in enumerate(("Chợ Thương", LONG), 1)]


@contextmanager
def window(
    browser: Browser, url: str, person: Person, *, size: tuple[int, int] = SIZES[0], scripts: bool = True
) -> Iterator[Page]:
    """Sign somebody in, in a window of their own; a page that says something to the console fails the test."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="vi-VN", base_url=url, java_script_enabled=scripts)  # fmt: skip
    page = context.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").fill(person.username)
    page.get_by_label("Mật khẩu").fill(person.password)
    page.get_by_label("Mật khẩu").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cuộc kiểm tra")
    yield page
    assert said == []
    context.close()


def is_clean_of_axe(page: Page) -> None:
    """No finding of A, AA and contrast AAA."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert len(found["passes"]) > 10
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]] == []


def heading(page: Page) -> str:
    """The page's heading."""
    return page.get_by_role("heading", level=1).inner_text()


def test_by_keyboard_alone(browser: Browser, url: str, scene: Scene, waiting: list[Waiting]) -> None:
    with window(browser, url, scene.supervisor) as page:
        page.goto("/review")
        sees(page, "Duyệt hồ sơ", "review-queue")
        for key in ("j", "j", "k"):
            page.keyboard.press(key)
        expect(page.get_by_role("link", name="Cửa hàng xăng dầu số 1")).to_be_focused()
        page.keyboard.press("Enter")
        sees(page, "Cửa hàng xăng dầu số 1", "review-one")
        page.keyboard.press("ArrowRight")
        sees(page, "Chợ Thương", "review-clean")
        page.keyboard.press("k")
        sees(page, "Cửa hàng xăng dầu số 1", "review-one")

        page.keyboard.press("r")
        remark = page.get_by_label("Ý kiến chung")
        expect(remark).to_be_focused()
        page.keyboard.type("Rà lại ảnh jar")  # letters of the keys, typed into a field
        expect(remark).to_have_value("Rà lại ảnh jar")
        page.keyboard.press("Tab")
        page.keyboard.press("r")
        sees(page, "Trả lại để bổ sung?", "review-confirm-return")
        page.keyboard.press("u")
        sees(page, "Cửa hàng xăng dầu số 1", "review-one")
        page.keyboard.press("r")
        page.keyboard.type("Rà lại ảnh")
        page.keyboard.press("Tab")
        page.keyboard.press("r")
        expect(page.get_by_role("heading", level=1)).to_have_text("Trả lại để bổ sung?")
        expect(page.get_by_role("button", name="Trả lại để bổ sung")).to_be_focused()
        page.keyboard.press("Enter")
        sees(page, "Chợ Thương", "review-next")
        expect(page.get_by_role("status")).to_contain_text("Đã trả lại để bổ sung: Cửa hàng xăng dầu số 1")

        page.keyboard.press("a")
        expect(page.get_by_role("heading", level=1)).to_have_text("Phê duyệt?")
        expect(page.get_by_role("button", name="Phê duyệt")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Đã phê duyệt: Chợ Thương")
        page.wait_for_load_state("load")  # the words come before the script that hears keys
        page.keyboard.press("?")
        expect(page.locator("details.keys")).to_have_attribute("open", "")
        page.keyboard.press("u")
        sees(page, "Duyệt hồ sơ", "review-queue-after")
        expect(page.get_by_role("row")).to_have_count(2)


def test_without_javascript(browser: Browser, url: str, scene: Scene, waiting: list[Waiting]) -> None:
    with window(browser, url, scene.supervisor, scripts=False) as page:
        page.get_by_role("link", name="Duyệt", exact=True).click()
        page.get_by_role("link", name="Cửa hàng xăng dầu số 1").click()
        page.get_by_text("Nhận xét nội bộ về mục FU11").click()
        page.get_by_label("Nhận xét về mục FU11").fill("Ảnh chụp chưa rõ vị trí cầu dao")
        page.get_by_role("button", name="Ghi nhận xét").filter(visible=True).click()
        expect(page.get_by_role("status")).to_contain_text("Đoàn chỉ thấy khi mục này được trả lại")
        page.get_by_label("Trả lại mục này (FU11)").check()
        expect(page.get_by_label("Ý kiến cho mục FU11")).to_have_value("Ảnh chụp chưa rõ vị trí cầu dao")
        page.get_by_role("button", name="Trả lại để bổ sung…").click()
        page.get_by_role("button", name="Trả lại để bổ sung").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Chợ Thương")
        page.get_by_role("link", name="‹ Duyệt hồ sơ").click()
        sees(page, "Duyệt hồ sơ", "review-queue-plain")
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Duyệt gộp các hồ sơ đã chọn…").click()
        sees(page, "Phê duyệt 2 hồ sơ?", "review-bulk")
        page.get_by_role("button", name="Phê duyệt 2 hồ sơ").click()
        expect(page.get_by_role("status")).to_contain_text("Đã phê duyệt 2 cuộc kiểm tra.")
        expect(page.get_by_text("Không còn hồ sơ nào chờ duyệt.")).to_be_visible()


def test_whoever_was_slower_sees_both_decisions(browser: Browser, url: str, office: Office, scene: Scene) -> None:
    second = office.hires("supervisor", "Trần Thị Hai")
    with window(browser, url, scene.supervisor) as one, window(browser, url, second) as two:
        for page in (one, two):
            page.goto(f"{scene.path}?queue=")
        one.get_by_role("button", name="Phê duyệt…").click()
        one.get_by_role("button", name="Phê duyệt").click()
        expect(one.get_by_role("status")).to_contain_text("Đã phê duyệt")
        two.get_by_label("Ý kiến chung").fill("Thiếu ảnh niêm phong")
        two.get_by_role("button", name="Trả lại để bổ sung…").click()
        alert = two.get_by_role("alert").first
        expect(alert).to_contain_text("Quyết định của bạn – chưa ghi")
        expect(alert).to_contain_text("Thiếu ảnh niêm phong")
        expect(alert).to_contain_text("Quyết định đã ghi – Nguyễn Thanh Bình")
        expect(alert).to_contain_text("“Đã phê duyệt” nên không trả lại được")
        sees(two, "Cửa hàng xăng dầu số 1", "review-slower")


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_is_clean_at_both_sizes(
    browser: Browser, url: str, scene: Scene, waiting: list[Waiting], size: tuple[int, int]
) -> None:
    """Names of 500 characters neither widen the page nor hide the rest of a row."""
    with window(browser, url, scene.supervisor, size=size) as page:
        for path, name in (
            ("/review", "look-queue"),
            (f"{scene.path}?queue=", "look-one"),
            (f"{waiting[1].path}?queue=", "look-long"),
        ):
            page.goto(path)
            sees(page, heading(page), name)
            is_clean_of_axe(page)
        assert heading(page) == LONG
        page.get_by_role("button", name="Phê duyệt…").click()
        sees(page, "Phê duyệt?", "look-confirm")
        is_clean_of_axe(page)
        page.goto("/review")
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Duyệt gộp các hồ sơ đã chọn…").click()
        sees(page, "Phê duyệt 2 hồ sơ?", "look-bulk")
        is_clean_of_axe(page)
