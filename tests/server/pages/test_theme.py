"""The look: text contrast of 7:1 (WCAG AAA) for every pair of colours that pages put together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[3] / "server/static/theme.css").read_text()
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((text, ground) for text in ("ink", "muted", "link") for ground in ("paper", "ground", "#e9edf2", "#f7f9fc", "warn-soft")),
        ("good", "paper"), ("good", "good-soft"), ("bad", "paper"), ("bad", "bad-soft"), ("warn", "paper"),
        ("warn", "warn-soft"), ("warn", "ground"), ("brand-ink", "brand"), ("brand-ink", "#082c54"), ("brand", "brand-soft"),
        ("muted", "brand-soft"), ("muted", "bad-soft"), ("#e9f0f8", "brand"), ("ink", "#edf0f4"),
    ],
)  # fmt: skip
def test_text_is_read_in_any_light(text: str, ground: str) -> None:
    pair = [COLOURS.get(name, name) for name in (text, ground)]
    assert contrast(*pair) >= 7, f"{text} on {ground}: {contrast(*pair):.2f}"


def test_every_literal_colour_of_text_is_among_those_checked() -> None:
    literal = set(re.findall(r"[{;] ?color: (#[0-9a-f]{6})", CSS))
    assert literal <= {"#e9f0f8"}


def test_focus_is_seen() -> None:
    assert contrast(COLOURS["focus"], COLOURS["ground"]) >= 3
    assert ":focus-visible" in CSS
