"""The clocks of a case: what starts, binds and stops them, and what never starts one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from server.services import case_clocks
from server.services.case_clocks import Clock, clocks, report_clock
from server.services.case_words import clock_words
from server.services.working_days import Calendar

HOLIDAYS = Calendar(off=frozenset({date(2026, 11, 25)}))
MONDAY = "2026-11-23T17:59:00+07:00"


def case(**more: Any) -> dict[str, Any]:
    """A case found on a Monday."""
    return {"detected": {"at": MONDAY}, "complexity": None, "results": None, "report": None, "handover": None,
            "decision": None, "closing": None, **more}  # fmt: skip


def on(day: str, **more: Any) -> Clock:
    """The report's clock on a day of November 2026."""
    return report_clock(case(**more), date.fromisoformat(day), Calendar())


@pytest.mark.parametrize(
    ("day", "state", "left", "said"),
    [
        ("2026-11-23", "running", 2, "Còn 2 ngày làm việc, hạn 25/11/2026"),
        ("2026-11-24", "running", 1, "Còn 1 ngày làm việc, hạn 25/11/2026"),
        ("2026-11-25", "running", 0, "Hết hạn hôm nay, 25/11/2026"),
        ("2026-11-26", "overdue", -1, "Quá hạn 1 ngày làm việc, hạn 25/11/2026"),
        ("2026-11-30", "overdue", -3, "Quá hạn 3 ngày làm việc, hạn 25/11/2026"),
    ],
)
def test_two_working_days_for_an_ordinary_case(day: str, state: str, left: int, said: str) -> None:
    clock = on(day)
    assert (clock.state, clock.left, clock_words(clock)) == (state, left, said)
    assert clock.basis == "khoản 2 Điều 12 Nghị định số 118/2021/NĐ-CP"
    assert clock.is_overdue == (state == "overdue")


def test_five_for_a_complex_one_and_three_from_the_result() -> None:
    assert on("2026-11-30", complexity={"value": "complex"}).due_on == date(2026, 11, 30)
    waits = {"awaited": True, "received_on": None}
    assert on("2027-03-01", results=waits).state == case_clocks.WAITING
    found = on("2027-03-01", results={**waits, "received_on": "2027-02-26"}, complexity={"value": "complex"})
    assert (found.starts_on, found.due_on) == (date(2027, 2, 26), date(2027, 3, 3))


def test_a_day_off_moves_the_end_and_a_year_without_any_is_named() -> None:
    clock = report_clock(case(), date(2026, 11, 25), HOLIDAYS)
    assert (clock.due_on, clock.left, clock.bare_years) == (date(2026, 11, 26), 1, [])
    over = report_clock(case(detected={"at": "2026-12-31T08:00:00+07:00"}), date(2027, 1, 1), HOLIDAYS)
    assert over.bare_years == [2027]


def test_the_day_is_that_of_the_country_and_not_of_greenwich() -> None:
    late = case(detected={"at": "2026-11-22T17:30:00+00:00"})
    assert case_clocks.detected_on(late) == date(2026, 11, 23)


def test_from_a_doubtful_time_nothing_runs() -> None:
    clock = on("2030-01-01", detected={"at": None, "printed": MONDAY})
    assert (clock.state, clock.due_on, clock.is_overdue) == (case_clocks.NO_TIME, None, False)
    assert "đáng ngờ" in clock_words(clock)


def test_before_the_decree_that_was_read_nothing_is_computed() -> None:
    clock = on("2026-11-26", detected={"at": "2021-08-05T10:00:00+07:00"})
    assert (clock.state, clock.due_on) == (case_clocks.NO_RULE, None)
    assert (
        report_clock(case(detected={"at": "2022-01-01T00:00:00+07:00"}), date(2022, 1, 5), HOLIDAYS).state == "overdue"
    )


@pytest.mark.parametrize(
    ("drawn", "state", "left"), [("2026-11-23", "met", 2), ("2026-11-25", "met", 0), ("2026-11-27", "late", -2)]
)
def test_the_report_stops_it(drawn: str, state: str, left: int) -> None:
    clock = on("2027-05-01", report={"on": drawn})
    assert (clock.state, clock.left) == (state, left)


def test_a_case_that_ends_without_a_report_is_not_overdue() -> None:
    assert on("2027-05-01", closing={"kind": "dropped"}).state == case_clocks.STOPPED


def test_handing_over_has_no_number_of_days_any_more() -> None:
    report = {"on": "2026-11-24"}
    [_, waits] = clocks(case(report=report), date(2026, 11, 30), Calendar())
    assert (waits.state, waits.due_on, waits.is_overdue) == (case_clocks.NO_NUMBER, None, False)
    assert clock_words(waits) == "Đã 4 ngày làm việc kể từ ngày lập biên bản 24/11/2026"
    [_, done] = clocks(case(report=report, handover={"on": "2026-11-26"}), date(2026, 11, 30), Calendar())
    assert clock_words(done) == "Xong 26/11/2026"
    assert clock_words(clocks(case(report={"on": "2025-06-30"}), date(2026, 1, 1), Calendar())[1]).startswith(
        "Chưa tính"
    )
    assert len(clocks(case(), date(2026, 11, 30), Calendar())) == 1
