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
        "giới hạn chưa được xác nhận ±0,3 %, theo ĐLVN 10:2013 (Quyết định 2503/QĐ-TĐC ngày 19/8/2013); "
        "lý do: ĐLVN 10:2017 đã thay thế bản 2013; chưa có bản 2017 để đối chiếu giá trị"
    )


def explained(name: str, rows: list[dict[str, Any]], **more: Any) -> str:
    request = {"date": "2021-07-15", "context": "inspection", "parameters": {}, "rows": rows, **more}
    explanation = evaluate(name, request, load_rules())["explanation"]
    assert isinstance(explanation, str)
    return explanation


def test_an_official_reads_what_was_measured_against_what_and_how_often_it_was_over() -> None:
    scale = {"accuracy_class": "III", "e": "20", "unit": "kg", "zero_error": "5"}
    loads = [{"load": "10000", "indication": "10005"}, {"load": "40000", "indication": "40060"}]
    assert explained("nawi-load", loads, parameters=scale) == (
        "không đạt: sai số đã trừ E0 tại tải 40000 kg: +55 kg; giới hạn ±40 kg, "
        "theo OIML R 76-1, Bảng 6 (đang sử dụng, hai lần giới hạn kiểm định); 1 trên 2 kết quả vượt giới hạn"
    )
    assert explained("nawi-load", loads[:1] * 2, parameters=scale).endswith("cả 2 kết quả trong giới hạn")
    room = {"background": ["0.12", "0.11", "0.13"], "factor": "1.05"}
    point = {"point": "P9 nơi chờ", "place": "public", "readings": ["0.62", "0.60", "0.64"]}
    assert explained("dose-rate", [point], parameters=room).startswith(
        "không đạt: suất liều đã trừ phông tại P9 nơi chờ (nơi công chúng): 0,5250 µSv/h; giới hạn không quá 0,5 µSv/h"
    )
    assert explained("dose-rate", [{**point, "place": "residential"}], parameters=room).startswith(
        "chưa kết luận: thiếu căn cứ giới hạn suất liều; "
    )
    typed = {"limit": {"value": "0.3", "unit": "%"}}
    assert explained("fuel-delivery", [{"v_fd": "5.00", "v_ref": "4.985"}], **typed) == (
        "không đạt: sai số lần 1: +0,3009 %; giới hạn do người dùng nhập ±0,3 %"
    )


def test_a_figure_that_rounds_onto_the_limit_says_that_it_is_over() -> None:
    over = [{"v_fd": "20.060001", "v_ref": "20"}]
    assert explained("fuel-delivery", over, limit={"value": "0.3", "unit": "%"}) == (
        "không đạt: sai số lần 1: +0,3000 %; giới hạn do người dùng nhập ±0,3 %; giá trị chưa làm tròn vượt giới hạn"
    )
    at = [{"v_fd": "20.06", "v_ref": "20"}]
    assert explained("fuel-delivery", at, limit={"value": "0.3", "unit": "%"}).startswith("đạt: ")


def test_a_load_beyond_the_class_says_so() -> None:
    request = next(v["request"] for v in GOOD if v["id"] == "nawi-over-III")
    explanation = evaluate("nawi-load", request, load_rules())["explanation"]
    assert "tải 50000,1 g bằng 10000,02 e, vượt bảng sai số của cấp III" in explanation


def test_unknown_procedure_is_refused() -> None:
    with pytest.raises(ProcedureInputError) as caught:
        evaluate("astrology", {}, load_rules())
    assert caught.value.field == "name"
