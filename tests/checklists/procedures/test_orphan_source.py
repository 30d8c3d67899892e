"""The word to step back stands beside every answer, whatever else could or could not be computed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checklists.limits import load_rules
from checklists.procedures import ProcedureInputError, evaluate

BACKGROUND = ["0.12", "0.11", "0.13", "0.12", "0.12"]
STEP_BACK = "LÙI RA, KHOANH VÙNG"


def request(reading: str, background: list[str] | None = BACKGROUND) -> dict[str, Any]:
    parameters = {} if background is None else {"background": background}
    rows = [{"point": "P1", "readings": ["0.2"]}, {"point": "P2", "readings": ["0.3", reading]}]
    return {"date": "2021-08-10", "context": "inspection", "parameters": parameters, "rows": rows}


@pytest.mark.parametrize(("reading", "said"), [("100", False), ("100.01", True), ("5000", True), ("0.2", False)])
def test_above_100_microsieverts_an_hour_everybody_steps_back(reading: str, said: bool) -> None:
    answer = evaluate("source-sweep", request(reading), load_rules())
    assert (STEP_BACK in answer["explanation"]) is said
    assert answer["verdict"] == "inconclusive"  # the level is the agency's to set, and it has not


@pytest.mark.parametrize("background", [None, [], ["0"], ["0,1"]])
def test_a_background_that_cannot_be_used_does_not_silence_it(background: list[str] | None) -> None:
    with pytest.raises(ProcedureInputError, match=STEP_BACK):
        evaluate("source-sweep", request("250", background), load_rules())
    with pytest.raises(ProcedureInputError) as quiet:
        evaluate("source-sweep", request("0.2", background), load_rules())
    assert STEP_BACK not in quiet.value.message_vi


def test_the_agency_sets_both_levels() -> None:
    day = date(2021, 8, 1)
    rules = load_rules().with_confirmed("source-sweep-investigation", "3", "Lê Soát", "Kế hoạch rà soát 12/KH", day)
    rules = rules.with_confirmed("cordon-dose-rate", "20", "Lê Soát", "Kế hoạch rà soát 12/KH", day)
    answer = evaluate("source-sweep", request("21"), rules)
    assert answer["verdict"] == "fail"
    assert "có số đọc trên 20 µSv/h: LÙI RA" in answer["explanation"]
    assert evaluate("source-sweep", request("0.3"), rules)["verdict"] == "pass"


def test_fewer_than_five_background_readings_are_named() -> None:
    assert "phông mới có 2 số đọc, cần ít nhất 5" in evaluate("source-sweep", request("0.2", ["0.1", "0.1"]),
                                                             load_rules())["explanation"]  # fmt: skip
