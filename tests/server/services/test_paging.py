"""Which page of a list stands there, whatever was asked for."""

from __future__ import annotations

import pytest

from server.services import paging


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("", 1),
        ("3", 3),
        ("0", 1),
        ("-1", 1),
        ("1.5", 1),
        ("x", 1),
        ("٣", 1),
        ("²", 1),
        ("999999", paging.MAX_PAGE),
        ("9999999", 1),
    ],
)
def test_what_makes_no_sense_is_the_first_page(said: str, page: int) -> None:
    assert paging.asked(said) == page


@pytest.mark.parametrize(
    ("asked", "total", "page", "pages", "rows"),
    [(1, 0, 1, 1, []), (1, 3, 1, 2, [0, 1]), (2, 3, 2, 2, [2]), (2, 4, 2, 2, [2, 3]), (9, 3, 2, 2, [2])],
)
def test_a_page_past_the_end_is_the_last(asked: int, total: int, page: int, pages: int, rows: list[int]) -> None:
    shown, count, part = paging.placed(asked, total, 2)
    assert (shown, count, list(range(total))[part]) == (page, pages, rows)
