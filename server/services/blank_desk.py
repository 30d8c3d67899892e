"""Pre-printed minutes from the office: numbers set aside for an inspection, sheets under them, what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesNumber, Series
from server.errors import Problem, ProblemCode
from server.services import accounts, ledger, minutes, number_book, numbers, papers, print_queue
from server.services.creation import created
from server.services.history import who
from server.services.number_book import Row
from server.services.number_desk import Book
from server.services.papers import BY_HAND
from server.services.release import required
from sync.clock import read_instant
from sync.paper_forms import FORMS
from sync.paper_words import local
from sync.seal import number_text

RESERVED = "numbers_reserved"
MAX_SHEETS = 50
SHOWN = 100
FOUND = 20
"""Inspections that a search offers."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. `id` = the act's, so that a form sent twice sets numbers aside once."""

    id: str
    form: str
    count: int
    purpose: str

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """Read a form; refuses what makes no sense."""
        count, form = given.get("count", "").strip(), given.get("form", "")
        try:
            id = str(UUID(given.get("id", "")))
        except ValueError:
            raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu không đầy đủ: hãy mở lại trang.") from None
        if form not in BY_HAND:
            raise Problem(ProblemCode.INVALID_REQUEST, "Loại biên bản này không có bản in sẵn.")
        if not (count.isascii() and count.isdigit() and len(count) < 4 and 1 <= int(count) <= MAX_SHEETS):
            raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi lần in sẵn từ 1 đến {MAX_SHEETS} bản.")
        purpose = required(given.get("purpose", ""), "Phải ghi dành số cho đoàn nào, việc gì.")
        return cls(id, form, int(count), purpose)


@dataclass(frozen=True, slots=True)
class Sheets:
    """Numbers that were set aside in one act, and what became of each."""

    id: str
    inspection_id: str
    site: str
    form: str
    book: Book
    purpose: str
    by: str
    at: datetime | None
    rows: Sequence[Row]

    @property
    def left(self) -> list[int]:
        """Numbers of sheets that are neither keyed in nor void."""
        return [row.number for row in self.rows if row.status == "reserved"]


@dataclass(frozen=True, slots=True)
class Act:
    """One act as the list shows it: `first` to `last` number as printed, `left` of `count` still set aside."""

    id: str
    site: str
    form: str
    first: str
    last: str
    count: int
    left: int
    purpose: str
    by: str
    at: datetime | None


def inspections(session: Session, text: str) -> list[InspectionSummary]:
    """Return inspections that are not closed yet and hold every word of a search."""
    where = [InspectionSummary.status.in_(("planned", "in_progress")), *print_queue.matching(text)]
    query = select(InspectionSummary).where(*where).order_by(InspectionSummary.planned_on, InspectionSummary.id)
    return list(session.scalars(query.limit(FOUND)))


def forms(session: Session, inspection: Document) -> list[tuple[str, str]]:
    """Return the forms for whose numbers the agency has a series, as (code, name)."""
    house, found = minutes.organisation_of(session, inspection), []
    for code in BY_HAND:
        try:
            minutes.series_of(house, code)
        except Problem:
            continue
        found.append((code, FORMS[code].name))
    return found


def reserve(session: Session, inspection_id: str, wanted: Wanted, *, actor: str, now: datetime) -> str:
    """Set numbers aside for sheets of an inspection, journalled with who and why; `already` for a form sent twice."""
    inspection = minutes.existing(session, "inspection", inspection_id, lock=True)
    before = documents.get(session, RESERVED, wanted.id)
    if before is not None:
        if before.state.get("inspection_id") != inspection_id:
            raise Problem(ProblemCode.CONFLICT, "Biểu mẫu này đã dùng cho cuộc kiểm tra khác: hãy mở lại trang.")
        return "already"
    series, year = minutes.series_of(minutes.organisation_of(session, inspection), wanted.form), local(now).year
    first, last = numbers.reserve(session, series, year, wanted.count, wanted.purpose, now)
    papers.blank_texts(session, inspection, wanted.form, [first], now)  # what cannot be printed takes no number
    state: dict[str, Any] = {"series": series, "year": year, "numbers": list(range(first, last + 1)), "form": wanted.form,
                             "reason": wanted.purpose, "inspection_id": inspection_id, "at": now.isoformat(timespec="seconds"),
                             "by": actor}  # fmt: skip
    change = created(RESERVED, f"series:{series}"[:60], state, actor=actor, id=wanted.id, at=now.isoformat())
    ledger.record(session, [change], now)
    return "done"


def sheets(session: Session, id: str) -> Sheets:
    """Return the sheets of one act; 404 where there is none."""
    found = documents.get(session, RESERVED, id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lần in sẵn này.")
    return _shown(session, found)


def listing(session: Session) -> list[Act]:
    """Return the newest acts of this office, in four questions."""
    found = documents.of_kind(session, RESERVED)
    found.sort(key=lambda d: (str(d.state.get("at")), d.id), reverse=True)
    shown, names = found[:SHOWN], accounts.names(session)
    symbols = dict(session.execute(select(Series.series, Series.symbol)).all())
    inspected = select(InspectionSummary.id, InspectionSummary.name)
    sites = dict(
        session.execute(inspected.where(InspectionSummary.id.in_([d.state["inspection_id"] for d in shown]))).all()
    )
    reserved = select(MinutesNumber.series, MinutesNumber.year, MinutesNumber.number)
    free = {tuple(row) for row in session.execute(reserved.where(MinutesNumber.status == "reserved"))}
    made = []
    for act in shown:
        state, symbol = act.state, symbols.get(act.state["series"], act.state["series"])
        left = sum((state["series"], state["year"], number) in free for number in state["numbers"])
        first, last = (number_text(state["numbers"][place], symbol) for place in (0, -1))
        made.append(Act(act.id, sites.get(state["inspection_id"], ""), state["form"], first, last, len(state["numbers"]), left,
                        state["reason"], who(names, state["by"]), read_instant(state["at"])))  # fmt: skip
    return made


def texts(session: Session, id: str, now: datetime) -> list[str]:
    """Return the sheets whose numbers are still set aside, as canonical texts to print; refuses where none is left."""
    found = sheets(session, id)
    if not found.left:
        raise Problem(ProblemCode.CONFLICT, "Các số này đã nhập hoặc đã hủy: không còn bản in sẵn nào.")
    if found.book.year != local(now).year:
        raise Problem(
            ProblemCode.CONFLICT, f"Số của năm {found.book.year} không in được trên biên bản của năm nay: hãy hủy số."
        )
    inspection = minutes.existing(session, "inspection", found.inspection_id)
    return list(papers.blank_texts(session, inspection, found.form, found.left, now).values())


def _shown(session: Session, found: Document) -> Sheets:
    state = found.state
    book = Book(state["series"], numbers.symbol_of(session, state["series"]), state["year"])
    summary = session.get(InspectionSummary, state["inspection_id"])
    return Sheets(found.id, state["inspection_id"], "" if summary is None else summary.name, state["form"], book,
                  state["reason"], who(accounts.names(session), state["by"]), read_instant(state["at"]),
                  number_book.rows_of(session, book, state["numbers"]))  # fmt: skip
