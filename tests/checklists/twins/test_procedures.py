"""Every procedure in both languages: the whole answer, its Vietnamese words too, and every complaint.

A quick look in the ordinary suite; `make soak` compares 20,000 of each (`--comparisons`, `--comparison-seed`).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from checklists.limits import load_rules
from checklists.procedures import ProcedureInputError, evaluate, names
from tests.checklists.procedures.test_against_fractions import COMPARISONS, confirmed
from tests.checklists.twins.requests import question
from tests.checklists.twins.tablet import Tablet, same

VECTORS = Path(__file__).parents[2] / "vectors"
AT_ONCE = 2000


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the server computes, or complains of."""
    rules = confirmed() if asked["under"] == "confirmed" else load_rules()
    try:
        return evaluate(asked["name"], asked["request"], rules)
    except ProcedureInputError as problem:
        return {"field": problem.field, "message_vi": problem.message_vi}


def test_the_rules_that_the_tablets_vectors_are_computed_with_are_the_shipped_ones() -> None:
    rules = load_rules()
    kept = json.loads((VECTORS / f"rules-{rules.version}.json").read_text("utf-8"))
    assert kept == rules.served()


def test_both_have_the_same_procedures_in_the_same_order(tablet: Tablet) -> None:
    asked = {"call": "evaluate", "name": "chiêm tinh", "request": {}, "under": "shipped"}
    assert tablet.answers([asked]) == [answer(asked)]
    assert answer(asked)["message_vi"].endswith(", ".join(names()))


@pytest.mark.parametrize("name", names())
def test_the_tablet_computes_and_says_the_same(name: str, tablet: Tablet, pytestconfig: pytest.Config) -> None:
    count = pytestconfig.getoption("--comparisons") or COMPARISONS
    rng = random.Random(f"{name} {pytestconfig.getoption('--comparison-seed') or 2021}")
    seen: Counter[str] = Counter()
    for first in range(0, count, AT_ONCE):
        asked = [question(rng, name) for _ in range(min(AT_ONCE, count - first))]
        for each, theirs in zip(asked, tablet.answers(asked), strict=True):
            ours = answer(each)
            assert same(ours, theirs), (each, ours, theirs)
            seen[ours.get("verdict", "refused")] += 1
    assert min(seen[word] for word in ("pass", "fail", "inconclusive", "refused")) > 0, seen
