"""The log of prints (sổ theo dõi in): who printed which paper when, how many copies, and why again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesPaper, Series
from server.db.prints import ELSEWHERE, FAILED, OPEN, PRINTED, PaperPrint
from server.services import accounts, exports, paging
from server.services.exports import MOMENT, NUMBER, Column, Listed
from server.services.print_queue import bounds, iso_day, matching
from sync.seal import number_text

PAGE_SIZE = 50
OUTCOMES = {
    PRINTED: "Đã in",
    OPEN: "Đang in",
    FAILED: "In lỗi",
    ELSEWHERE: "In tại hiện trường",
}
_COLUMNS = (Column("Lúc", MOMENT), Column("Số", width=16), Column("Năm", NUMBER), Column("Cơ sở", width=36),
            Column("Kết quả", width=18), Column("Số bản", NUMBER), Column("Người in"), Column("Ghi sổ lúc", MOMENT),
            Column("Người ghi sổ"), Column("Lý do", width=48))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `first` and `last` are days."""

    first: str = ""
    last: str = ""
    outcome: str = ""
    text: str = ""
    again: bool = False
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        outcome = given.get("outcome", "")
        return cls(iso_day(given.get("first", "")), iso_day(given.get("last", "")), outcome if outcome in OUTCOMES else "",
                   paging.words(given.get("q", "")), bool(given.get("again")), paging.asked(given.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, str]:
        """The query string that says it, without the page."""
        return {"first": self.first, "last": self.last, "outcome": self.outcome, "q": self.text,
                "again": "on" if self.again else ""}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One paper of one batch."""

    at: datetime
    text: str
    year: int
    site: str
    inspection_id: str | None
    batch_id: str
    outcome: str
    copies: int
    by: str
    ended_at: datetime | None
    ended_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Log:
    """One page of the log."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int


_Prints = Select[PaperPrint, MinutesPaper, str, str]


def listing(session: Session, wanted: Filter) -> Log:
    """Return one page of the log, the newest first."""
    base = select(PaperPrint.id).where(*_asked(wanted))
    if wanted.text:
        base = base.join(MinutesPaper, MinutesPaper.id == PaperPrint.minutes_id)
        base = base.join(InspectionSummary, InspectionSummary.id == MinutesPaper.inspection_id)
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    newest = base.order_by(PaperPrint.started_at.desc(), PaperPrint.id.desc())  # as the index has it
    shown = session.scalars(newest.slice(part.start, part.stop)).all()
    query = _described().where(PaperPrint.id.in_(shown))
    query = query.order_by(PaperPrint.started_at.desc(), PaperPrint.batch_id, PaperPrint.place)
    return Log(list(_rows(session, query)), total, page, pages)


def export(session: Session, wanted: Filter) -> Listed:
    """Return the whole log that the filter leaves, the oldest first."""
    query = _described().where(*_asked(wanted)).order_by(PaperPrint.started_at, PaperPrint.batch_id, PaperPrint.place)
    query = query.limit(exports.MAX_ROWS + 1)
    rows = (
        (r.at, r.text, r.year, r.site, OUTCOMES[r.outcome], r.copies, r.by, r.ended_at, r.ended_by, r.reason)
        for r in _rows(session, query)
    )
    said = [("Từ ngày", wanted.first), ("Đến ngày", wanted.last), ("Kết quả", OUTCOMES.get(wanted.outcome, "")),
            ("Tìm", wanted.text), ("Chỉ in lại", "có" if wanted.again else "")]  # fmt: skip
    return Listed(
        "so-theo-doi-in", "Sổ theo dõi in", _COLUMNS, rows, [(label, value) for label, value in said if value]
    )


def _described() -> _Prints:
    query = select(PaperPrint, MinutesPaper, Series.symbol, InspectionSummary.name)
    query = query.join(MinutesPaper, MinutesPaper.id == PaperPrint.minutes_id)
    query = query.outerjoin(Series, Series.series == MinutesPaper.series)
    return query.outerjoin(InspectionSummary, InspectionSummary.id == MinutesPaper.inspection_id)


def _rows(session: Session, query: _Prints) -> Iterator[Row]:
    names = accounts.names(session)
    for one, paper, symbol, site in session.execute(query.execution_options(yield_per=500)):
        yield Row(one.started_at, number_text(paper.number, symbol or paper.series), paper.year, site or "",
                  paper.inspection_id, one.batch_id, one.outcome, one.copies, names.get(one.started_by, ""), one.ended_at,
                  names.get(one.ended_by or "", ""), one.reason)  # fmt: skip


def _asked(wanted: Filter) -> list[ColumnElement[bool]]:
    found = matching(wanted.text)
    if wanted.first:
        found.append(PaperPrint.started_at >= bounds(wanted.first)[0])
    if wanted.last:
        found.append(PaperPrint.started_at < bounds(wanted.last)[1])
    if wanted.outcome:
        found.append(PaperPrint.outcome == wanted.outcome)
    if wanted.again:
        found += [PaperPrint.reason != "", PaperPrint.outcome != ELSEWHERE]
    return found
