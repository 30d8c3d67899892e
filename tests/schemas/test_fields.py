"""Each word of the wire: what it takes, what it refuses, and that it says so in Vietnamese."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.documents import DOCUMENTS
from schemas.fields import (
    Attributes,
    Choice,
    Day,
    Decimal,
    Id,
    Instant,
    ListOf,
    Name,
    Named,
    Sha256,
    Strict,
    Strokes,
    Text,
    Truth,
    Values,
    Whole,
)

UUID = "0190a0a0-0000-7000-8000-000000000000"
CASES: list[tuple[Strict, list[Any], list[Any]]] = [
    (Text(), ["", "Đạt", "x" * 9999], [None, 1, [], {}, True]),
    (Name(), ["A"], ["", "  ", "x" * 501, 5]),
    (Id(), [UUID], [UUID.upper(), UUID[:-1], f"{UUID}\n", "{" + UUID + "}", 5]),
    (Decimal(), ["0", "0.50", "-12.345", "007"],
     ["0,5", "1e3", "NaN", "Infinity", ".5", "5.", "+1", " 1", "1\n", "٢", "1" * 16, 0.5, 1, ""]),
    (Sha256(), ["a" * 64], ["A" * 64, "a" * 63, "g" * 64, None]),
    (Day(), ["2021-08-05", "2000-01-01", "2100-12-31", "2024-02-29"],
     ["1999-12-31", "2101-01-01", "2021-02-29", "2021-8-5", "20210805", "2021-W01-1", "2021-08-05T00:00:00Z", 5]),
    (Instant(), ["2021-08-05T08:12:05+07:00", "2021-08-05T01:12:05Z", "2021-08-05T08:12:05.123456+07:00"],
     ["2021-08-05T08:12:05", "2021-08-05", "2021-08-05 08:12:05+07:00", "2021-08-05T24:00:01Z", "1999-08-05T08:12:05Z",
      "2021-08-05T08:12:05+0700", "2021-13-05T08:12:05Z", 1628125925]),
    (Instant(any_year=True), ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"], ["0000-01-01T00:00:00Z", "x"]),
    (Whole(1, 5), [1, 5], [0, 6, True, 1.0, "1", None]),
    (Truth(), [True, False], [0, 1, "true", None]),
    (Choice("a", "b"), ["a"], ["c", "", None, ["a"], {}]),
    (ListOf(Id(), most=2), [[], [UUID, UUID]], [[UUID] * 3, [1], UUID, {}]),
    (Named({"lat": Decimal()}), [{}, {"lat": "1.5"}, {"lat": None}, {"new": [1]}], [{"lat": 1.5}, [], "x"]),
    (Values(), [{}, {"a": "1", "b": ["x"], "c": None}], [{"a": 1}, {"a": {"b": "c"}}, {"a": [1]}, []]),
    (Attributes(), [{"e": "5", "n": 3, "on": True, "tags": ["a"]}], [{"a": {"b": 1}}, {"a": [1]}, []]),
    (Strokes(), [[], [[1, 2, 3], [4]], [[[1, 2]]]], [[0.5], ["x"], "x", [[1] * 5000], [True]]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "good"), [(f, g) for f, gs, _ in CASES for g in gs])
def test_good_values_pass(field: Strict, good: Any) -> None:
    field.check(good)


@pytest.mark.parametrize(("field", "bad"), [(f, b) for f, _, bs in CASES for b in bs])
def test_bad_values_are_refused_in_vietnamese(field: Strict, bad: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        field.check(bad)
    assert not str(refused.value.messages[0]).isascii()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(kind=st.sampled_from(sorted(DOCUMENTS)), data=st.data(), complete=st.booleans())
def test_the_quick_check_says_what_marshmallow_says(kind: str, data: st.DataObject, complete: bool) -> None:
    schema = DOCUMENTS[kind]
    said = data.draw(st.dictionaries(st.sampled_from([*sorted(schema.fields), "x_new"]), JSON, max_size=6))
    slow = schema.validate(said, partial=not complete)
    assert schema.errors_in(said, complete=complete).keys() == slow.keys()
