"""Days off and days worked instead, as the department enters them for each year: Tết moves, and nothing is guessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.creation import created
from server.services.days import day_of
from server.services.wording import plain_text
from server.services.working_days import Calendar

KIND = "work_calendar"
SCOPE = "office:calendar"
"""No tablet is granted it: deadlines run at the office."""
OFF, WORKED = "off", "worked"
MAX_RANGE = 31
MAX_TEXT = 200
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_NAMESPACE = UUID("8c1f3a52-0b7e-5a43-9f4d-6f0f2c7d1e90")
"""One document for each year: two people who enter days of one year write the same one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Days that somebody wants to enter, from the first to the last, on a document's word."""

    first: date
    last: date
    kind: str
    name: str
    document: str

    @classmethod
    def of(cls, first: str, last: str, kind: str, name: str, document: str) -> Entry:
        """Read a form or a command; refuses what is no day, too long a range, and days without name or document."""
        begins, ends = day_of(first.strip()), day_of(last.strip() or first.strip())
        if begins is None or ends is None:
            raise _refused("Ngày phải có dạng NĂM-THÁNG-NGÀY, ví dụ 2026-02-16.")
        if begins.year < _FIRST_YEAR or ends.year > _LAST_YEAR:
            raise _refused(f"Năm phải từ {_FIRST_YEAR} đến {_LAST_YEAR}.")
        if not 0 <= (ends - begins).days < MAX_RANGE:
            raise _refused(f"Ngày cuối không được trước ngày đầu, và mỗi lần nhập tối đa {MAX_RANGE} ngày.")
        if kind not in (OFF, WORKED):
            raise _refused("Hãy chọn “Nghỉ” hoặc “Làm bù”.")
        said, source = plain_text(name), plain_text(document)
        if not said or len(said) > MAX_TEXT:
            raise _refused(f"Phải ghi tên ngày nghỉ, ngày làm bù (tối đa {MAX_TEXT} ký tự).")
        if not source or len(source) > MAX_TEXT:
            raise _refused(f"Phải ghi văn bản căn cứ: số, ngày (tối đa {MAX_TEXT} ký tự).")
        if kind == WORKED and any(day.weekday() < 5 for day in _days(begins, ends)):
            raise _refused("Ngày làm bù phải là thứ Bảy hoặc Chủ nhật.")
        return cls(begins, ends, kind, said, source)


def calendar(session: Session) -> Calendar:
    """Return what is known of all years."""
    off: set[date] = set()
    worked: set[date] = set()
    for row in documents.of_kind(session, KIND):
        for day in row.state["days"]:
            (worked if day["kind"] == WORKED else off).add(date.fromisoformat(day["on"]))
    return Calendar(frozenset(off), frozenset(worked))


def of_year(session: Session, year: int) -> list[dict[str, Any]]:
    """Return the days entered for a year, in order."""
    row = documents.get(session, KIND, _id(year))
    return [] if row is None else list(row.state["days"])


def years(session: Session) -> Sequence[int]:
    """Return the years that somebody entered days for, in order."""
    return sorted(row.state["year"] for row in documents.of_kind(session, KIND) if row.state["days"])


def add(session: Session, entry: Entry, *, actor: str, now: datetime) -> int:
    """Enter the days and return how many; refuses (CONFLICT) a day that was entered before."""
    by_year: dict[int, list[date]] = defaultdict(list)
    for day in _days(entry.first, entry.last):
        by_year[day.year].append(day)
    at = now.isoformat(timespec="seconds")
    changes = []
    for year, days in sorted(by_year.items()):
        known = _locked(session, year)
        if twice := sorted({d["on"] for d in known} & {day.isoformat() for day in days}):
            raise Problem(ProblemCode.CONFLICT, f"Ngày {_written(twice[0])} đã nhập rồi: hãy bỏ dòng cũ trước khi nhập lại.")  # fmt: skip
        fresh = [{"on": day.isoformat(), "kind": entry.kind, "name": entry.name, "document": entry.document, "by": actor,
                  "at": at} for day in days]  # fmt: skip
        changes.append(_change(session, year, [*known, *fresh], None, actor, at))
    ledger.record(session, changes, now)
    return sum(map(len, by_year.values()))


def remove(session: Session, on: str, reason: str, *, actor: str, now: datetime) -> None:
    """Take a day out again, for a reason; what was entered stays in the journal. Refuses a day that is not there."""
    day, said = day_of(on.strip()), plain_text(reason)
    if not said or len(said) > MAX_TEXT:
        raise _refused(f"Phải ghi lý do bỏ (tối đa {MAX_TEXT} ký tự).")
    known = [] if day is None else _locked(session, day.year)
    rest = [each for each in known if each["on"] != on.strip()]
    if day is None or len(rest) == len(known):
        raise Problem(ProblemCode.NOT_FOUND, "Ngày này chưa được nhập.")
    at = now.isoformat(timespec="seconds")
    removed = {"on": on.strip(), "reason": said, "by": actor, "at": at}
    ledger.record(session, [_change(session, day.year, rest, removed, actor, at)], now)


def _locked(session: Session, year: int) -> list[dict[str, Any]]:
    documents.reserve(session, [(KIND, _id(year))])
    row = documents.many(session, [(KIND, _id(year))], lock=True).get((KIND, _id(year)))
    return [] if row is None else list(row.state["days"])


def _change(
    session: Session, year: int, days: list[dict[str, Any]], removed: dict[str, Any] | None, actor: str, at: str
) -> Any:
    state = {"year": year, "days": sorted(days, key=lambda d: d["on"]), "removed": removed}
    if documents.get(session, KIND, _id(year)) is None:
        return created(KIND, SCOPE, state, actor=actor, id=_id(year), at=at)
    return ledger.change(session, KIND, _id(year), SCOPE, state, actor=actor, at=at)


def _id(year: int) -> str:
    return str(uuid5(_NAMESPACE, str(year)))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _written(day: str) -> str:
    return f"{date.fromisoformat(day):%d/%m/%Y}"


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)
