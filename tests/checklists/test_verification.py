"""Where an instrument stands in the queue of a mobile verification, and until when it is verified, by the vectors that the
tablet reads too."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checklists.limits import load_rules
from checklists.verification import Standing, place_of, queue
from checklists.verified_until import proposed_until, refused_until

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


@pytest.mark.parametrize("case", FILE["until"], ids=lambda case: case["name"])
def test_a_confirmed_cycle_proposes_and_only_a_shorter_validity_is_taken(case: dict[str, Any]) -> None:
    on = date.fromisoformat(case["on"])
    found = proposed_until(load_rules(), case["instrument"], on)
    said = found and {"until": found.until.isoformat(), "months": found.months, "source": found.source}
    assert said == case["proposed"]
    assert refused_until(date.fromisoformat(case["asked"]), on, found) == case["refused"]
