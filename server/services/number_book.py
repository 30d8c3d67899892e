"""The register of numbers as a book (sổ số): one series of one year, filtered, paged and exported, whatever its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesNumber, MinutesPaper, NumberLease, SeriesYear
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import paging
from server.services.exports import MOMENT, NUMBER, Column, Listed
from server.services.number_desk import Book
from server.services.wording import MINUTES_FORMS, NUMBER_STATUSES
from sync.seal import number_text

PAGE_SIZE = 100
CHUNK = 400
OUTSTANDING, GAP, UNUSED = "outstanding", "gap", "unused"
_UNUSED = ("returned", "reserved", OUTSTANDING)
FILTERS = {**NUMBER_STATUSES, UNUSED: "Chưa dùng"}
MAX_PRINTED = 2000
"""Rows of one printed register: 90 sheets."""
_Carried = tuple[str, str | None, str | None, str | None]
"""A paper under a number: id, inspection, form, site."""
_COLUMNS = (Column("Số", width=16), Column("Tình trạng", width=24), Column("Ngày", MOMENT), Column("Loại văn bản"),
            Column("Cơ sở", width=40), Column("Máy giữ số", width=32), Column("Số tờ", NUMBER), Column("Lý do", width=48))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `first` and `last` bound the numbers, both included."""

    status: str = ""
    first: int | None = None
    last: int | None = None
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """Read a query string: `number` is one number, alone or as it is printed; what makes no sense is not there."""
        status, one = given.get("status", ""), _number(given.get("number", ""))
        bounds = (one, one) if one is not None else (_number(given.get("first", "")), _number(given.get("last", "")))
        return cls(status if status in FILTERS else "", *bounds, paging.asked(given.get("page", "")))

    @property
    def fields(self) -> dict[str, str]:
        """The query string that says it, without the page."""
        return {"status": self.status, "first": str(self.first or ""), "last": str(self.last or "")}


