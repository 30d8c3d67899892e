"""Whether sticker and certificate match the register: each way in which they may differ, and what is then said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from server.services.verification_signs import Certificate, compared, judged, said

INSTRUMENT = {"id": "i", "mark_serial": "21B 000123", "certificate_number": "12/GCN-KĐ", "verified_until": "2022-08-31"}
PAPER = Certificate("12/GCN-KĐ", ("21B000123",), "2022-08-31")
USED = {"kind": "sticker", "fate": "used", "instrument_id": "i", "serial": "21B000123"}
ON = date(2022, 3, 1)


def test_everything_agrees_whatever_the_spaces_in_a_serial() -> None:
    lines = compared(INSTRUMENT, PAPER, [USED], ON)
    assert [(line.what, line.ok) for line in lines] == [
        ("certificate", True), ("sticker", True), ("validity", True), ("ledger", True)
    ]  # fmt: skip
    assert judged(lines) == "matches"


@pytest.mark.parametrize(
    ("instrument", "paper", "marks", "on", "told"),
    [
        ({"mark_serial": "21B000124"}, PAPER, [], ON, "giấy ghi 21B000123, danh bạ ghi 21B000124"),
        ({"certificate_number": ""}, PAPER, [], ON, "giấy ghi 12/GCN-KĐ, danh bạ ghi trống"),
        ({"verified_until": "2022-12-31"}, PAPER, [], ON, "giấy ghi 31/8/2022, danh bạ ghi 31/12/2022"),
        ({}, PAPER, [{**USED, "instrument_id": "other"}], ON, "21B 000123: tem này đã dán trên phương tiện khác"),
    ],
)
def test_what_differs_is_named(instrument: dict[str, str], paper: Any, marks: list[Any], on: date, told: str) -> None:
    lines = compared({**INSTRUMENT, **instrument}, paper, marks, on)
    assert judged(lines) == "differs"
    assert [said(line) for line in lines if line.ok is False] == [told]


def test_without_a_paper_there_is_nothing_to_compare_with() -> None:
    lines = compared(INSTRUMENT, None, [{**USED, "voided": {"reason": "nhầm"}}], ON)
    assert judged(lines) == "unknown"
    assert judged(compared({"id": "i"}, None, [], ON)) == "unknown"
    assert judged(compared(INSTRUMENT, None, [], date(2022, 9, 1))) == "unknown"


def test_what_has_run_out_still_matches() -> None:
    lines = compared(INSTRUMENT, PAPER, [USED], date(2022, 9, 1))
    assert judged(lines) == "expired"
    assert said(lines[-1]) == "31/8/2022"
