"""Numbers that may have been given out after the backup: a restored server passes them over (docs/decisions)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from server.db.numbers import MinutesNumber, NumberLease, Series, SeriesYear
from server.services.numbers import MAX_COUNT
from sync.paper_words import local
from sync.seal import MAX_NUMBER

SKIPPED = "skipped"
REASON = "Bỏ qua khi khôi phục bản sao lưu lúc {made_at}: có thể đã cấp sau lúc sao lưu."
SHORTEST = timedelta(days=7)
"""Looked back at least so far: a quiet night says little about a busy morning."""
YEAR_END = timedelta(days=31)
"""Next year's numbers may be taken so long before it begins; before that an untouched year stays untouched."""


def skip(
    session: Session, marks: Mapping[tuple[str, int], int], *, made_at: datetime, now: datetime
) -> list[dict[str, Any]]:
    """Raise every counter past what may have been given out since the backup; write the numbers passed over.

    Where the database before the restore could still be read, its counter (`marks`) says exactly how far. Else a margin:
    the largest lease, and twice what this series gave out in as long a time before the backup as has passed since.
    Returns [{series, year, from, to}].
    """
    skipped = []
    for series, year in _books(session, marks, made_at, now):
        row = session.get(SeriesYear, (series, year))
        first = 1 if row is None else row.next_number
        if (series, year) in marks:
            until = max(first, marks[series, year])
        else:
            until = first + _margin(session, series, year, made_at, now)
        until = min(until, MAX_NUMBER + 1)
        if until <= first:
            continue
        if row is None:
            row = SeriesYear(series=series, year=year)
            session.add(row)
        row.next_number = until
        _note(session, series, year, range(first, until), made_at, now)
        skipped.append({"series": series, "year": year, "from": first, "to": until - 1})
    session.flush()
    return skipped


def _books(
    session: Session, marks: Mapping[tuple[str, int], int], made_at: datetime, now: datetime
) -> list[tuple[str, int]]:
    """Every series in every year whose numbers may have been touched since the backup."""
    books = {(row.series, row.year) for row in session.scalars(select(SeriesYear))}
    series = list(session.scalars(select(Series.series)))
    years = set(range(local(made_at).year, local(now + YEAR_END).year + 1))
    books |= {(name, year) for name in series for year in years}
    return sorted(books | {book for book in marks if book[0] in series})


def _margin(session: Session, series: str, year: int, made_at: datetime, now: datetime) -> int:
    since = made_at - max(now - made_at, SHORTEST)
    leased = session.scalar(
        select(func.sum(NumberLease.last - NumberLease.first + 1)).where(
            NumberLease.series == series, NumberLease.year == year, NumberLease.granted_at >= since
        )
    )
    at_office = session.scalar(
        select(func.count()).select_from(MinutesNumber).where(
            MinutesNumber.series == series, MinutesNumber.year == year, MinutesNumber.source == "server",
            MinutesNumber.at >= since,
        )
    )  # fmt: skip
    return MAX_COUNT + 2 * ((leased or 0) + (at_office or 0))


def _note(session: Session, series: str, year: int, numbers: range, made_at: datetime, now: datetime) -> None:
    reason = REASON.format(made_at=local(made_at).strftime("%H:%M ngày %d/%m/%Y"))
    known = set(
        session.scalars(select(MinutesNumber.number).where(MinutesNumber.series == series, MinutesNumber.year == year))
    )
    session.flush()  # the year's row first: numbers point to the series, registers to the year
    rows = [{"series": series, "year": year, "number": number, "minutes_id": None, "status": SKIPPED, "source": "restore",
             "lease_id": None, "reason": reason, "at": now} for number in numbers if number not in known]  # fmt: skip
    if rows:
        session.execute(insert(MinutesNumber), rows)
