"""Conditions: what each operator means, that nothing raises, and the laws of all, any and not."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.conditions import (
    MAX_DEPTH,
    OPERATORS,
    Reference,
    applies,
    is_answered,
    parse_reference,
    references,
    resolve,
)

FILE = json.loads((Path(__file__).parents[1] / "vectors" / "conditions.json").read_text("utf-8"))
SUBJECT, FINDINGS = FILE["subject"], FILE["findings"]


def compare(reference: str, op: str, value: object = None) -> dict[str, Any]:
    body: dict[str, Any] = {"from": reference, "op": op}
    return {"compare": body if op == "answered" else {**body, "value": value}}


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: json.dumps(case["condition"])[:80])
def test_vectors_that_the_tablet_reads_too(case: dict[str, Any]) -> None:
    assert applies(case["condition"], SUBJECT, FINDINGS) is case["holds"]


def test_the_vectors_show_every_operator_holding_and_not() -> None:
    shown = {
        (case["condition"]["compare"]["op"], case["holds"])
        for case in FILE["cases"]
        if "compare" in (case["condition"] or {})
    }
    assert shown >= {(operator, holds) for operator in OPERATORS for holds in (True, False)}


def test_without_subject_and_findings_comparisons_are_false() -> None:
    assert not applies(compare("subject.type", "eq", "weighbridge"), None, {})
    assert not applies(compare("item:NA02.kind", "ne", "platform"), None, {})


def test_references() -> None:
    for case in FILE["references"]:
        expected = None if "none" in case else Reference(case["item"], case["field"], tuple(case["path"]))
        assert parse_reference(case["text"]) == expected, case
    reference = parse_reference("item:NA11")
    assert reference is not None
    assert resolve(reference, None, FINDINGS) == "0.50"
    condition = {"any": [compare("subject.type", "eq", "a"), {"not": {"all": [compare("item:A1", "answered")]}}]}
    assert list(references(condition)) == ["subject.type", "item:A1"]
    assert list(references(None)) == []


def test_is_answered() -> None:
    assert is_answered({"answer": "not_applicable"})
    assert is_answered({"values": {"value": "0"}})
    assert not is_answered({"answer": None, "values": {"value": ""}, "rows": [{"x": []}], "note": "chưa đo"})
    assert not is_answered(None)


def test_deeper_than_a_person_writes_is_false() -> None:
    condition: dict[str, Any] = {"all": []}
    for _ in range(MAX_DEPTH * 200):
        condition = {"all": [condition]}
    assert applies(condition, SUBJECT, FINDINGS) is False
    assert list(references(condition)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "compare", "from", "op", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)
REFERENCES = st.sampled_from(
    ["subject.type", "subject.attributes.e", "item:NA02.kind", "item:NA11", "item:NA11.answer", "item:Z9", "?"]
)
COMPARISONS = st.builds(
    lambda reference, op, value: {"compare": {"from": reference, "op": op, "value": value}},
    REFERENCES, st.sampled_from(sorted(OPERATORS)), st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2) | JSON,
)  # fmt: skip
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds(lambda kind, body: {kind: body}, st.sampled_from(["all", "any"]), st.lists(inner, max_size=3))
        | inner.map(lambda one: {"not": one})
    ),
    max_leaves=10,
)


@given(JSON | CONDITIONS, JSON, st.dictionaries(st.sampled_from(["NA02", "NA11"]), JSON))
def test_never_raises(condition: object, subject: Any, findings: Any) -> None:
    assert applies(condition, subject, findings) in (True, False)
    assert all(isinstance(text, str) for text in references(condition))


@given(st.lists(CONDITIONS, max_size=4))
def test_laws(conditions: list[Any]) -> None:
    each = [applies(one, SUBJECT, FINDINGS) for one in conditions]
    assert applies({"all": conditions}, SUBJECT, FINDINGS) is all(each)
    assert applies({"any": conditions}, SUBJECT, FINDINGS) is any(each)
    # De Morgan
    assert applies({"not": {"any": conditions}}, SUBJECT, FINDINGS) is applies(
        {"all": [{"not": one} for one in conditions]}, SUBJECT, FINDINGS
    )


NUMBERS = st.decimals(min_value=-(10**6), max_value=10**6, places=3)


@given(NUMBERS, NUMBERS)
def test_numbers_compare_as_decimals(left: Decimal, right: Decimal) -> None:
    findings = {"NA11": {"values": {"value": format(left, "f")}}}
    wanted = format(right, "f")
    expected = {"eq": left == right, "ne": left != right, "lt": left < right, "le": left <= right,
                "gt": left > right, "ge": left >= right}  # fmt: skip
    for op, holds in expected.items():
        assert applies(compare("item:NA11", op, wanted), None, findings) is holds
