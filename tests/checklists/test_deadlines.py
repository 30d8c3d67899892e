"""The time limits of a case are rows with a document that law.yaml knows; a faulty row is refused by name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checklists import deadlines
from checklists.deadlines import DeadlineError, parse
from checklists.limits import load_rules
from checklists.model import LimitStatus

ROW: dict[str, Any] = {"id": "a", "title": "T", "working_days": 2, "wording": "hai ngày", "law": "1/2020/NĐ-CP",
                       "cited": "Điều 1 Nghị định", "valid_from": date(2022, 1, 1), "valid_to": None, "status": "confirmed",
                       "source": "đã đọc", "note": ""}  # fmt: skip


def test_every_row_cites_a_document_that_was_in_force_when_it_begins() -> None:
    known = {row["number"]: row for row in load_rules().served()["law"]}
    for row in deadlines.load():
        assert row.valid_from.isoformat() >= (known[row.law]["valid_from"] or ""), row.id
        assert row.note or row.status is LimitStatus.CONFIRMED, row.id


def test_a_row_holds_from_its_first_day_to_its_last() -> None:
    assert deadlines.on_day("report-ordinary", date(2021, 12, 31)) is None
    found = deadlines.on_day("report-ordinary", date(2022, 1, 1))
    assert found is not None
    assert found.working_days == 2
    assert deadlines.on_day("handover", date(2025, 6, 30)) is None
    assert parse([{**ROW, "valid_to": date(2023, 1, 1)}, {**ROW, "valid_from": date(2023, 1, 2)}])


@pytest.mark.parametrize(
    "fault",
    [
        {"working_days": 0}, {"working_days": "2"}, {"working_days": True}, {"working_days": 1000}, {"valid_from": "2022-01-01"},
        {"law": ""}, {"source": ""}, {"status": "maybe"}, {"wording": None}, {"more": 1},
    ],
)  # fmt: skip
def test_a_faulty_row_is_named(fault: dict[str, Any]) -> None:
    with pytest.raises(DeadlineError, match=r"^a: "):
        parse([{**ROW, **fault}])


@pytest.mark.parametrize("rows", [None, {"a": 1}, [1], [ROW, ROW]])
def test_what_is_no_list_of_rows_and_two_rows_at_once_are_refused(rows: Any) -> None:
    with pytest.raises(DeadlineError):
        parse(rows)
