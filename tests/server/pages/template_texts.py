"""What templates say in fixed words outside of `_()`: found by the template's own lexer, so that English lacks nothing unseen."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment

TEMPLATES = Path(__file__).resolve().parents[3] / "server/pages/templates"
SAID = {"alt", "aria-label", "label", "placeholder", "title"}
"""Attributes that people read or hear."""
SAME = frozenset({"API", "CSV", "Enter", "OpenAPI", "PDF", "QR", "SHA-256", "ID", "JSON", "MPE"})
"""Names that are the same in every language, besides single letters (keys, units)."""
_VIETNAMESE = re.compile(r"[À-ỹĐđ]")
_WORD = re.compile(r"[^\W\d_]+(?:-\d+)?")


def untranslated(source: str) -> list[str]:
    """Return the literals with Vietnamese letters, and the fixed texts, that a template does not ask the English of."""
    html, literals, before = "", [], ("", "", "")
    for _, kind, value in Environment(autoescape=True).lex(source):
        if kind == "data":
            html += value
        elif kind == "string" and _VIETNAMESE.search(value) and before[:2] != ("_", "("):
            literals.append(value[1:-1])
        if kind not in {"whitespace", "comment"}:
            before = (before[1], value, kind)
    texts = _Texts()
    texts.feed(html)
    return literals + [text for text in texts.found if any(not _is_same(word) for word in _WORD.findall(text))]


def _is_same(word: str) -> bool:
    return word in SAME or (len(word) == 1 and word.isascii())


class _Texts(HTMLParser):
    """Collects what is read: texts between tags and the attributes that are spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += [data.strip()] if data.strip() else []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SAID and value]
