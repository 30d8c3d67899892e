"""Serials of rolls: their text, ranges that share one, what a lease should still hold and what a count finds missing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import mark_ranges
from sync.mark_ranges import (
    MAX_DIGITS,
    MAX_PREFIX,
    cut,
    difference,
    expected,
    joined,
    overlap,
    remaining,
    serial,
    spans,
)


def roll(first: int, last: int, prefix: str = "22B", digits: int = 5, **more: Any) -> dict[str, Any]:
    """A range of a roll."""
    return {"prefix": prefix, "digits": digits, "first": first, "last": last, **more}


def test_a_serial_is_written_and_read_back() -> None:
    assert mark_ranges.serial("22B", 1439, 5) == "22B01439"
    assert mark_ranges.number_of("22B01439", "22B", 5) == 1439


@pytest.mark.parametrize("text", ["22B1439", "22B001439", "22C01439", "01439", "22B0143٩", "22B 1439", ""])
def test_a_serial_of_another_roll_is_none_of_ours(text: str) -> None:
    assert mark_ranges.number_of(text, "22B", 5) is None


@given(st.lists(st.integers(1, 60)))
def test_ranges_hold_the_same_numbers(numbers: list[int]) -> None:
    found = spans(numbers)
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(set(numbers))
    assert all(b[0] > a[1] + 1 for a, b in pairwise(found)), "no two touch"


ROLLS = st.builds(
    lambda prefix, digits, ends: roll(min(ends), max(ends), prefix, digits),
    st.sampled_from(["", "2", "22", "A", "A2"]), st.integers(2, 3), st.tuples(st.integers(0, 99), st.integers(0, 99)),
)  # fmt: skip


@given(ROLLS, ROLLS)
def test_two_ranges_overlap_where_one_text_is_in_both(a: dict[str, Any], b: dict[str, Any]) -> None:
    def texts(r: dict[str, Any]) -> set[str]:
        return {mark_ranges.serial(r["prefix"], n, r["digits"]) for n in range(r["first"], r["last"] + 1)}

    assert overlap(a, b) is bool(texts(a) & texts(b))
    assert overlap(b, a) is overlap(a, b)


def test_what_came_back_was_written_off_or_used_is_no_longer_expected() -> None:
    lease = roll(1, 10, returned=[{"first": 9, "last": 10}], written_off=[{"first": 2, "last": 2}])
    assert remaining(lease, {"22B00001", "22B00005", "22C00006"}) == [3, 4, 6, 7, 8]
    assert expected({"a": lease}, {"22B00001"}) == [
        {"lease_id": "a", "count": 6, "serials": [["22B00003", "22B00008"]]}
    ]


def test_a_count_that_agrees_finds_nothing() -> None:
    leases = {"a": roll(1, 10), "b": roll(11, 20)}
    counts = [{"lease_id": "a", "counted": 9}, {"lease_id": "b", "counted": 10}]
    assert difference(counts, leases, {"22B00004"}) == []


def test_a_missing_one_is_named_by_the_serials_it_is_among() -> None:
    found = difference(
        [{"lease_id": "a", "counted": 8, "explanation": "Rơi mất một tem"}], {"a": roll(1, 10)}, {"22B00004"}
    )
    assert found == [{"lease_id": "a", "missing": 1, "serials": [["22B00001", "22B00003"], ["22B00005", "22B00010"]],
                      "surplus": [], "explanation": "Rơi mất một tem"}]  # fmt: skip


def test_serials_written_down_name_the_missing_and_the_surplus_exactly() -> None:
    seen = [{"first": 1, "last": 4}, {"first": 6, "last": 10}]
    found = difference([{"lease_id": "a", "counted": 9, "seen": seen}], {"a": roll(1, 10)}, {"22B00004"})
    assert [(d["missing"], d["serials"], d["surplus"]) for d in found] == [
        (0, [["22B00005", "22B00005"]], [["22B00004", "22B00004"]])
    ], "as many as there should be, and yet not the same"


@pytest.mark.parametrize("counts", [None, [], "x", [None], [{"lease_id": 3}], [{"lease_id": "a", "counted": "10"}]])
def test_a_lease_that_nobody_counted_is_missing_whole(counts: Any) -> None:
    assert [d["missing"] for d in difference(counts, {"a": roll(1, 10)}, set())] == [10]


def test_a_range_that_no_memory_would_hold_is_cut_to_the_lease() -> None:
    seen = [{"first": -(10**15), "last": 10**15}]
    assert difference([{"lease_id": "a", "seen": seen}], {"a": roll(1, 10)}, set()) == []


@given(st.text(max_size=40))
def test_any_serial_is_cut_and_joined_again(text: str) -> None:
    assert joined(*cut(text)) == text


@given(st.text(alphabet="A9Đ-0", max_size=MAX_PREFIX), st.integers(1, MAX_DIGITS), st.data())
def test_serials_of_one_roll_differ_by_their_number_alone(prefix: str, digits: int, data: st.DataObject) -> None:
    """Also where the prefix ends in figures: then all of a roll's numbers are ahead by as much."""
    one, other = (data.draw(st.integers(0, 10**digits - 1)) for _ in range(2))
    head, width, number = cut(serial(prefix, one, digits))
    assert cut(serial(prefix, other, digits)) == (head, width, number + other - one)
