"""Samples drawn by a recorded seed: vectors made without our code, equal chances, what changes nothing, bad lists."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.draw import METHOD, Draw, DrawError, draw, listed, numbered

FILE = json.loads((Path(__file__).parents[1] / "vectors" / "draw.json").read_text("utf-8"))
VECTORS: list[dict[str, Any]] = FILE["vectors"]


def drawn(vector: dict[str, Any]) -> Draw:
    lot = vector["population"]
    return draw(numbered(lot) if isinstance(lot, int) else lot, vector["size"], vector["seed"])


def test_the_vectors_are_of_this_method() -> None:
    assert FILE["method"] == METHOD


@pytest.mark.parametrize("vector", [v for v in VECTORS if "expected" in v], ids=lambda v: v["id"])
def test_the_sample_is_that_of_sha256sum_and_sort(vector: dict[str, Any]) -> None:
    found = drawn(vector)
    assert {"units": list(found.units), "list_sha256": found.list_sha256} == vector["expected"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if "problem" in v], ids=lambda v: v["id"])
def test_what_no_sample_can_be_drawn_from_is_said_in_vietnamese(vector: dict[str, Any]) -> None:
    with pytest.raises(DrawError) as refused:
        drawn(vector)
    assert str(refused.value) == vector["problem"]


lots = st.lists(st.from_regex(r"[A-Z0-9]{1,12}", fullmatch=True), min_size=1, max_size=40, unique_by=str.casefold)


@given(lots, st.randoms(use_true_random=False), st.text("0123456789abcdef", min_size=1, max_size=16))
def test_the_order_of_the_list_and_a_larger_sample_change_nothing(lot: list[str], chance: Any, seed: str) -> None:
    whole = draw(lot, len(lot), seed)
    assert sorted(whole.units) == sorted(lot)
    mixed = chance.sample(lot, len(lot))
    size = chance.randint(1, len(lot))
    assert draw(mixed, size, seed) == Draw(seed, len(lot), whole.list_sha256, whole.units[:size])


def test_every_unit_has_the_same_chance_and_so_has_every_pair() -> None:
    lot, size, seeds = numbered(20), 5, 2000
    units: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for seed in range(seeds):
        found = draw(lot, size, str(seed)).units
        units.update(found)
        pairs.update((a, b) for a in found for b in found if a < b)
    expected, spread = seeds * 5 / 20, math.sqrt(seeds * 5 / 20 * 15 / 20)
    assert all(abs(units[unit] - expected) < 4 * spread for unit in lot)
    chance = 5 * 4 / (20 * 19)
    assert len(pairs) == 190
    assert all(abs(n - seeds * chance) < 4.5 * math.sqrt(seeds * chance * (1 - chance)) for n in pairs.values())


def test_one_digit_of_the_seed_or_one_unit_changes_what_can_be_checked() -> None:
    lot = numbered(500)
    first = draw(lot, 20, "0a1b")
    assert set(first.units) != set(draw(lot, 20, "0a1c").units)
    assert draw([*lot, "501"], 20, "0a1b").list_sha256 != first.list_sha256


@pytest.mark.parametrize(
    ("text", "units"),
    [("", []), ("A1\nB2\n", ["A1", "B2"]), ("A1\nB2", ["A1", "B2"]), ("\ufeffA1\r\nB2\r\n", ["A1", "B2"]),
     ("A1\n\nB2\n", ["A1", "", "B2"]), ("A1\n\n", ["A1", ""]), ("\n", [])],
)  # fmt: skip
def test_a_register_of_serial_numbers_is_read_line_by_line(text: str, units: list[str]) -> None:
    assert listed(text) == units
