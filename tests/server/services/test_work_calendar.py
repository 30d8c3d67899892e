"""Days off as documents: entered once, over the end of a year, taken out with a reason, rebuilt from the journal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from server.db.journal import JournalEntry
from server.errors import Problem
from server.services import journal, work_calendar
from server.services.work_calendar import Entry
from tests.builders import Office

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def enters(office: Office, first: str, last: str, kind: str, name: str) -> int:
    """Enter days."""
    entry = Entry.of(first, last, kind, name, "Thông báo 12/TB, ngày 01/10/2026")
    with office.transaction() as session:
        return work_calendar.add(session, entry, actor="system", now=NOW)


def test_days_are_entered_once_kept_by_year_and_taken_out_with_a_reason(office: Office) -> None:
    assert enters(office, "2026-12-30", "2027-01-01", "off", "Nghỉ cuối năm") == 3
    assert enters(office, "2027-01-09", "", "worked", "Làm bù") == 1
    with pytest.raises(Problem, match="Ngày 30/12/2026 đã nhập rồi"):
        enters(office, "2026-12-29", "2026-12-31", "off", "Lần nữa")
    with office.transaction() as session:
        known = work_calendar.calendar(session)
        assert known.off == {date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)}
        assert known.worked == {date(2027, 1, 9)}
        assert list(work_calendar.years(session)) == [2026, 2027]
        work_calendar.remove(session, "2026-12-30", "Nhập nhầm", actor="system", now=NOW)
    with office.transaction() as session:
        assert [d["on"] for d in work_calendar.of_year(session, 2026)] == ["2026-12-31"]
        assert journal.verify(session).is_whole
        newest = session.scalars(select(JournalEntry.entry).where(JournalEntry.kind == "work_calendar")
                                 .order_by(JournalEntry.seq.desc()).limit(1)).one()  # fmt: skip
        assert json.loads(newest)["set"]["removed"]["reason"] == "Nhập nhầm"
    for on, reason in (("2026-12-30", "x"), ("x", "x"), ("2026-12-31", " ")):
        with pytest.raises(Problem), office.transaction() as session:
            work_calendar.remove(session, on, reason, actor="system", now=NOW)
