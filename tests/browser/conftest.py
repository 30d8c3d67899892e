"""A real browser on a real server of its own: Debian's chromium, or the one that CHROMIUM names, or Playwright's own."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

SHAPES = {"desk": (1280, 800), "tablet": (800, 1280)}
expect.set_options(timeout=20_000)  # milliseconds: a busy machine is no fault of the page's


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    with sync_playwright() as playwright:
        own = os.environ.get("CHROMIUM") or shutil.which("chromium")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = playwright.chromium.launch(executable_path=own, args=arguments)
        yield found
        found.close()


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """The test's own server on a free port."""
    app.config["SESSION_COOKIE_SECURE"] = False  # the test's settings say https, this server speaks http
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=sorted(SHAPES))
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """A fresh window, as wide as a desk's screen and as a tablet held upright; scripts are off."""
    width, height = SHAPES[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", base_url=url, java_script_enabled=False
    )
    yield context.new_page()
    context.close()
