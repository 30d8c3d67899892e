"""Lists with htmx under the strict CSP: only the list is fetched, history works, a lost session is shown as what it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_office import forgets, signs_in
from tests.builders import Office
from tests.server.pages.scene import Scene, scene_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """More planned inspections than a page holds."""
    found = scene_of(office, client)
    campaign = found.site.scope.removeprefix("campaign:")
    for number in range(30):
        site = office.registers_establishment(name=f"Cơ sở N{number:03}")
        office.plans_inspection(campaign, site, found.leader)
    return found


@pytest.fixture
def desk(browser: Browser, url: str) -> Iterator[Page]:
    """A window with scripts on."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN", base_url=url)
    yield context.new_page()
    context.close()


def test_the_build_brings_the_pinned_version() -> None:
    pinned = json.loads((ROOT / "tablet/package.json").read_text())["devDependencies"]["htmx.org"]
    assert (ROOT / f"server/static/vendor/htmx-{pinned}.js").is_file(), "make setup, or node tablet/vendor.mjs"


def test_a_list_is_filtered_and_turned_without_loading_the_page_anew(desk: Page, scene: Scene) -> None:
    said: list[str] = []
    desk.on("console", lambda message: said.append(message.text))
    desk.on("pageerror", lambda error: said.append(str(error)))
    signs_in(desk, scene)
    desk.wait_for_load_state("load")  # what the page itself is made of has been asked for
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.resource_type))

    desk.get_by_role("link", name="Đã lên kế hoạch").press("Enter")
    desk.wait_for_url("**status=planned")
    expect(desk.locator("#list")).to_be_focused()
    desk.get_by_role("link", name="Trang sau").click()
    desk.wait_for_url("**page=2")
    expect(desk.locator(".pager")).to_contain_text("Trang 2 / 2")
    desk.get_by_label("Tìm").fill("co so n012")
    desk.get_by_label("Tìm").press("Enter")
    expect(desk.get_by_role("row")).to_have_count(2)
    expect(desk.get_by_label("Tìm")).to_be_focused()
    assert [kind for kind in asked if kind != "other"] == [
        "fetch"
    ] * 3  # other: what the browser asks of its own, as for an icon

    desk.go_back()
    expect(desk.locator(".pager")).to_contain_text("Trang 2 / 2")
    assert said == []


def test_whoever_is_signed_out_meanwhile_is_asked_for_the_password(desk: Page, scene: Scene) -> None:
    signs_in(desk, scene)
    forgets(desk)
    desk.get_by_role("link", name="Đã lên kế hoạch").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
    desk.get_by_label("Tên đăng nhập").fill(scene.supervisor.username)
    desk.get_by_label("Mật khẩu").fill(scene.supervisor.password)
    desk.get_by_label("Mật khẩu").press("Enter")
    expect(desk.get_by_role("link", name="Đã lên kế hoạch")).to_have_attribute("aria-current", "true")
