"""What every screen of the tablet must be: free of axe's findings, read in any light, and touched with a thumb."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.test_office import shot

AXE = Path(__file__).resolve().parents[2] / "tablet" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
SMALLEST = 48
"""CSS pixels; design asks for 56, and what stands in the one slim bar above may have 48."""
_SMALL = """least => [...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(e => e.checkVisibility() && !e.closest('.unseen, .skip, p') && !e.matches('.skip, .unseen'))
  .map(e => [e.closest('label') && e.matches('[type=radio], [type=checkbox], [type=file]') ? e.closest('label') : e])
  .map(([e]) => [e.getBoundingClientRect(), (e.getAttribute('aria-label') || e.textContent || e.outerHTML).trim().slice(0, 60)])
  .filter(([box]) => box.width < least || box.height < least)
  .map(([box, name]) => `${name}: ${Math.round(box.width)}x${Math.round(box.height)}`)"""


def looks_right(page: Page, name: str) -> None:
    """No finding of axe (A, AA, contrast AAA), nothing too small to touch, nothing wider than the screen."""
    page.wait_for_timeout(250)  # what slides in is not measured half-way
    shot(page, f"tablet-{name}")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    assert len(found["passes"]) > 10, "axe saw next to nothing"
    assert [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]] == [], name
    assert page.evaluate(_SMALL, SMALLEST) == [], name
    wide, given = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= given, name
