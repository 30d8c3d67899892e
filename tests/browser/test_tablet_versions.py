"""New versions of the tablet's app: waiting until somebody taps, never half, never a Wi-Fi's page; and the camera."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.camera import arguments_of, film_of

CONTROLLED = """async () => {
  const { serviceWorker } = navigator
  const taken = new Promise(resolve => serviceWorker.addEventListener('controllerchange', resolve))
  await serviceWorker.ready
  if (serviceWorker.controller === null) await taken
}"""
"""Wait until the worker has the page."""


@pytest.fixture
def build(app: Flask, tmp_path: Path) -> Path:
    """A copy of the build that a test may change; the server serves it."""
    made = Path(app.static_folder or "") / "app"
    assert (made / "index.html").is_file(), "make setup builds it"
    folder = tmp_path / "static" / "app"
    shutil.copytree(made, folder, ignore=shutil.ignore_patterns("*.gz"))
    app.static_folder = str(tmp_path / "static")
    return folder


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    """A minute before the office's screen: what the lens sees, as a film of one picture."""
    symbol = zxingcpp.create_barcode(
        "https://kiemtra.bacninh.gov.vn/app/#enrol=AB12CD34EF56", zxingcpp.BarcodeFormat.QRCode
    )
    return film_of(Image.fromarray(zxingcpp.write_barcode_to_image(symbol, scale=8)), tmp_path / "camera.y4m")


@pytest.fixture
def page(url: str, build: Path, camera: Path) -> Iterator[Page]:
    """A tablet with a camera, at the server's app, its worker at work."""
    arguments = ["--no-sandbox", *arguments_of(camera)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_context(locale="vi-VN", base_url=url, permissions=["camera"]).new_page()
        page.goto("/app/")
        page.evaluate(CONTROLLED)
        yield page
        browser.close()


def releases(build: Path, title: str, *, whole: bool = True) -> None:
    """Put another version on the server; not whole: its worker promises another page than the server has."""
    index, worker = build / "index.html", build / "sw.js"
    old = index.read_text()
    new = re.sub(r"<title>.*?</title>", f"<title>{title}</title>", old)
    names = {text: hashlib.sha256(text.encode()).hexdigest()[:16] for text in (old, new)}
    source = worker.read_text()
    assert names[old] in source
    index.write_text(new if whole else "<html><body>Wi-Fi: xin đăng nhập</body></html>")
    number = hashlib.sha256(title.encode()).hexdigest()[:12]
    source, count = re.subn(r"(?<=[`'\"])[0-9a-f]{12}(?=[`'\"])", number, source)
    assert count == 1, "sw.js has one number of its build"
    worker.write_text(source.replace(names[old], names[new]))


def looks_for_updates(page: Page) -> None:
    """Ask for a new version by the settings' button."""
    page.goto("/app/#/settings")
    page.get_by_role("button", name="Tìm phiên bản mới").click()


def kept(page: Page) -> str:
    """The page of the app that the worker's caches hold."""
    found: dict[str, str] = page.evaluate("""async () => Object.fromEntries(await Promise.all(
      (await caches.keys()).filter(name => name.startsWith('shell-')).map(async name =>
        [name, await (await (await caches.open(name)).match('/app/')).text()])))""")
    assert len(found) == 1, list(found)
    return next(iter(found.values()))


def test_a_new_version_waits_for_a_tap(page: Page, build: Path) -> None:
    """Found, told, applied by hand; the caches of the one before are gone."""
    releases(build, "Bản mới")
    looks_for_updates(page)
    expect(page.get_by_text("Đã có phiên bản mới của ứng dụng")).to_be_visible()
    with page.expect_event("load"):
        page.get_by_role("region", name="Lưu ý về máy").get_by_role("button", name="Cập nhật ngay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cài đặt")
    assert "Bản mới" in kept(page)
    expect(page.get_by_text("Đã có phiên bản mới của ứng dụng")).to_have_count(0)


def test_half_a_version_leaves_the_one_before_at_work(page: Page, build: Path) -> None:
    """A file that is not what was built: nothing is told, nothing is cached, and offline the old one opens."""
    before = kept(page)
    releases(build, "Bản dở", whole=False)
    looks_for_updates(page)
    expect(page.get_by_text("Đang dùng phiên bản mới nhất")).to_be_visible()
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cài đặt")
    stored = page.evaluate("""async () => (await Promise.all((await caches.keys()).map(async name =>
      (await (await caches.open(name)).match('/app/'))?.text()))).filter(Boolean)""")
    assert stored == [before]


def test_the_offices_symbol_is_read_by_the_camera(page: Page) -> None:
    """Under the app's own policy of content, by wasm from our own origin; the code goes on to the next step."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/app/#/start")
    page.get_by_role("button", name="Quét mã QR bằng máy ảnh").click()
    expect(page.get_by_label("Tên máy")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Quay lại").last.click()
    expect(page.get_by_label("Hoặc nhập mã")).to_have_value("AB12-CD34-EF56")
    host = json.loads(page.evaluate("JSON.stringify(location.origin)"))
    assert [address for address in asked if not address.startswith((host, "blob:", "data:"))] == []