@dataclass(frozen=True, slots=True)
class Row:
    """One number. `inspection_id` and `site` where minutes carry it; `papers` = how many do."""

    number: int
    text: str
    status: str
    minutes_id: str | None
    inspection_id: str | None
    form: str
    site: str
    holder: str
    reason: str
    at: datetime | None
    papers: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a book. `last` = the highest number given out, `gaps` (the first of them) must be empty."""

    book: Book
    rows: Sequence[Row]
    counts: Mapping[str, int]
    gaps: Sequence[str]
    last: int
    total: int
    page: int
    pages: int


class _Shelf:
    """Which number has which status: whole numbers only, so that a book of 100,000 is looked through in 0.1 s."""

    def __init__(self, session: Session, book: Book) -> None:
        where = (MinutesNumber.series == book.series, MinutesNumber.year == book.year)
        self.by_status: dict[str, list[int]] = defaultdict(list)
        query = select(MinutesNumber.status, MinutesNumber.number).where(*where).order_by(MinutesNumber.number)
        for status, number in session.execute(query):
            self.by_status[status].append(number)
        self.last = max([_next_number(session, book) - 1, *(numbers[-1] for numbers in self.by_status.values())])
        self._find_others(session, book)

    def _find_others(self, session: Session, book: Book) -> None:
        """A number that no row tells of is outstanding where a range holds it, else a gap that nobody can explain."""
        marks = bytearray(self.last + 1)  # 0 = nothing known, 1 = in a range, 2 = has a row
        ranges = select(NumberLease.first, NumberLease.last)
        for first, last in session.execute(
            ranges.where(NumberLease.series == book.series, NumberLease.year == book.year)
        ):
            end = min(last, self.last)
            if first <= end:
                marks[first : end + 1] = b"\1" * (end - first + 1)
        for numbers in self.by_status.values():
            for number in numbers:
                marks[number] = 2
        for number in range(1, self.last + 1):
            if marks[number] < 2:
                self.by_status[OUTSTANDING if marks[number] else GAP].append(number)

    def asked(self, wanted: Filter) -> Sequence[int]:
        """Return the numbers that the filter leaves, in order."""
        found: Sequence[int] = range(1, self.last + 1)
        if wanted.status:
            names = _UNUSED if wanted.status == UNUSED else (wanted.status,)
            found = sorted(number for name in names for number in self.by_status.get(name, ()))
        if wanted.first is None and wanted.last is None:
            return found
        first, last = wanted.first or 1, self.last if wanted.last is None else wanted.last
        return [number for number in found if first <= number <= last]


def page(session: Session, book: Book, wanted: Filter) -> Page:
    """Return one page of a book."""
    shelf = _Shelf(session, book)
    asked = shelf.asked(wanted)
    number, pages, part = paging.placed(wanted.page, len(asked), PAGE_SIZE)
    counts = {status: len(shelf.by_status[status]) for status in NUMBER_STATUSES if shelf.by_status.get(status)}
    unused = sum(counts.get(status, 0) for status in _UNUSED)
    gaps = [number_text(n, book.symbol) for n in shelf.by_status.get(GAP, [])[:20]]
    return Page(book, rows_of(session, book, asked[part]), counts | ({UNUSED: unused} if unused else {}), gaps, shelf.last,
                len(asked), number, pages)  # fmt: skip


def row(session: Session, book: Book, number: int) -> Row | None:
    """Return one number of a book, None where it was never given out."""
    (found,) = rows_of(session, book, [number])
    return found if 1 <= number < _next_number(session, book) or found.status not in (OUTSTANDING, GAP) else None


def export(session: Session, book: Book, wanted: Filter) -> Listed:
    """Return all that the filter leaves of a book."""
    rows = (
        (
            r.text,
            NUMBER_STATUSES.get(r.status, r.status),
            r.at,
            MINUTES_FORMS.get(r.form, r.form),
            r.site,
            r.holder,
            r.papers,
            r.reason,
        )
        for r in every(session, book, wanted)
    )
    return Listed("so-dang-ky-so", f"Sổ số {book.symbol} năm {book.year}", _COLUMNS, rows, said(book, wanted))


def every(session: Session, book: Book, wanted: Filter) -> Iterator[Row]:
    """Give all that the filter leaves, number by number, read in parts."""
    asked = _Shelf(session, book).asked(wanted)
    for start in range(0, len(asked), CHUNK):
        yield from rows_of(session, book, asked[start : start + CHUNK])


def printed(session: Session, book: Book, wanted: Filter) -> dict[str, Any]:
    """Return the register as the printed form takes it; refuses more than MAX_PRINTED numbers."""
    rows = list(every(session, book, wanted))
    if len(rows) > MAX_PRINTED:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Sổ có {len(rows)} số: mỗi lần in tối đa {MAX_PRINTED}. Hãy ghi từ số, "
                                                   "đến số, rồi in từng phần.")  # fmt: skip
    return {
        "title": f"SỔ ĐĂNG KÝ SỐ {book.symbol} NĂM {book.year}",
        "filters": [f"{label}: {value}" for label, value in said(book, wanted)[2:]],
        "rows": [[r.text, r.at, MINUTES_FORMS.get(r.form, r.form), r.site,
                  NUMBER_STATUSES.get(r.status, r.status), r.holder, r.reason] for r in rows],
    }  # fmt: skip


def said(book: Book, wanted: Filter) -> list[tuple[str, str]]:
    """Say what was asked for, as (label, value)."""
    found = [("Sổ", book.symbol), ("Năm", str(book.year)), ("Tình trạng", FILTERS.get(wanted.status, "")),
             ("Từ số", str(wanted.first or "")), ("Đến số", str(wanted.last or ""))]  # fmt: skip
    return [(label, value) for label, value in found if value]


def rows_of(session: Session, book: Book, numbers: Sequence[int]) -> list[Row]:
    """Return these numbers with what is known of each: five questions, however many they are."""
    if not numbers:
        return []
    own = (MinutesNumber.series == book.series, MinutesNumber.year == book.year, MinutesNumber.number.in_(numbers))
    known = {one.number: one for one in session.scalars(select(MinutesNumber).where(*own))}
    papers = _papers(session, book, numbers)
    holders = _holders(session, book, numbers)
    found = []
    for number in numbers:
        one, carried = known.get(number), papers.get(number, [])
        shown = next(
            (p for p in carried if one is not None and p[0] == one.minutes_id), carried[0] if carried else None
        )
        status = one.status if one is not None else OUTSTANDING if number in holders else GAP
        found.append(
            Row(number, number_text(number, book.symbol), status, None if one is None else one.minutes_id,
                shown[1] if shown else None, (shown[2] if shown else "") or "", (shown[3] if shown else "") or "",
                holders.get(number, ""), (one.reason if one is not None else "") or "", None if one is None else one.at,
                len(carried))
        )  # fmt: skip
    return found


def _papers(session: Session, book: Book, numbers: Sequence[int]) -> dict[int, list[_Carried]]:
    columns = (
        MinutesPaper.number,
        MinutesPaper.id,
        MinutesPaper.inspection_id,
        MinutesPaper.form,
        InspectionSummary.name,
    )
    query = select(*columns).outerjoin(InspectionSummary, InspectionSummary.id == MinutesPaper.inspection_id)
    query = query.where(MinutesPaper.series == book.series, MinutesPaper.year == book.year,
                        MinutesPaper.number.in_(numbers), MinutesPaper.status != "lost")  # fmt: skip
    found: dict[int, list[_Carried]] = defaultdict(list)
    for number, id, inspection, form, site in session.execute(query.order_by(MinutesPaper.id)):
        found[number].append((id, inspection, form, site))
    return found


def _holders(session: Session, book: Book, numbers: Sequence[int]) -> dict[int, str]:
    """Say whose range each number is of; a number given back belongs to its next range."""
    query = select(NumberLease.first, NumberLease.last, User.full_name, Device.tablet_name)
    query = query.join(Device, Device.id == NumberLease.device_id).join(User, User.id == Device.user_id)
    query = query.where(NumberLease.series == book.series, NumberLease.year == book.year,
                        NumberLease.first <= numbers[-1], NumberLease.last >= numbers[0])  # fmt: skip
    ranges = session.execute(query.order_by(NumberLease.granted_at)).all()
    return {n: f"{person}, {tablet}" for first, last, person, tablet in ranges for n in numbers if first <= n <= last}


def _next_number(session: Session, book: Book) -> int:
    query = select(SeriesYear.next_number).where(SeriesYear.series == book.series, SeriesYear.year == book.year)
    return session.scalar(query) or 1


def _number(text: str) -> int | None:
    """Read a number, alone (12) or as printed (012/BB-ĐKT)."""
    digits = text.strip().partition("/")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < len(digits) < 9 else None
