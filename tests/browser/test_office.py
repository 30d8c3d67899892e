"""A supervisor's morning in a browser without JavaScript: sign in, find, read, return, approve; and give out a tablet."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Page, expect

from tests.builders import Office
from tests.pictures import jpeg
from tests.server.api.tus_wire import Tus, records_photo
from tests.server.pages.scene import Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection with a real photo."""
    found = scene_of(office, client)
    data = jpeg(size=(1600, 1200))
    id = records_photo(office, found.site, data, finding_id=found.site.finding_id("FU11"))
    Tus(client, found.kit).send(data, id)
    return found


def signs_in(page: Page, scene: Scene) -> None:
    """Sign in by keyboard."""
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(scene.supervisor.username)
    page.get_by_label("Mật khẩu").fill(scene.supervisor.password)
    page.get_by_label("Mật khẩu").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cuộc kiểm tra")


def forgets(page: Page) -> None:
    """Lose the session, once nothing is under way that would bring it back: each answer renews its cookie."""
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()


def shot(page: Page, name: str) -> None:
    """Keep a picture where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        width = (page.viewport_size or {"width": 0})["width"]
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def sees(page: Page, heading: str, name: str) -> None:
    """The page of this heading has come, and does not scroll sideways.

    Waits for the heading first: right after a click the old document may be gone and the new one not there yet.
    """
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state("load")
    shot(page, name)
    wide, given = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= given


def test_a_morning(page: Page, scene: Scene) -> None:
    """Find an inspection, return one item, see it returned; approve after the amendment."""
    page.goto("/")
    sees(page, "Đăng nhập", "sign-in")
    signs_in(page, scene)
    sees(page, "Cuộc kiểm tra", "list")
    page.get_by_label("Tìm").fill("cua hang")
    page.get_by_role("button", name="Tìm").click()
    page.get_by_role("link", name="Cửa hàng xăng dầu số 1").click()
    sees(page, "Cửa hàng xăng dầu số 1", "inspection")
    photo = page.locator("figure img").first
    photo.scroll_into_view_if_needed()
    expect(photo).to_be_visible()

    page.get_by_label("Trả lại mục này (FU11)").check()
    page.get_by_label("Ý kiến cho mục FU11").fill("Chụp lại vị trí cầu dao")
    page.get_by_role("button", name="Trả lại để bổ sung…").click()
    sees(page, "Trả lại để bổ sung?", "confirm")
    page.get_by_role("button", name="Trả lại để bổ sung").click()
    expect(page.get_by_role("status")).to_contain_text("Đã trả lại")
    expect(page.locator("#finding-" + scene.site.finding_id("FU11"))).to_contain_text("Chụp lại vị trí cầu dao")

    scene.issues("amendment")
    page.reload()
    page.get_by_role("button", name="Phê duyệt…").click()
    sees(page, "Phê duyệt?", "confirm-approval")
    page.get_by_role("button", name="Phê duyệt").click()
    expect(page.get_by_role("status")).to_contain_text("Đã phê duyệt")
    shot(page, "approved")
    page.locator("summary", has_text="Thanh Bình").click()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")


def test_a_tablet_is_given_out_and_taken_back(page: Page, scene: Scene, app: Flask) -> None:
    """The QR on the page is the URL with the code; the code is nowhere else."""
    signs_in(page, scene)
    page.get_by_text("Sổ, danh mục").click()
    page.get_by_role("link", name="Máy tính bảng").click()
    sees(page, "Máy tính bảng", "tablets")
    page.get_by_label("Người sẽ dùng máy").select_option(scene.member.id)
    page.get_by_role("button", name="Cấp mã một lần").click()
    sees(page, f"Mã ghi danh cho {scene.member.name}", "code")
    picture = Image.open(io.BytesIO(page.get_by_role("img", name="Mã QR ghi danh").screenshot()))
    found = zxingcpp.read_barcode(picture)
    code = (page.locator("strong.code").text_content() or "").replace("-", "")
    assert found is not None
    assert found.text == f"{app.config['SETTINGS'].public_url}/app/#enrol={code}"

    page.get_by_role("link", name="‹ Máy tính bảng").click()
    page.get_by_role("link", name="Thu hồi máy của Trần Văn Trưởng").click()
    sees(page, "Máy tính bảng 1 – Trần Văn Trưởng", "revoke")
    page.get_by_label("Lý do thu hồi").fill("Báo mất")
    page.get_by_role("button", name="Thu hồi").click()
    expect(page.get_by_role("status")).to_contain_text("Đã thu hồi quyền")


def test_the_skip_link_is_first(page: Page, scene: Scene) -> None:
    """A keyboard reaches the content in one step, and the focus is seen."""
    signs_in(page, scene)
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến nội dung chính")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
