"""Where an instrument stands in the queue of a mobile verification, by the vectors that the tablet reads too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checklists.verification import Standing, place_of, queue

FILE = json.loads((Path(__file__).parents[1] / "vectors" / "verification.json").read_text("utf-8"))


@pytest.mark.parametrize("case", FILE["places"], ids=lambda case: case["name"])
def test_where_an_instrument_stands(case: dict[str, Any]) -> None:
    found = place_of(case["inspection"], case["findings"], "i")
    given = found and {"standing": found.standing, "conclusion": found.conclusion, "adjusted": found.adjusted}
    assert given == case["gives"]


def test_the_vectors_show_every_standing() -> None:
    assert {case["gives"]["standing"] for case in FILE["places"] if case["gives"]} == set(Standing)


def test_the_queue_is_in_order_of_arrival_with_what_else_was_looked_at_behind() -> None:
    asked = FILE["queue"]
    found = queue(asked["inspection"], asked["findings"])
    assert [[id, place.standing] for id, place in found.items()] == asked["gives"]
