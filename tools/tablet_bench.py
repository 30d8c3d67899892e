"""`make bench-tablet`: what the tablet client weighs and how fast it draws; medians of three. Prints a table; asserts nothing."""

from __future__ import annotations

import gzip
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from server.demo.serving import ROOT
from tests.browser.day.department import LEADER, Department
from tests.browser.day.tablet import PIN, FieldTablet

RUNS = 3
THROTTLE = 6
"""How many times slower than this machine Chromium pretends to be."""
FORM, LIST = 25, 200
ENLARGE = """async ([sha256, section, total]) => {
  const request = indexedDB.open('hien-truong')
  const db = await new Promise(done => { request.onsuccess = () => done(request.result) })
  const store = db.transaction('checklists', 'readwrite').objectStore('checklists')
  const found = await new Promise(done => { const got = store.get(sha256); got.onsuccess = () => done(got.result) })
  const pattern = found.sections.flatMap(each => each.items).find(each => each.type === 'answer' && !each.when)
  found.sections = Array.from({ length: total / section }, (_, at) => ({
    ...found.sections[0], key: `s${at}`, per: 'visit', instrument_types: [],
    items: Array.from({ length: section }, (_, n) => ({ ...pattern, key: `B${at}${String(n).padStart(2, '0')}`, required: true })),
  }))
  await new Promise(done => { store.put(found).onsuccess = () => done() })
  db.close()
}"""
"""A checklist grows on this tablet alone: the reference programme has none so long."""
SEEN = """(() => {
  const wanted = { pad: ['.keys button', 1], form: ['article.item', 25], filled: ['article.item .good[aria-pressed="true"]', 25] }
  window.seen = {}
  const look = () => {
    for (const [name, [selector, count]] of Object.entries(wanted)) {
      if (!(name in window.seen) && document.querySelectorAll(selector).length >= count) window.seen[name] = performance.now()
    }
    requestAnimationFrame(look)
  }
  look()
})()"""
"""Looks once a frame: what is timed is what a person could see."""


class Bench:
    """A tablet whose inspection has 200 items, the first 25 of them filled in; its server is stopped."""

    def __init__(self, tablet: FieldTablet, inspection: str) -> None:
        self.tablet, self.inspection = tablet, inspection
        self._throttle = 1

    @property
    def page(self) -> Page:
        """The tablet's page."""
        return self.tablet.page

    def fills(self) -> None:
        """Answer the whole first section."""
        self.tablet.begins(self.inspection)
        self.tablet.presses(f"Đạt cả {FORM} mục còn lại")
        self.page.get_by_role("alertdialog").get_by_role("button", name=f"Đã xem, ghi đạt {FORM} mục").click()
        self.page.wait_for_function("() => window.seen.filled !== undefined")

    def throttles(self, rate: int) -> None:
        """Let the page's processor seem slower."""
        self.page.context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def reloads(self) -> tuple[float, float]:
        """From the reload to the keys of the PIN, and from its last digit to the filled form (ms)."""
        self.page.goto(f"/app/#/inspections/{self.inspection}")
        self.page.reload()
        self.page.wait_for_function("() => window.seen.pad !== undefined")
        pad = float(self.page.evaluate("window.seen.pad"))
        self.tablet.types_pin(PIN[:-1])
        began = float(self.page.evaluate(_PRESS, PIN[-1]))
        self.page.wait_for_function("() => window.seen.filled !== undefined")
        return pad, float(self.page.evaluate("window.seen.filled")) - began

    def opens_the_list(self) -> float:
        """From the tap in the day's list to the first section of 200 items (ms)."""
        self.tablet.goes("/")
        row = self.page.locator(f'a[href="#/inspections/{self.inspection}"]')
        row.wait_for()
        self.page.evaluate("window.seen = {}")
        began = float(row.evaluate("link => { const now = performance.now(); link.click(); return now }"))
        self.page.wait_for_function("() => window.seen.form !== undefined")
        return float(self.page.evaluate("window.seen.form")) - began


