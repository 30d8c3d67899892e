"""The clocks of a violation case: from which day they run, until when, and what stops them. Pure; law is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from checklists import deadlines
from checklists.deadlines import Deadline
from checklists.model import LimitStatus
from server.services.days import day_of
from server.services.working_days import Calendar
from sync.paper_words import local

RUNNING, OVERDUE, MET, LATE = "running", "overdue", "met", "late"
WAITING, NO_TIME, NO_RULE, NO_NUMBER, STOPPED = "waiting", "no_time", "no_rule", "no_number", "stopped"
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Clock:
    """One time limit on a case.

    `left`: working days left on the day it was asked, or when it was met; negative = too late. `bare_years`: years that
    it runs through and of which nobody entered a public holiday, so that it may end on another day.
    """

    id: str
    title: str
    state: str
    starts_on: date | None = None
    due_on: date | None = None
    done_on: date | None = None
    left: int | None = None
    wording: str = ""
    basis: str = ""
    is_confirmed: bool = True
    bare_years: Sequence[int] = ()

    @property
    def is_overdue(self) -> bool:
        """Whether the time limit has passed and the act was not done."""
        return self.state == OVERDUE


def clocks(case: State, on: date, calendar: Calendar) -> list[Clock]:
    """Return the clocks of a case as they stand on a day: drawing up the violation report, and handing it over."""
    report = report_clock(case, on, calendar)
    handed = _handover_clock(case, on, calendar)
    return [report] if handed is None else [report, handed]


def report_clock(case: State, on: date, calendar: Calendar) -> Clock:
    """Return the clock that binds the drawing up of the report: by complexity, or from the laboratory's result."""
    found, awaits = detected_on(case), bool((case.get("results") or {}).get("awaited"))
    starts = day_of((case.get("results") or {}).get("received_on")) if awaits else found
    complexity = str((case.get("complexity") or {}).get("value") or "ordinary")
    id = "report-results" if awaits else f"report-{complexity}"
    done, finished = day_of((case.get("report") or {}).get("on")), bool(case.get("closing"))
    rule = deadlines.on_day(id, starts or found or on)
    title = rule.title if rule is not None else "Lập biên bản vi phạm"
    if starts is None:
        state = MET if done is not None else STOPPED if finished else WAITING if awaits else NO_TIME
        return Clock(id, title, state, done_on=done, **_said(rule))
    if rule is None or rule.working_days is None:
        return Clock(id, title, NO_RULE if done is None else MET, starts_on=starts, done_on=done, **_said(rule))
    due = calendar.due(starts, rule.working_days)
    asked = done or on
    state = (LATE if done > due else MET) if done else STOPPED if finished else OVERDUE if on > due else RUNNING
    return Clock(id, title, state, starts, due, done, calendar.between(asked, due), **_said(rule),
                 bare_years=[y for y in range(starts.year, due.year + 1) if not calendar.has_year(y)])  # fmt: skip


def detected_on(case: State) -> date | None:
    """Return the local day from which deadlines may run; None while the printed time is in doubt."""
    at = (case.get("detected") or {}).get("at")
    return local(at).date() if at else None


def _handover_clock(case: State, on: date, calendar: Calendar) -> Clock | None:
    """Return how long the report has waited to be handed over; the law gives no number of days any more."""
    starts, done = day_of((case.get("report") or {}).get("on")), day_of((case.get("handover") or {}).get("on"))
    if starts is None:
        return None
    rule = deadlines.on_day("handover", starts)
    decided = bool(case.get("decision")) or bool(case.get("closing"))
    state = MET if done else STOPPED if decided else NO_RULE if rule is None else NO_NUMBER
    title = rule.title if rule is not None else "Chuyển hồ sơ"
    return Clock("handover", title, state, starts, None, done, -calendar.between(starts, done or on), **_said(rule))


def _said(rule: Deadline | None) -> dict[str, Any]:
    if rule is None:
        return {}
    return {"wording": rule.wording, "basis": rule.basis, "is_confirmed": rule.status is LimitStatus.CONFIRMED}
