"""Every procedure beside a naive second computation in fractions, over made-up field readings.

A quick look in the ordinary suite; `make soak` compares 20,000 of each (`--comparisons`, `--comparison-seed`).
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import pytest

from checklists.limits import RuleSet, load_rules
from checklists.model import LimitStatus
from checklists.procedures import evaluate, names
from tests.checklists.procedures import naive_goods, naive_instruments, naive_meters, naive_produce
from tests.checklists.procedures.naive import Case, printed_right

COMPARISONS = 500
MAKERS = naive_instruments.MAKERS | naive_meters.MAKERS | naive_goods.MAKERS | naive_produce.MAKERS


@lru_cache
def confirmed() -> RuleSet:
    """The shipped rules as if the department had confirmed every row that has a number."""
    rules = load_rules()
    rows = [
        replace(row, status=LimitStatus.CONFIRMED) if row.value is not None or row.table is not None else row
        for row in rules.limits
    ]
    return RuleSet.build("all confirmed", rows, rules.law)


def agree(name: str, case: Case) -> str:
    """Compare one answer with the second computation; return the verdict."""
    request = {"date": "2021-07-15", "context": "inspection", **case.request}
    answer: dict[str, Any] = evaluate(name, request, confirmed() if case.confirmed else load_rules())
    assert answer["verdict"] == case.verdict, (request, case, answer["explanation"])
    for row, error in zip(answer["rows"], case.errors, strict=True):
        assert printed_right(row["error"], error), (request, row["error"], error)
    for row, known in zip(answer["rows"], case.rows, strict=False):
        assert {key: row[key] for key in known} == known, (request, row, known)
    for key, value in case.top.items():
        same = printed_right(answer[key], value) if isinstance(value, Fraction) else answer[key] == value
        assert same, (request, key, answer[key], value)
    return case.verdict


@pytest.mark.parametrize("name", names())
def test_agrees_with_naive_fractions(name: str, pytestconfig: pytest.Config) -> None:
    count = pytestconfig.getoption("--comparisons") or COMPARISONS
    seed = pytestconfig.getoption("--comparison-seed") or 2021
    rng = random.Random(f"{name} {seed}")
    seen = Counter(agree(name, MAKERS[name](rng)) for _ in range(count))
    assert min(seen["pass"], seen["fail"]) > count // 20, seen
