"""Charts of reports as SVG, told apart by pattern as well as colour, and the same picture as PNG for Word."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from server.printing.press import Press

WIDTH = 900
BAR, FRAME = 34, 130
"""Pixels of one bar with its gap, and of axis and legend."""
MOST_LABEL = 46
PPI = 220.0
_TICKS = 8
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SCRIPT = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)
# Light ground, dark lines: readable on a black-and-white printer, and a number in black is readable on each of them.
_FILLS = ("#d9ece0", "#f8dede", "#fdf0cf", "#d5e2f2")
_LINES = (
    "",
    '<path d="M-2,2 l4,-4 M0,14 l14,-14 M12,16 l4,-4" stroke="#b0464b" stroke-width="1"/>',
    '<circle cx="4" cy="4" r="1.2" fill="#8a6a20"/>',
    '<path d="M0,7 h14" stroke="#0b3a6e" stroke-width="1.2"/>',
)
_press = Press("chart.typ")


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with one or more series stacked in each. `alt` says in words what the picture shows."""

    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    alt: str
    is_upright: bool = False
    """Columns along time, instead of bars below each other."""


def svg(chart: Chart) -> str:
    """Draw a chart. The same chart gives the same text."""
    height = 330 if chart.is_upright else FRAME + BAR * max(len(chart.labels), 2)
    kind = _pygal().StackedBar if chart.is_upright else _pygal().HorizontalStackedBar
    most = max((sum(values) for values in zip(*(v for _, v in chart.series), strict=True)), default=0)
    drawn = kind(
        style=_style(), js=[], width=WIDTH, height=height, explicit_size=True, no_prefix=True, print_values=True,
        print_zeroes=False, disable_xml_declaration=True, legend_at_bottom=True, legend_at_bottom_columns=len(chart.series),
        truncate_legend=-1, truncate_label=-1, show_legend=len(chart.series) > 1, y_labels=_ticks(most), margin=12,
        value_formatter=lambda value: f"{value:.0f}",
    )  # fmt: skip
    for number in range(len(chart.series)):
        drawn.config.defs.append(_pattern(number))
        drawn.config.css.append(
            f"inline:.color-{number} rect.rect, rect.color-{number} {{fill: url(#p{number}); stroke: #16202e; stroke-width: 1}}"
        )
    order = 1 if chart.is_upright else -1  # pygal draws horizontal bars from the bottom
    drawn.x_labels = [_label(label) for label in chart.labels][::order]
    for name, values in chart.series:
        drawn.add(name, list(values)[::order])
    return _SCRIPT.sub("", str(drawn.render()))


def png(picture: str) -> bytes:
    """Draw an SVG as PNG, with the fonts that papers are printed with. Raises PrintError."""
    return _press.sets({"svg": picture}, "png", ppi=PPI)


def plain(text: str) -> str:
    """Leave out what no XML can hold: a document may say anything."""
    return _CONTROL.sub("", text)


def _ticks(most: int) -> list[int]:
    """Return whole numbers from 0 past the longest bar, few enough to read."""
    step = 1
    while step * _TICKS < most:
        step = {1: 2, 2: 5, 5: 10}[step // 10 ** (len(str(step)) - 1)] * 10 ** (len(str(step)) - 1)
    return list(range(0, step * (-(-most // step) or 1) + 1, step))


def _label(said: str) -> str:
    text = plain(said)
    return text if len(text) <= MOST_LABEL else text[: MOST_LABEL - 1].rstrip(" ,.;") + "…"


def _pattern(number: int) -> str:
    kind = number % len(_FILLS)
    return (
        f'<pattern id="p{number}" width="14" height="14" patternUnits="userSpaceOnUse">'
        f'<rect width="14" height="14" fill="{_FILLS[kind]}" style="fill:{_FILLS[kind]};stroke:none"/>{_LINES[kind]}</pattern>'
    )


@lru_cache(maxsize=1)
def _pygal() -> Any:
    """Import it late: a server at rest need not hold its 13 MB, nor a command wait for it.

    It leaves a finder for plugins of maps in Python's list, which Python warns of at every later import: taken out again.
    """
    import pygal

    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]
    return pygal


def _style() -> Any:
    return _pygal().style.Style(
        background="#ffffff", plot_background="#ffffff", foreground="#16202e", foreground_strong="#000000",
        foreground_subtle="#404a58", font_family="Tinos, 'Times New Roman', 'Liberation Serif', serif", label_font_size=15,
        major_label_font_size=15, value_font_size=15, legend_font_size=15, colors=_FILLS, opacity="1", opacity_hover="1",
        guide_stroke_color="#b9c2ce", major_guide_stroke_color="#b9c2ce", guide_stroke_dasharray="2,3",
        major_guide_stroke_dasharray="2,3", value_colors=("#000000",) * len(_FILLS), stroke_opacity="1",
    )  # fmt: skip
