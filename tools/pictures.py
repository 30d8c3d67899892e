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
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from playwright.sync_api import Page, expect, sync_playwright

from server.demo.day import Day
from server.demo.serving import ROOT, Server
from tests.browser.day.department import LEADER, Department
from tests.browser.day.leader import Leader
from tests.browser.day.tablet import FieldTablet

MAX_BYTES = 150_000
WIDE = {"width": 1366, "height": 768}
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


def settled(page: Page, name: str) -> None:
    """Keep what the tablet shows once everything stands where it will stay and words said in passing have gone."""
    expect(page.locator("div.words > div.word")).to_have_count(0, timeout=30_000)
    page.wait_for_timeout(500)
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
        office_of(page)
        phone = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False).new_page()
        phone.goto(day.verify_urls[0].replace("localhost", "127.0.0.1"))
        shot(phone, "public")
        browser.close()


def office_of(page: Page) -> None:
    """Look at what waits for a decision, at the year's programme, at the charts of its report."""
    page.goto("/review")
    shot(page, "office-review")
    page.goto("/programme")
    shot(page, "office-programme")
    page.goto("/reports/2021")
    page.get_by_role("heading", name="Theo lĩnh vực").scroll_into_view_if_needed()
    page.mouse.wheel(0, 700)
    page.wait_for_timeout(300)
    shot(page, "office-report")


def of_a_dispenser() -> bytes:
    """What a camera might have seen: the display of a dispenser, and beside it the flask that was filled."""
    scene = Image.linear_gradient("L").resize((1200, 900)).convert("RGB").point(lambda level: 150 + level // 4)
    draw = ImageDraw.Draw(scene)
    font = ImageFont.truetype(ROOT / "server" / "printing" / "fonts" / "Tinos-Bold.ttf", 130)
    draw.rounded_rectangle((120, 90, 760, 830), 30, fill=(176, 32, 36))
    for top, text in ((150, "20,00 L"), (370, "483.600")):
        draw.rectangle((170, top, 710, top + 170), fill=(24, 36, 30))
        draw.text((200, top + 8), text, font=font, fill=(190, 255, 200))
    draw.polygon([(880, 250), (980, 250), (980, 420), (1090, 820), (770, 820), (880, 420)], fill=(196, 202, 208))
    draw.rectangle((905, 290, 955, 400), fill=(240, 210, 120))
    noisy = Image.blend(
        scene.filter(ImageFilter.GaussianBlur(2)), Image.effect_noise(scene.size, 40).convert("RGB"), 0.08
    )
    out = io.BytesIO()
    noisy.save(out, "JPEG", quality=85)
    return out.getvalue()


def tablet_of(day: Day, profile: Path) -> None:
    """Enrol an inspector's tablet, inspect a station, issue its minutes; keep six of its screens."""
    department = Department(day.server, day.accounts)
    shutil.rmtree(profile, ignore_errors=True)
    with sync_playwright() as playwright:
        tablet = FieldTablet(playwright, department, profile)
        page = tablet.starts()
        tablet.enrols(LEADER)
        tablet.leases_numbers()
        inspection = department.inspection_at("Cửa hàng xăng dầu Bảo Sơn")
        tablet.begins(inspection)
        tablet.goes("/")
        tablet.heading("Việc hôm nay")
        settled(page, "tablet-today")
        tablet.inspects(inspection)
        tablet.shows("Từng vòi: kiểm tra sai số")
        row = {"Số chỉ cột đo": "20,00", "V_REF hiệu chỉnh": "19,90", "Thời gian": "33"}
        tablet.measures("FU14", row | {"V_REF hiệu chỉnh": "19,91"}, row)
        tablet.answers("FU14", "Không đạt", "Vòi số 1 vượt giới hạn sai số; đã yêu cầu dừng bán ở vòi này.")
        tablet.item("FU14").get_by_role("group", name="Dòng 2", exact=True).evaluate(
            "row => row.scrollIntoView({ block: 'start' })"
        )
        settled(page, "tablet-measuring")
        tablet.photographs("FU14", of_a_dispenser())
        page.evaluate("document.documentElement.dataset.theme = 'sun'")
        tablet.item("FU14").locator(".photos-of").evaluate("photos => photos.scrollIntoView({ block: 'center' })")
        settled(page, "tablet-sun")
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        leader = Leader(tablet, inspection)
        leader.at("/new/inspection")
        expect(page.get_by_role("button", name="Phát hành", exact=True)).to_be_visible()
        settled(page, "tablet-closing")
        leader.issues("inspection", "Biên bản kiểm tra")
        settled(page, "tablet-paper")
        tablet.syncs()
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        settled(page, "tablet-sync")
        tablet.stops()


def main() -> None:
    """Play the day on a server of its own, then send a tablet out; keep thirteen pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    day = Day(Server(ROOT / "build" / "pictures"))
    try:
        for name, step in day.steps():
            print(name, flush=True)
            step()
        pages_of(day)
        tablet_of(day, ROOT / "build" / "pictures-tablet")
    finally:
        day.server.stops()
    paper = pypdfium2.PdfDocument(day.pdfs[0])
    kept(paper[0].render(scale=1.25).to_pil(), "minutes")
    print(json.dumps({"pdf": day.pdfs[0].name}, ensure_ascii=False))


if __name__ == "__main__":
    main()
