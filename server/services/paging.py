"""Pages of a list: the number that was asked for, and the part of a list that stands on it."""

from __future__ import annotations

MAX_PAGE = 100_000


def asked(page: str) -> int:
    """Read the number of a page; what makes no sense is the first."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return min(max(number, 1), MAX_PAGE)


def placed(page: int, total: int, size: int) -> tuple[int, int, slice]:
    """Return the page that is shown (the last one where there are fewer), how many there are, and its part of the list."""
    pages = max(1, -(-total // size))
    shown = min(page, pages)
    return shown, pages, slice((shown - 1) * size, shown * size)
