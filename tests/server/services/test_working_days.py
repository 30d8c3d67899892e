"""Working days: weekends, holidays, days worked instead, ends of years; against a second, naive count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.working_days import Calendar

TET = Calendar(off=frozenset(date(2026, 2, day) for day in range(16, 21)), worked=frozenset({date(2026, 2, 28)}))
"""A week off and one Saturday worked instead: made up for the test."""

days = st.dates(date(2000, 1, 1), date(2100, 12, 1))
near = st.dates(date(2026, 1, 1), date(2026, 3, 31))
calendars = st.builds(Calendar, st.frozensets(near, max_size=25), st.frozensets(near, max_size=10))


@pytest.mark.parametrize(
    ("event", "count", "due"),
    [
        ("2026-11-23", 2, "2026-11-25"),  # Monday
        ("2026-11-26", 2, "2026-11-30"),  # Thursday: over a weekend
        ("2026-11-27", 2, "2026-12-01"),  # Friday: over a weekend and the end of a month
        ("2026-11-28", 2, "2026-12-01"),  # Saturday
        ("2026-11-29", 2, "2026-12-01"),  # Sunday
        ("2026-12-31", 2, "2027-01-04"),  # over the end of the year, no holiday entered
        ("2026-11-23", 5, "2026-11-30"),
        ("2028-02-28", 2, "2028-03-01"),  # a leap year
    ],
)
def test_without_holidays_only_weekends_count_not(event: str, count: int, due: str) -> None:
    assert Calendar().due(date.fromisoformat(event), count) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("event", "count", "due"),
    [
        ("2026-02-12", 2, "2026-02-23"),  # Thursday before: Friday, then Monday after the week
        ("2026-02-13", 1, "2026-02-23"),
        ("2026-02-18", 1, "2026-02-23"),  # found on a holiday
        ("2026-02-26", 2, "2026-02-28"),  # the Saturday worked instead is a working day
        ("2026-02-27", 2, "2026-03-02"),
    ],
)
def test_over_a_week_off(event: str, count: int, due: str) -> None:
    assert TET.due(date.fromisoformat(event), count) == date.fromisoformat(due)


def test_a_day_that_is_off_and_worked_is_worked() -> None:
    day = date(2026, 9, 2)
    both = Calendar(frozenset({day}), frozenset({day}))
    assert both.is_working(day)
    assert both.between(day - timedelta(days=1), day) == 1


@given(days, st.integers(1, 60), calendars)
def test_due_is_the_nth_working_day_after(event: date, count: int, calendar: Calendar) -> None:
    due = calendar.due(event, count)
    assert due > event
    assert calendar.is_working(due)
    passed = (event + timedelta(days=n) for n in range(1, (due - event).days + 1))
    assert sum(map(calendar.is_working, passed)) == count == calendar.between(event, due)


@given(near, near, calendars)
def test_between_counts_as_one_counts_by_hand(first: date, last: date, calendar: Calendar) -> None:
    low, high = min(first, last), max(first, last)
    by_hand = sum(calendar.is_working(low + timedelta(days=n)) for n in range(1, (high - low).days + 1))
    assert calendar.between(first, last) == (by_hand if first <= last else -by_hand)


@given(days, st.integers(1, 5), calendars)
def test_a_holiday_more_never_brings_a_deadline_forward(event: date, count: int, calendar: Calendar) -> None:
    more = Calendar(calendar.off | {event + timedelta(days=1)}, calendar.worked)
    assert more.due(event, count) >= calendar.due(event, count)


def test_years_without_a_day_off_are_known() -> None:
    assert TET.has_year(2026)
    assert not TET.has_year(2027)
    assert not Calendar(worked=frozenset({date(2026, 2, 28)})).has_year(2026)