_PRESS = """digit => {
  const key = [...document.querySelectorAll('.keys button')].find(each => each.textContent.trim() === digit)
  const now = performance.now()
  key.click()
  return now
}"""


def script_bytes() -> int:
    """All JavaScript of the build packed with gzip, chunks that load late too; no wasm."""
    folder = ROOT / "server" / "static" / "app"
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in folder.rglob("*.js"))


def weight_until(*screens: str) -> int:
    """JavaScript, each chunk gzipped, that must have come before these screens are drawn: the page's own and theirs."""
    folder = ROOT / "server" / "static" / "app" / "assets"
    [entry] = re.findall(r'src="/app/assets/(index-[\w-]+\.js)"', (folder.parent / "index.html").read_text())
    named = [path.name for path in folder.glob("*.js") if path.name[:-12] in screens]
    found, left = set[str](), [entry, *named]
    while left:
        chunk = left.pop()
        if chunk not in found:
            found.add(chunk)
            left += re.findall(r'(?:from|import)\s*"\./([\w.-]+\.js)"', (folder / chunk).read_text())
    return sum(len(gzip.compress((folder / chunk).read_bytes(), 9)) for chunk in found)


def median(measure: Callable[[], float]) -> float:
    """The median of three."""
    return statistics.median(measure() for _ in range(RUNS))


def measured(bench: Bench) -> list[tuple[str, str, str, str]]:
    """What is measured, with the wish, as it is and throttled."""
    figures: dict[int, list[float]] = {}
    for rate in (1, THROTTLE):
        bench.throttles(rate)
        reloads = [bench.reloads() for _ in range(RUNS)]
        pad, form = (statistics.median(times) for times in zip(*reloads, strict=True))
        figures[rate] = [pad, form, median(bench.opens_the_list)]
    names = (
        ("Tải lại khi không có mạng đến bàn phím PIN", "1000"),
        (f"Từ số PIN cuối đến phiếu {FORM} mục đã ghi", "1000"),
        (f"Từ danh sách đến phần đầu của danh mục {LIST} mục", "300"),
    )
    rows = zip(names, figures[1], figures[THROTTLE], strict=True)
    return [(name, f"≤ {wish} ms", f"{plain:.0f} ms", f"{slow:.0f} ms") for (name, wish), plain, slow in rows]


def main() -> None:
    """Found a department, enrol a tablet, stop the server, measure."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        department = Department.founded(folder / "server")
        department.server.starts()
        tablet = FieldTablet(playwright, department, folder / "profile")
        try:
            tablet.starts()
            tablet.enrols(LEADER)
            inspection = department.inspection_at("Cửa hàng xăng dầu Song Mai")
            pins = department.states("inspection")[inspection]["checklists"]
            tablet.page.evaluate(ENLARGE, [pins[0]["sha256"], FORM, LIST])
            department.stops()
            tablet.context.add_init_script(SEEN)
            tablet.page.reload()
            tablet.signs_in()
            bench = Bench(tablet, inspection)
            bench.fills()
            rows = measured(bench)
        finally:
            tablet.stops()
            department.server.stops()
    table = Table("", "mong muốn", "máy này", f"CPU chậm {THROTTLE} lần (mong muốn ≤ 3000 ms)")
    table.add_row("JavaScript nén gzip, không kể wasm", "≤ 130 KB", f"{script_bytes() / 1000:.1f} KB", "")
    table.add_row("  trong đó đến bàn phím PIN", "", f"{weight_until() / 1000:.1f} KB", "")
    table.add_row("  đến danh sách việc trong ngày", "≤ 130 KB", f"{weight_until('Today') / 1000:.1f} KB", "")
    table.add_row("  đến một phiếu kiểm tra", "", f"{weight_until('Today', 'Inspection') / 1000:.1f} KB", "")
    for row in rows:
        table.add_row(*row)
    console = Console(width=120)
    console.print(table)
    console.print(
        f"{os.cpu_count()} nhân; tải trung bình của máy khi đo: {', '.join(f'{load:.1f}' for load in os.getloadavg())}"
    )


if __name__ == "__main__":
    main()
