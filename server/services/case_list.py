"""The list of violation cases: overdue first, then by the day on which the report is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.services import case_acts, case_clocks, cases, paging, work_calendar
from server.services.case_clocks import Clock
from server.services.case_forms import FINISHED, STATUSES
from server.services.wording import folded

PAGE_SIZE = 25
OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `status` is one of the statuses, or `overdue`."""

    status: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, status: str, text: str, page: str) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        known = status if status in STATUSES or status == OVERDUE else ""
        return cls(known, paging.words(text), paging.asked(page))


@dataclass(frozen=True, slots=True)
class Row:
    """One case as the list shows it. `clock` is that of the violation report."""

    id: str
    establishment: str
    address: str
    minutes: Sequence[str]
    opened_at: str
    facts: int
    status: str
    report: str | None
    decision: str | None
    clock: Clock

    @property
    def is_overdue(self) -> bool:
        """Whether the report is overdue."""
        return self.clock.is_overdue


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list. `counts` = by status and `overdue`, before the filter by status."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    is_empty: bool


def every(session: Session, on: date) -> list[Row]:
    """Return all cases as they stand on a day, the most urgent first."""
    calendar = work_calendar.calendar(session)
    rows = [_row(d.id, d.state, case_clocks.report_clock(d.state, on, calendar))
            for d in documents.light(session, cases.KIND)]  # fmt: skip
    return sorted(rows, key=_urgency)


def listing(session: Session, wanted: Filter, on: date) -> Listing:
    """Return one page of the cases."""
    rows = every(session, on)
    words = folded(wanted.text).split()
    found = [row for row in rows if all(word in _searched(row) for word in words)]
    counts = Counter(row.status for row in found) + Counter({OVERDUE: sum(row.is_overdue for row in found)})
    if wanted.status:
        found = [row for row in found if (row.is_overdue if wanted.status == OVERDUE else row.status == wanted.status)]
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    named = {status: counts[status] for status in (OVERDUE, *STATUSES)}
    return Listing(found[part], len(found), page, pages, named, is_empty=not rows)


def _row(id: str, case: Mapping[str, Any], clock: Clock) -> Row:
    site = case["establishment"]
    return Row(
        id=id,
        establishment=str(site.get("name") or "(chưa có tên cơ sở)"),
        address=str(site.get("address") or ""),
        minutes=[m["text"] for m in case["minutes"]],
        opened_at=case["opened"]["at"],
        facts=len(case["facts"]),
        status=case_acts.status_of(case),
        report=(case["report"] or {}).get("number"),
        decision=(case["decision"] or {}).get("number"),
        clock=clock,
    )


def _urgency(row: Row) -> tuple[Any, ...]:
    """Overdue, then running by day, then waiting for something, then reported, then finished; newest last among equals."""
    states = (case_clocks.OVERDUE, case_clocks.RUNNING, case_clocks.NO_TIME, case_clocks.NO_RULE, case_clocks.WAITING)
    rank = states.index(row.clock.state) if row.clock.state in states else len(states)
    return row.status in FINISHED, rank, row.clock.due_on or date.max, row.opened_at, row.id


def _searched(row: Row) -> str:
    parts = (row.establishment, row.address, *row.minutes, row.report, row.decision, row.id)
    return folded(" ".join(part for part in parts if part))
