"""Make docs/pictures/ from the demo day: pages by headless Chromium, a paper by pypdfium2, each a small palette PNG."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from server.demo.day import Day
from server.demo.serving import ROOT, Server

MAX_BYTES = 150_000
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 420, "height": 760}
FOLDER = ROOT / "docs" / "pictures"


def kept(picture: Image.Image, name: str) -> None:
    """Write a palette PNG; fewer colours until it is small."""
    for colours in (128, 64, 32, 16):
        out = io.BytesIO()
        picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < MAX_BYTES:
            (FOLDER / f"{name}.png").write_bytes(out.getvalue())
            print(f"docs/pictures/{name}.png  {picture.width}x{picture.height}  {out.tell() // 1024} KB")
            return
    raise SystemExit(f"{name}: larger than {MAX_BYTES} bytes with 16 colours")


def shot(page: Page, name: str) -> None:
    """Keep what the window shows."""
    page.wait_for_load_state("load")
    kept(Image.open(io.BytesIO(page.screenshot())), name)


def pages_of(day: Day) -> None:
    """Sign in as the supervisor and look; then scan a paper as anybody does."""
    supervisor = next(name for name, role in day.roles.items() if role == "supervisor")
    with sync_playwright() as playwright:
        own = os.environ.get("CHROMIUM") or shutil.which("chromium")
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=own, args=arguments)
        window = browser.new_context(viewport=WIDE, locale="vi-VN", base_url=day.server.url, java_script_enabled=False)
        page = window.new_page()
        page.goto("/")
        page.get_by_label("Tên đăng nhập").fill(supervisor)
        page.get_by_label("Mật khẩu").fill(day.accounts[supervisor])
        page.get_by_label("Mật khẩu").press("Enter")
        page.get_by_role("heading", level=1, name="Cuộc kiểm tra").wait_for()
        shot(page, "inspections")
        page.goto(f"/inspections/{day.visits[0].inspection}")
        shot(page, "inspection")
        phone = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False).new_page()
        phone.goto(day.verify_urls[0].replace("localhost", "127.0.0.1"))
        shot(phone, "public")
        browser.close()


def main() -> None:
    """Play the day on a server of its own and keep four pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    day = Day(Server(ROOT / "build" / "pictures"))
    try:
        for name, step in day.steps():
            print(name, flush=True)
            step()
        pages_of(day)
    finally:
        day.server.stops()
    paper = pypdfium2.PdfDocument(day.pdfs[0])
    kept(paper[0].render(scale=1.25).to_pil(), "minutes")
    print(json.dumps({"pdf": day.pdfs[0].name}, ensure_ascii=False))


if __name__ == "__main__":
    main()
