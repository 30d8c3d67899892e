"""Where an establishment stands: one step after another, and the first day that something is due."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from server.services import follow_up_steps as steps
from server.services.follow_up_steps import Due, Visit, standing

MINUTES = {"form": "inspection", "status": "issued", "id": "m", "issued_at": "2021-08-05T03:00:00+00:00"}


def visit(status: str = "approved", **more: Any) -> Visit:
    """A visit with minutes and their signed copy."""
    return Visit(**{"id": "v", "state": {"status": status}, "minutes": [MINUTES], "has_signed_paper": True, **more})


@pytest.mark.parametrize(
    ("visits", "stage"),
    [
        ([], steps.NOT_PLANNED),
        ([visit("planned", minutes=[], has_signed_paper=False)], steps.PLANNED),
        ([visit("in_progress", minutes=[])], steps.UNDER_WAY),
        ([visit("issued", has_signed_paper=False)], steps.UNSIGNED),
        ([visit("issued")], steps.TO_REVIEW),
        ([visit("returned")], steps.RETURNED),
        ([visit("not_carried_out", minutes=[])], steps.NOT_CARRIED_OUT),
        ([visit()], steps.CLOSED),
        ([visit(requirements=[{"text": "Kiểm định lại", "state": "open"}])], steps.FOLLOWED),
        ([visit(requirements=[{"text": "Kiểm định lại", "state": "done"}])], steps.CLOSED),
        ([visit(measures=[{"id": "a", "type": "suspend", "instrument_id": "i", "at": "2021-08-05T10:00:00+07:00"}])],
         steps.FOLLOWED),
        ([visit(samples_waiting=1)], steps.FOLLOWED),
        ([visit(has_open_case=True)], steps.FOLLOWED),
        ([visit(), visit("planned", minutes=[], has_signed_paper=False)], steps.PLANNED),
    ],
)  # fmt: skip
def test_the_first_step_that_is_not_done_is_where_it_stands(visits: list[Visit], stage: str) -> None:
    assert standing(visits).stage == stage


def test_a_resumption_at_the_recheck_ends_the_suspension() -> None:
    suspended = visit(
        measures=[{"id": "a", "type": "suspend", "instrument_id": "i", "at": "2021-08-05T10:00:00+07:00"}]
    )
    resumed = visit(measures=[{"id": "b", "type": "resume", "instrument_id": "i", "at": "2021-08-25T10:00:00+07:00"}])
    other = visit(measures=[{"id": "b", "type": "resume", "instrument_id": "j", "at": "2021-08-25T10:00:00+07:00"}])
    assert standing([suspended]).suspended == 1
    assert standing([suspended, resumed]).suspended == 0
    assert standing([suspended, other]).suspended == 1


def test_what_is_due_first_comes_first_and_its_own_day_is_not_overdue() -> None:
    asked = [{"text": "Thay chì", "due_on": "2021-08-20", "state": "open"}, {"text": "Đã làm", "due_on": "2021-08-01", "state": "done"},
             {"text": "Không rõ hạn", "due_on": None, "state": "open"}]  # fmt: skip
    where = standing([visit(requirements=asked, dues=[Due("bàn giao mẫu", date(2021, 8, 10))])])
    assert [due.what for due in where.dues] == ["bàn giao mẫu", "khắc phục: Thay chì"]
    assert where.overdue(date(2021, 8, 10)) == []
    assert [due.what for due in where.overdue(date(2021, 8, 11))] == ["bàn giao mẫu"]
    assert (where.requirements_open, where.requirements_done) == (2, 1)


def test_void_minutes_are_no_paper() -> None:
    where = standing([visit("in_progress", minutes=[{**MINUTES, "status": "void"}])])
    assert where.papers == []


def test_announcement_minutes_tell_the_day_where_nobody_recorded_it() -> None:
    announcement = {**MINUTES, "form": "announcement", "issued_at": "2021-08-05T20:00:00+00:00"}
    assert standing([visit(minutes=[announcement, MINUTES])]).announced_on == date(2021, 8, 6)
    recorded = visit(state={"status": "approved", "decision_announced_at": "2021-08-04T08:00:00+07:00"})
    assert standing([recorded]).announced_on == date(2021, 8, 4)
