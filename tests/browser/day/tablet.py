"""A tablet in the field: Debian's chromium on a profile that outlives it, and what an inspector does at its screens."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Locator, Page, Playwright, expect

from tests.browser.camera import arguments_of
from tests.browser.day.department import Department

PIN = "274931"
UPRIGHT, ACROSS = (800, 1280), (1280, 800)
SLOW = 60_000
"""Milliseconds that a first sync or the engine of paper may take on a busy machine."""
HERE = {"latitude": 21.2731, "longitude": 106.1946, "accuracy": 8}
OUTBOX = """async name => {
  const request = indexedDB.open(name)
  const db = await new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = () => failed(request.error) })
  const all = store => new Promise(done => { const got = db.transaction(store).objectStore(store).getAll(); got.onsuccess = () => done(got.result) })
  const [outbox, photos, notices] = [await all('outbox'), await all('photos'), await all('notices')]
  db.close()
  return {
    ops: outbox.map(row => ({ op_id: row.op_id, kind: row.kind, id: row.id, state: row.state, set: row.op.set })),
    photos: photos.map(row => ({ id: row.id, sha256: row.sha256, state: row.state, bytes: row.blob ? row.blob.size : 0 })),
    notices: notices.map(row => ({ op_id: row.op_id, why: row.why, over: row.over, detail: row.detail })),
  }
}"""


@dataclass
class FieldTablet:
    """One tablet. It is switched on and off; what lies in its profile stays."""

    playwright: Playwright
    department: Department
    profile: Path
    size: tuple[int, int] = UPRIGHT
    film: Path | None = None
    """What its camera sees; without one it has no camera."""
    complaints: list[str] = field(default_factory=list)
    """What the page threw, or the policy of content forbade."""
    _context: BrowserContext | None = None
    _tab: int = 0

    def starts(self, to: str | None = "/app/") -> Page:
        """Start the browser and open the app, unless the test does that itself."""
        width, height = self.size
        self._context = self.playwright.chromium.launch_persistent_context(
            self.profile, executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=[*(["--no-sandbox"] if os.geteuid() == 0 else []), *(arguments_of(self.film) if self.film else [])], viewport={"width": width, "height": height},
            locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", has_touch=True, permissions=["geolocation", *(["camera"] if self.film else [])], geolocation=HERE,  # type: ignore[arg-type]  # a dict of the right shape
            base_url=self.department.url,
        )  # fmt: skip
        self._context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        page = self._context.pages[0] if self._context.pages else self._context.new_page()
        if to is not None:
            page.goto(to)
        return page

    @property
    def context(self) -> BrowserContext:
        """The browser that runs."""
        assert self._context is not None, "the tablet is off"
        return self._context

    @property
    def page(self) -> Page:
        """The tab that is looked at."""
        return self.context.pages[self._tab]

    def tab(self) -> FieldTablet:
        """Open the app in one more tab of the same browser."""
        page = self.context.new_page()
        page.goto(f"{self.department.url}/app/")
        return replace(self, _tab=len(self.context.pages) - 1)

    def stops(self) -> None:
        """Close the browser as a person does."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def dies(self) -> None:
        """Kill the browser's process: the battery is empty."""
        pid = int(str((self.profile / "SingletonLock").readlink()).rsplit("-", 1)[-1])
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):  # it may be gone before the driver has asked it to close
            self.stops()
        self._context = None

    # -- the way in

    def types_pin(self, pin: str = PIN) -> None:
        """Tap six digits."""
        for digit in pin:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def enrols(self, username: str, name: str = "Máy 07") -> None:
        """Type a one-time code, name the tablet, choose a PIN; the first sync runs until everything is there."""
        code = self.department.code_for(username)
        self.page.goto("/app/#/start")
        self.page.get_by_label("Hoặc nhập mã").fill(f"{code[:4]}-{code[4:8]}-{code[8:]}")
        self.page.get_by_role("button", name="Tiếp tục").click()
        self.page.get_by_label("Tên máy").fill(name)
        self.page.get_by_role("button", name="Tiếp tục").click()
        self.types_pin()
        expect(self.page.get_by_text("Nhập lại mã PIN")).to_be_visible()
        self.types_pin()
        ready = self.page.get_by_role("main").get_by_text("Sẵn sàng ngoại tuyến", exact=True)
        expect(ready).to_be_visible(timeout=SLOW)
        for what in ("Danh sách khóa", "Bộ đọc mã QR", "Bộ lập biên bản PDF"):
            line = self.page.get_by_role("listitem").filter(has_text=what)
            expect(line.get_by_role("img", name="Đã có")).to_be_visible(timeout=SLOW)
        self.page.get_by_role("button", name="Bắt đầu làm việc").click()
        self.heading("Việc hôm nay")

    def signs_in(self, pin: str = PIN, name: str | None = None) -> None:
        """Unlock with the PIN."""
        if name is not None:
            self.page.get_by_role("button", name=re.compile(re.escape(name))).click()
        expect(self.page.get_by_text("Nhập mã PIN", exact=True)).to_be_visible()
        self.types_pin(pin)
        expect(self.page.get_by_role("navigation", name="Các màn hình chính")).to_be_visible()

    def signs_out(self) -> None:
        """Leave through the menu."""
        self.goes("/more")
        self.presses("Đăng xuất")
        self.page.get_by_role("alertdialog").get_by_role("button", name="Đăng xuất").click()
        expect(
            self.page.get_by_text("Nhập mã PIN", exact=True).or_(self.page.get_by_text("Ai đang dùng máy?"))
        ).to_be_visible()

    # -- going about

    def goes(self, path: str) -> None:
        """Go to a screen by its address."""
        self.page.goto(f"/app/#{path}")

    def heading(self, words: str | re.Pattern[str]) -> None:
        """The screen with this heading has come."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def presses(self, name: str, within: Locator | None = None) -> None:
        """Press a button or follow a link that says exactly this."""
        place = within or self.page.get_by_role("main")
        place.get_by_role("button", name=name, exact=True).or_(
            place.get_by_role("link", name=name, exact=True)
        ).first.click()

    def syncs(self) -> None:
        """Press the button and wait until nothing is left to send."""
        self.goes("/sync")
        self.page.get_by_role("button", name="Đồng bộ ngay").click(timeout=SLOW)
        self.has_sent_everything()

    def has_sent_everything(self, patience: int = SLOW) -> None:
        """The chip above says so."""
        expect(self.page.locator("header .chip")).to_contain_text("Đã gửi hết", timeout=patience)

    def leases_numbers(self) -> None:
        """Ask for twenty numbers of the team's book."""
        self.goes("/sync?part=numbers")
        self.page.get_by_role("listitem").filter(has_text="BB-ĐKT").get_by_role("button", name="Xin thêm 20 số").click()
        expect(self.page.get_by_text("Còn 20", exact=True)).to_be_visible()

    # -- an inspection

    def inspects(self, id: str) -> None:
        """Open an inspection."""
        self.goes(f"/inspections/{id}")
        expect(self.page.get_by_role("button", name="Đoàn, quyết định")).to_be_visible()

    def begins(self, id: str) -> None:
        """Arrive: the time and the place of the visit are recorded."""
        self.inspects(id)
        self.presses("Bắt đầu kiểm tra")
        expect(self.page.get_by_text("Đang kiểm tra", exact=True).first).to_be_visible()

    def item(self, key: str) -> Locator:
        """One item of the section that is shown."""
        return self.page.locator(f'article[id$="-{key}"]')

    def answers(self, key: str, answer: str, note: str = "") -> None:
        """Tap an answer; write a note."""
        self.item(key).get_by_role("button", name=answer, exact=True).click()
        if note:
            box = self.item(key).get_by_label("Ghi chú")
            box.fill(note)
            box.blur()

    def has_recorded(self, item: str, **said: Any) -> None:
        """The outbox says this of an item of some inspection: a tap shows at once and is written a moment later."""
        told: dict[str, dict[str, Any]] = {}
        for _ in range(SLOW // 100):
            told = {}
            for op in self.holds()["ops"]:
                told[op["id"]] = told.get(op["id"], {}) | op["set"]
            if any(each.items() >= {"item": item, **said}.items() for each in told.values()):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{item} was never written: {told}")

    def shows(self, section: str) -> None:
        """Turn to a section by the map."""
        expect(self.page.locator(".map")).to_be_visible()
        tree = self.page.locator(".tree")
        if not tree.is_visible():
            self.page.locator(".narrow-only button").click()
        tree.get_by_role("button", name=re.compile(section)).first.click()

    def measures(self, key: str, *rows: dict[str, str]) -> None:
        """Fill in a table, box by box, in the words of its columns; figures as they are typed, with a comma."""
        for n, row in enumerate(rows, 1):
            self.item(key).get_by_role("button", name=re.compile("^Thêm dòng")).click()
            entry = self.item(key).get_by_role("group", name=f"Dòng {n}", exact=True)
            for title, figure in row.items():
                entry.get_by_label(title).fill(figure)
                entry.get_by_label(title).blur()

    def photographs(self, key: str, *pictures: bytes) -> None:
        """Take photos of an item: the camera hands over files."""
        place = self.item(key)
        if not place.get_by_text("Chọn ảnh có sẵn").is_visible():
            place.get_by_role("button", name="Ảnh", exact=True).click()
        before = place.locator(".photos-of ul img").count()
        files: Sequence[Any] = [
            {"name": f"IMG_{n}.jpg", "mimeType": "image/jpeg", "buffer": data} for n, data in enumerate(pictures)
        ]
        place.locator('input[type="file"][multiple]').set_input_files(files)
        expect(place.locator(".photos-of ul img")).to_have_count(before + len(pictures), timeout=SLOW)

    # -- what lies on the tablet

    def devices(self) -> list[str]:
        """The databases of the people on this tablet."""
        names: list[str] = self.page.evaluate("indexedDB.databases().then(all => all.map(each => each.name))")
        return sorted(name for name in names if name.startswith("hien-truong-"))

    def holds(self, device: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """Operations, photos and notices of a person on this tablet; of the only one, if none is named."""
        found: dict[str, list[dict[str, Any]]] = self.page.evaluate(OUTBOX, device or self.devices()[0])
        return found
