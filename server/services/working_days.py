"""Working days: Monday to Friday, without the days off and with the days worked instead that the department entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_WEEKEND = 5
"""The first day of the week that is none of the working week, counted from Monday = 0."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of the years: `off` = public holidays and days exchanged, `worked` = weekend days worked instead.

    A day in both counts as worked: it was typed for that very day.
    """

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Say whether the office works on a day."""
        return day in self.worked or (day.weekday() < _WEEKEND and day not in self.off)

    def due(self, event: date, days: int) -> date:
        """Return the day on which a time limit ends: the n-th working day after the day of the event, which counts not."""
        day = event
        for _ in range(days):
            day += timedelta(days=1)
            while not self.is_working(day):
                day += timedelta(days=1)
        return day

    def between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last`; negative where `last` comes before."""
        if last < first:
            return -self.between(last, first)
        count = _weekdays(last) - _weekdays(first)
        count -= sum(first < day <= last and day.weekday() < _WEEKEND for day in self.off - self.worked)
        return count + sum(first < day <= last and day.weekday() >= _WEEKEND for day in self.worked)

    def has_year(self, year: int) -> bool:
        """Say whether anybody entered a day off of a year: without one, a time limit may end on another day."""
        return any(day.year == year for day in self.off)


def _weekdays(day: date) -> int:
    """Count the days Monday to Friday from the first Monday of the calendar (0001-01-01) up to a day."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * _WEEKEND + min(rest, _WEEKEND)
