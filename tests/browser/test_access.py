"""Getting in, by keyboard and without JavaScript: a second factor, a one-time password, a session that ran out while typing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import AXE
from tests.browser.test_office import forgets, shot
from tests.builders import Office, Person

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """An office's screen; our own pages run no script, so that axe may."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=url, bypass_csp=True
    )
    context.route("**/static/vendor/*", lambda route: route.abort())
    yield context.new_page()
    context.close()


def types(page: Page, *words: str) -> None:
    """Type into one field after another and send; the first has the focus."""
    for word in words[:-1]:
        page.keyboard.type(word)
        page.keyboard.press("Tab")
    page.keyboard.type(words[-1])
    page.keyboard.press("Enter")


def signs_in(page: Page, person: Person, password: str | None = None) -> None:
    """Name and password by keyboard."""
    page.goto("/sign-in")
    page.get_by_label("Tên đăng nhập").focus()
    types(page, person.username, password or person.password)


def sees(page: Page, heading: str, name: str) -> None:
    """The page of this heading, without a finding of axe and on one screen's width."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")
    shot(page, name)
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    assert found["passes"], "axe saw nothing"
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]] == []
    wide, given = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= given


def test_a_supervisor_sets_a_second_factor_up_and_signs_in_with_it(desk: Page, office: Office) -> None:
    person = office.hires("supervisor", "Nguyễn Thanh Bình", second_factor="off")
    signs_in(desk, person)
    sees(desk, "Bảo mật hai lớp", "second-factor")
    desk.get_by_role("button", name="Bắt đầu thiết lập").press("Enter")
    expect(desk.get_by_label("Mã 6 số")).to_be_focused()
    totp = pyotp.TOTP(desk.locator("code.address").inner_text())
    types(desk, "000000")
    expect(desk.get_by_role("alert")).to_contain_text("Mã không đúng")
    sees(desk, "Bảo mật hai lớp", "second-factor-qr")
    types(desk, totp.now())
    sees(desk, "Mã dự phòng", "recovery-codes")
    recovery = desk.locator("ol code").first.inner_text()
    forgets(desk)

    signs_in(desk, person)
    expect(desk.get_by_label("Mã 6 số trên ứng dụng xác thực")).to_be_focused()
    sees(desk, "Mã xác thực", "code")
    # The next one, which the server takes already: that of now was used, and one of before may be too old when it arrives.
    types(desk, str(totp.at(datetime.now(UTC), counter_offset=1)))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Cuộc kiểm tra")
    forgets(desk)
    signs_in(desk, person)
    expect(desk.get_by_label("Mã 6 số trên ứng dụng xác thực")).to_be_focused()
    types(desk, recovery)
    expect(desk.get_by_role("status")).to_contain_text("còn 9 mã")
    desk.goto("/account")
    sees(desk, "Tài khoản của tôi", "account")


def test_an_administrator_gives_a_password_that_has_to_be_changed(desk: Page, office: Office, app: Flask) -> None:
    admin, person = office.hires("admin", "Phạm Quản Trị"), office.hires("clerk", "Lê Thị Văn Thư")
    signs_in(desk, admin)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Cuộc kiểm tra")
    assert desk.evaluate("document.querySelector('.bar').offsetHeight") < 60, "the menu takes one line at 1366 px"
    desk.goto("/people")
    sees(desk, "Tài khoản", "people")
    desk.get_by_role("link", name="Lê Thị Văn Thư").press("Enter")
    sees(desk, "Lê Thị Văn Thư", "person")
    desk.locator("summary", has_text="Đặt lại mật khẩu").press("Enter")
    desk.locator("textarea:visible").fill("Quên mật khẩu")
    desk.get_by_role("button", name="Đặt lại mật khẩu").press("Enter")
    sees(desk, "Mật khẩu một lần của Lê Thị Văn Thư", "one-time-password")
    once = desk.locator("strong.code").inner_text()
    forgets(desk)

    signs_in(desk, person, once)
    sees(desk, "Đổi mật khẩu", "change-password")
    desk.get_by_label("Mật khẩu một lần").focus()
    types(desk, once, "Trời hôm nay đẹp", "Trời hôm nay đẹp")
    expect(desk.get_by_role("status")).to_contain_text("Đã đổi mật khẩu")
    desk.goto("/trail")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Không có quyền thực hiện việc này.")


def test_what_was_typed_outlives_the_session(
    desk: Page, office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = office.hires("clerk", "Lê Thị Văn Thư")
    signs_in(desk, person)
    expect(desk.get_by_role("heading", level=1)).to_have_text("Cuộc kiểm tra")
    desk.goto("/working-days?year=2026")
    for label, text in (("Tên", "Nghỉ giỗ Tổ dời lịch"), ("Văn bản căn cứ", "Thông báo 12")):
        desk.get_by_label(label, exact=True).fill(text)
    desk.locator("input[name=first]").fill("2026-04-27")
    desk.locator("input[name=last]").fill("2026-04-27")
    with monkeypatch.context() as later:
        later.setattr("server.pages.sessions.IDLE", -datetime.resolution)
        desk.get_by_role("button", name="Nhập").press("Enter")
        expect(desk.get_by_role("status")).to_contain_text("Nội dung bạn vừa gõ được giữ lại")
        sees(desk, "Đăng nhập", "session-over")
    desk.get_by_label("Tên đăng nhập").focus()
    types(desk, person.username, person.password)
    sees(desk, "Nội dung chưa gửi", "kept-form")
    expect(desk.get_by_text("Nghỉ giỗ Tổ dời lịch")).to_be_visible()
    expect(desk.get_by_role("button", name="Gửi nội dung này")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("Đã nhập 1 ngày")
