"""Conditions: what each operator means, that nothing raises, and the laws of all, any and not."""

from __future__ import annotations

from decimal import Decimal
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

SUBJECT = {"type": "weighbridge", "verified_until": "2021-08-31",
           "attributes": {"pit_mounted": True, "e": "20", "channels": 3, "label": "Cân số 1"}}  # fmt: skip
FINDINGS: dict[str, dict[str, Any]] = {
    "NA02": {"answer": None, "values": {"kind": "weighbridge_pit"}, "rows": []},
    "NA11": {"answer": "conforming", "values": {"value": "0.50"}},
    "GE11": {"answer": "", "values": {"measures": ["seal", "sample"]}},
    "G19": {"answer": None, "values": {}, "rows": [{"sample": "Nhẫn", "readings": ["74.9"]}]},
    "G20": {"answer": None, "values": {"serial": ""}, "rows": [{"x": ""}, {}]},
}


def compare(reference: str, op: str, value: object = None) -> dict[str, Any]:
    body: dict[str, Any] = {"from": reference, "op": op}
    return {"compare": body if op == "answered" else {**body, "value": value}}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compare("subject.type", "eq", "weighbridge"), True),
        (compare("subject.type", "eq", "fuel_dispenser"), False),
        (compare("subject.type", "ne", "fuel_dispenser"), True),
        (compare("subject.attributes.pit_mounted", "eq", "true"), True),
        (compare("subject.attributes.channels", "ge", "3"), True),
        (compare("subject.attributes.e", "eq", "20.0"), True),
        (compare("subject.attributes.e", "lt", "100"), True),
        (compare("subject.attributes.e", "gt", "100"), False),
        (compare("subject.attributes.e", "le", "20"), True),
        (compare("subject.attributes.label", "lt", "9"), False),
        (compare("subject.verified_until", "lt", "2021-09-01"), True),
        (compare("subject.verified_until", "ge", "2021-09-01"), False),
        (compare("subject.verified_until", "ge", "2021-08-31"), True),
        (compare("subject.verified_until", "lt", "5"), False),
        (compare("item:NA02.kind", "in", ["weighbridge_surface", "weighbridge_pit"]), True),
        (compare("item:NA02.kind", "in", ["platform"]), False),
        (compare("item:NA02.kind", "in", "weighbridge_pit"), False),
        (compare("item:NA11", "gt", "0.4"), True),
        (compare("item:NA11.answer", "eq", "conforming"), True),
        (compare("item:GE11.measures", "eq", "seal"), True),
        (compare("item:GE11.measures", "ne", "seal"), False),
        (compare("item:GE11.measures", "in", ["suspend", "sample"]), True),
        (compare("item:GE11.measures", "lt", "9"), False),
        (compare("item:G19", "answered"), True),
        (compare("item:G20", "answered"), False),
        (compare("item:NA02.kind", "answered"), True),
        (compare("item:NA02.other", "answered"), False),
        (compare("subject.attributes.e", "answered"), True),
        (compare("item:X99.kind", "ne", "mobile"), False),
        (compare("subject.attributes.nothing", "lt", "1"), False),
        (compare("somewhere", "eq", "x"), False),
        (compare("subject.type", "like", "w"), False),
        ({"all": [compare("subject.type", "eq", "weighbridge"), compare("item:NA11", "gt", "9")]}, False),
        ({"any": [compare("subject.type", "eq", "weighbridge"), compare("item:NA11", "gt", "9")]}, True),
        ({"all": []}, True),
        ({"any": []}, False),
        ({"not": compare("item:X99.kind", "in", ["mobile"])}, True),
        ({"all": [], "any": []}, False),
        ({}, False),
        ([], False),
        (None, True),
    ],
)
def test_means(condition: object, expected: bool) -> None:
    assert applies(condition, SUBJECT, FINDINGS) is expected


def test_without_subject_and_findings_comparisons_are_false() -> None:
    assert not applies(compare("subject.type", "eq", "weighbridge"), None, {})
    assert not applies(compare("item:NA02.kind", "ne", "platform"), None, {})


def test_references() -> None:
    assert parse_reference("subject.attributes.e") == Reference(None, None, ("attributes", "e"))
    assert parse_reference("item:NA11") == Reference("NA11", None)
    assert parse_reference("item:X24.background") == Reference("X24", "background")
    for wrong in ("subject", "subject.", "item:", "item:na11", "item:NA11.", "NA11", "item:NA11.a.b", "", None, 3):
        assert parse_reference(wrong) is None
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
