"""Whatever JSON arrives, a procedure answers or names a field; nothing else ever comes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.limits import load_rules
from checklists.procedures import ProcedureInputError, evaluate, inputs, names

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            *("0", "-0", "-0.0", "1", "0.5", "20.00", "999999999999.999999999", "0.000000001", "1e999", "0,5"),
            *("III", "kg", "public", "control", "residential", "each", "mean"),
            *("static_direct", "induction", "0.5L", "A", "glass", "electronic", "seller", "ecg-voltage", "relative"),
            *("2021-07", "2021-08-31", "0001-01", "9999-12", "9999-12-31", "dose_rate_meter"),
            *("%", "e", "mg", "m", "µSv/h", "đ", "g", "cái", "mmHg", "°C", "mV", "tháng"),
        ]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NUMBERS = st.decimals(0, 10**12 - 1, places=3).map(lambda d: f"{d:f}") | st.sampled_from(["0", "-1", "1", "20.00"])


def answers_or_names_a_field(name: str, request: Any) -> None:
    complaint: tuple[str, str] | None = None
    try:
        answer = evaluate(name, request, load_rules())
    except ProcedureInputError as problem:
        complaint = (problem.field, problem.message_vi)
    else:
        assert answer["verdict"] in ("pass", "fail", "inconclusive")
        json.dumps(answer, allow_nan=False)
    assert complaint is None or all(complaint)


@pytest.mark.parametrize("name", names())
@settings(max_examples=60)
@given(request=VALUES)
def test_any_json(name: str, request: Any) -> None:
    answers_or_names_a_field(name, request)


@pytest.mark.parametrize("name", names())
@settings(max_examples=100)
@given(data=st.data())
def test_right_keys_with_any_values(name: str, data: st.DataObject) -> None:
    parameters, row = inputs(name)
    keys = st.sampled_from
    cells = VALUES | NUMBERS | st.lists(NUMBERS, max_size=4)
    request = {
        "date": data.draw(st.sampled_from(["2021-07-15", "2026-11-23", "0001-01-01", "9999-12-31", "x"])),
        "context": data.draw(keys(["verification", "inspection"])),
        "parameters": {key: data.draw(cells) for key in sorted(parameters)},
        "rows": [{key: data.draw(cells) for key in sorted(row)} for _ in range(data.draw(st.integers(0, 3)))],
        "limit": data.draw(
            st.none()
            | VALUES
            | st.fixed_dictionaries(
                {"value": NUMBERS, "unit": SCALARS | keys(["%", "e", "g", "tháng"])},
                optional={"k": SCALARS | NUMBERS, "allowed": NUMBERS, "lower": NUMBERS},
            )
        ),
    }
    answers_or_names_a_field(name, request)


@pytest.mark.parametrize("name", names())
def test_a_thousand_and_one_rows_are_refused(name: str) -> None:
    request = {"date": "2021-07-15", "context": "inspection", "rows": [{}] * 1001}
    with pytest.raises(ProcedureInputError, match="nhiều nhất 1000 dòng"):
        evaluate(name, request, load_rules())
