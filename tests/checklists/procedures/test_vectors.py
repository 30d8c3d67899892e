"""The dossiers' numbers, shared with the tablet's TypeScript."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checklists.limits import load_rules
from checklists.procedures import ProcedureInputError, evaluate, names

FILE = json.loads((Path(__file__).parents[2] / "vectors" / "procedures.json").read_text("utf-8"))
GOOD = [v for v in FILE["vectors"] if "expected" in v]
BAD = [v for v in FILE["vectors"] if "problem" in v]


def agree(expected: Any, found: Any, path: str = "") -> None:
    """Check that everything named in `expected` is found, at the same place."""
    if isinstance(expected, dict):
        assert isinstance(found, dict), path
        for key, value in expected.items():
            agree(value, found.get(key), f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for n, (one, other) in enumerate(zip(expected, found, strict=True)):
            agree(one, other, f"{path}[{n}]")
    else:
        assert found == expected, path


def test_the_vectors_are_of_the_shipped_rules_and_cover_every_procedure() -> None:
    assert FILE["rules"] == load_rules().version
    assert {v["procedure"] for v in GOOD} == set(names())
    for name in names():
        verdicts = {v["expected"]["verdict"] for v in GOOD if v["procedure"] == name}
        assert len(verdicts) >= 2, f"{name}: only {verdicts}"


@pytest.mark.parametrize("vector", GOOD, ids=lambda v: v["id"])
def test_vector(vector: dict[str, Any]) -> None:
    agree(vector["expected"], evaluate(vector["procedure"], vector["request"], load_rules()))


@pytest.mark.parametrize("vector", BAD, ids=lambda v: v["id"])
def test_bad_input_names_its_field(vector: dict[str, Any]) -> None:
    with pytest.raises(ProcedureInputError) as caught:
        evaluate(vector["procedure"], vector["request"], load_rules())
    assert caught.value.field == vector["problem"]["field"]
    assert caught.value.message_vi


def test_the_answer_is_plain_json_of_strings() -> None:
    for vector in GOOD:
        answer = evaluate(vector["procedure"], vector["request"], load_rules())
        assert json.loads(json.dumps(answer)) == answer
        assert {"rows", "limit", "verdict", "explanation"} <= answer.keys()
        for given, found in zip(vector["request"]["rows"], answer["rows"], strict=True):
            assert given.items() <= found.items()
            assert isinstance(found["error"], str)


def test_the_words_of_the_three_verdicts() -> None:
    starts = {"pass": "đạt: ", "fail": "không đạt: ", "inconclusive": "chưa kết luận: "}
    for vector in GOOD:
        answer = evaluate(vector["procedure"], vector["request"], load_rules())
        assert answer["explanation"].startswith(starts[answer["verdict"]])


def test_an_unconfirmed_limit_is_shown_with_its_number_and_source() -> None:
    request = next(v["request"] for v in GOOD if v["id"] == "F1-shipped-verification")
    explanation = evaluate("fuel-delivery", request, load_rules())["explanation"]
    assert explanation == (
        "chưa kết luận: thiếu căn cứ sai số; sai số lần 1: +0,3512 %; "
        "giới hạn chưa được xác nhận ±0,3 %, theo ĐLVN 10:2013 (Quyết định 2503/QĐ-TĐC ngày 19/8/2013)"
    )


def test_a_load_beyond_the_class_says_so() -> None:
    request = next(v["request"] for v in GOOD if v["id"] == "nawi-over-III")
    explanation = evaluate("nawi-load", request, load_rules())["explanation"]
    assert "tải 50000,1 g bằng 10000,02 e, vượt bảng sai số của cấp III" in explanation


def test_unknown_procedure_is_refused() -> None:
    with pytest.raises(ProcedureInputError) as caught:
        evaluate("astrology", {}, load_rules())
    assert caught.value.field == "name"
