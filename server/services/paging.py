"""Lists as people ask for them: words, the number of a page, and the part of a list that stands on it."""

from __future__ import annotations

MAX_PAGE = 100_000
MAX_WORDS = 200
"""Characters of what is looked for."""


def words(text: str) -> str:
    """Read what is looked for: one space between words, cut where nobody types on."""
    return " ".join(text.split())[:MAX_WORDS]


def asked(page: str) -> int:
    """Read the number of a page; what makes no sense is the first."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return min(max(number, 1), MAX_PAGE)


def placed(page: int, total: int, size: int) -> tuple[int, int, slice]:
    """Return the page that is shown (the last one where there are fewer), how many there are, and its part of the list."""
    pages = max(1, -(-total // size))
    shown = min(page, pages)
    return shown, pages, slice((shown - 1) * size, shown * size)
