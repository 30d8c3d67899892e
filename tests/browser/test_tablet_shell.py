"""The tablet's frame in a real browser: enrol, be ready, sign out and in, work on when the server is really gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from server.demo.serving import Server
from tests.browser.conftest import SHAPES
from tests.browser.looking import looks_right

PIN = "204816"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with the reference programme, that a test may stop."""
    found = Server(tmp_path_factory.mktemp("tablet") / "server")
    found.prepares()
    found.starts()
    yield found
    found.stops()


@pytest.fixture(params=sorted(SHAPES))
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A tablet held upright, and one laid across; whatever the page complains of fails the test."""
    width, height = SHAPES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="vi-VN",
        has_touch=True,
        base_url=f"http://localhost:{server.port}",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert complaints == []


def code_for(server: Server, username: str) -> str:
    """Make a one-time code at the office."""
    return str(json.loads(server.flask("tablets", "enrol", "--user", username, "--json"))["code"])


def types(page: Page, pin: str) -> None:
    """Press the keys of a PIN."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()


def enrols(page: Page, code: str) -> None:
    """Go through the steps, up to the first sync."""
    page.get_by_label("Hoặc nhập mã").fill(f"{code[:4]}-{code[4:8]} {code[8:]}".lower())
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Tên máy").fill("Máy tính bảng 7")
    page.get_by_role("button", name="Tiếp tục").click()
    types(page, PIN)
    expect(page.get_by_text("Nhập lại mã PIN một lần nữa")).to_be_visible()
    types(page, PIN)


def heading(page: Page, words: str) -> None:
    """The screen of this heading has come, and the focus is on it."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_a_tablet_begins_and_goes_on_without_the_server(page: Page, server: Server) -> None:
    """Everything of the shell once: mistakes on the way in, readiness, numbers, PIN, and no server at all."""
    page.goto("/app/")
    heading(page, "Ai đang dùng máy?")
    looks_right(page, "nobody")
    page.get_by_role("link", name="Ghi danh máy").click()
    heading(page, "Ghi danh máy tính bảng")
    looks_right(page, "code")
    page.get_by_label("Hoặc nhập mã").fill("AB12")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_text("Mã gồm đúng 12 chữ và số")).to_be_visible()
    enrols(page, "AAAA2222BBBB")
    expect(page.get_by_role("alert").filter(has_text="đã dùng hoặc đã hết hạn")).to_be_visible()
    looks_right(page, "code-refused")
    page.get_by_role("button", name="Nhập mã khác").click()

    code = code_for(server, "kiemtra3")
    page.goto(f"/app/#enrol={code}")
    expect(page.get_by_label("Hoặc nhập mã")).to_have_value(re.compile(code[:4]))
    assert code not in page.url  # it does not stay in the browser's history
    page.get_by_role("button", name="Tiếp tục").click()
    looks_right(page, "name")
    page.get_by_role("button", name="Tiếp tục").click()
    types(page, "123456")
    expect(page.get_by_text("quá dễ đoán")).to_be_visible()
    looks_right(page, "pin")
    types(page, PIN)
    types(page, "999888")
    expect(page.get_by_text("Hai lần nhập không giống nhau")).to_be_visible()
    types(page, PIN)
    types(page, PIN)
    expect(page.get_by_role("main").get_by_text("Sẵn sàng ngoại tuyến", exact=True)).to_be_visible(timeout=60_000)
    expect(
        page.get_by_role("listitem").filter(has_text="Bộ đọc mã QR").get_by_role("img", name="Đã có")
    ).to_be_visible()
    looks_right(page, "ready")
    page.get_by_role("button", name="Bắt đầu làm việc").click()

    page.get_by_role("link", name="Đồng bộ", exact=True).click()
    heading(page, "Đồng bộ")
    page.get_by_role("button", name="Xin thêm 20 số").first.click()
    expect(page.get_by_text("Còn 20", exact=True)).to_be_visible()
    looks_right(page, "sync")
    _signs_out_and_in(page)
    _goes_on_alone(page, server)


def _signs_out_and_in(page: Page) -> None:
    page.get_by_role("link", name="Thêm").click()
    heading(page, "Thêm")
    looks_right(page, "more")
    page.get_by_role("button", name="Đăng xuất").click()
    looks_right(page, "leave")
    page.get_by_role("alertdialog").get_by_role("button", name="Đăng xuất").click()
    types(page, "999888")
    expect(page.get_by_text("Mã PIN không đúng")).to_be_visible()
    looks_right(page, "wrong-pin")
    page.get_by_role("button", name="Quên mã PIN?").click()
    looks_right(page, "forgotten")
    page.get_by_role("button", name="Đóng").click()
    types(page, PIN)
    expect(page.get_by_role("link", name="Hôm nay")).to_be_visible()


def _goes_on_alone(page: Page, server: Server) -> None:
    server.stops()
    try:
        page.goto("/app/#/sync")
        page.reload()
        types(page, PIN)
        heading(page, "Đồng bộ")  # the address stayed where it was
        page.get_by_role("button", name="Đồng bộ ngay").click()
        chip = page.get_by_role("banner").get_by_role("link", name="Ngoại tuyến")
        expect(chip).to_be_visible()
        looks_right(page, "offline")
        for path, words in (("settings", "Cài đặt"), ("help", "Hướng dẫn"), ("nowhere", None)):
            page.goto(f"/app/#/{path}")
            if words:
                heading(page, words)
                looks_right(page, path)
        page.wait_for_url(re.compile(r"/app/#/$"))  # what is no screen is the list
        page.go_back()
        heading(page, "Hướng dẫn")
    finally:
        server.starts()


@pytest.mark.parametrize("light", ["dark", "sun"])
def test_every_light_is_read(page: Page, light: str) -> None:
    """The same screens at night and in the sun; chosen by hand and kept."""
    page.goto("/app/#/settings")
    page.get_by_role("radio", name={"dark": "Tối", "sun": "Ngoài nắng"}[light]).check()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", light)
    for path in ("settings", "help", "start", ""):
        page.goto(f"/app/#/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        looks_right(page, f"{path or 'nobody'}-{light}")


def test_the_words_turn_english(page: Page) -> None:
    """One tap, every word; the language stays."""
    page.goto("/app/#/settings")
    page.get_by_role("radio", name="English").check()
    heading(page, "Settings")
    page.goto("/app/#/help")
    page.reload()
    heading(page, "Help")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    text = page.locator("body").inner_text()
    assert (
        re.findall(r"\b\w*[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]\w*", text.replace("Hiện Trường", ""))
        == []
    )
