"""One operation's strict check: which types of operations it reads how, and what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from schemas.operations import sentence, validate
from sync.operations import Operation, parse
from sync.refusals import Refusal

UUID = "0190a0a0-0000-7000-8000-000000000000"


def operation(type: str = "create", kind: str = "finding", **more: Any) -> Operation:
    """Read an operation as the core does."""
    raw = {"op_id": UUID, "device_seq": 1, "kind": kind, "id": UUID, "type": type, "scope": "campaign:x", **more}
    return parse(raw)


WHOLE = {"inspection_id": UUID, "checklist": "fuel-dispenser", "item": "FU02"}


@pytest.mark.parametrize(
    "op",
    [
        operation(set=WHOLE),
        operation("patch", set={"note": "x"}),
        operation("patch", set={}),
        operation("delete"),
        operation("void", set={"reason": "nhầm"}),
        operation("resolve", set={"field": "answer", "value": "conforming", "op_ids": [UUID]}),
        operation("resolve", set={"field": "values.q", "value": "0.5", "op_ids": []}),
        operation(kind="weather", set={"sky": 5}),
        operation(set={**WHOLE, "x_new": [{"any": [1, True]}]}),
        operation("patch", at="1970-01-01T00:00:00Z"),
    ],
)
def test_honest_operations_pass_unchanged(op: Operation) -> None:
    assert validate(op) is op


@pytest.mark.parametrize(
    ("op", "named"),
    [
        (operation(set={}), "inspection_id"),
        (operation("patch", set={"answer": "yes"}), "answer"),
        (operation("patch", set={"item": None}), "item"),
        (operation("resolve", set={"field": "answer", "value": "yes", "op_ids": []}), "value"),
        (operation("resolve", set={"field": 5, "value": "yes", "op_ids": ["x"]}), "field"),
        (operation("patch", at="hôm qua"), "at"),
        (operation("patch", checklist={"code": 5}), "checklist.code"),
    ],
)
def test_a_refusal_names_the_field(op: Operation, named: str) -> None:
    with pytest.raises(Refusal) as refused:
        validate(op)
    assert refused.value.code == "malformed"
    assert f"“{named}”" in refused.value.detail


def test_only_the_first_few_errors_are_read_out() -> None:
    said = sentence({name: ["Thiếu trường này."] for name in "abcde"})
    assert said.count("Thiếu") == 3
    assert said.endswith("(và 2 lỗi khác)")


def test_minutes_of_any_year_pass_because_the_paper_exists() -> None:
    paper = {"inspection_id": UUID, "form": "inspection", "series": "BB", "year": 2099, "number": 1, "canonical": "{}",
             "cose": "", "issued_at": "1970-01-01T00:00:00Z"}  # fmt: skip
    op = operation(kind="minutes", set=paper)
    assert validate(op) is op
    with pytest.raises(Refusal):
        validate(replace(op, set={**paper, "number": 0}))
