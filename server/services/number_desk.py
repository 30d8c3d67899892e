"""The office's desk for minutes numbers: the register as a page, voids and returns with reasons, papers in dispute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.devices import Device
from server.db.documents import Document
from server.db.numbers import MinutesNumber, MinutesPaper, NumberLease, Series, SeriesYear
from server.errors import Problem, ProblemCode
from server.services import accounts, ledger, minutes, numbers
from server.services.creation import created
from server.services.history import who
from server.services.release import required
from sync.seal import number_text

VOIDED, RETURNED = "numbers_voided", "numbers_returned"
_IS_OF = (Document.kind == "minutes") & (Document.id == MinutesPaper.id) & Document.is_deleted.is_(False)


@dataclass(frozen=True, slots=True)
class Book:
    """One series in one year."""

    series: str
    symbol: str
    year: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A range that a tablet holds, with its numbers that nothing is known of."""

    lease_id: str
    book: Book
    first: int
    last: int
    is_open: bool
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Paper:
    """One of the papers under a number."""

    id: str
    book: Book
    number: int
    text: str
    status: str
    form: str
    issued_at: str | None
    by: str
    site: str
    inspection_id: str
    voided: Mapping[str, Any] | None
    replaced_by: str
    rev: int


def books(session: Session) -> list[Book]:
    """Return every book that has given out a number, the newest year first."""
    query = select(Series.series, Series.symbol, SeriesYear.year).join(SeriesYear, SeriesYear.series == Series.series)
    return [Book(*row) for row in session.execute(query.order_by(SeriesYear.year.desc(), Series.series))]


def book(session: Session, series: str, year: str) -> Book | None:
    """Return the book that was asked for, the first where nothing was; None where there is none at all."""
    known = books(session)
    asked = next((b for b in known if (b.series, str(b.year)) == (series, year)), None)
    if asked is None and (series or year):
        raise Problem(ProblemCode.NOT_FOUND, "Không có sổ số này.")
    return asked or (known[0] if known else None)


def holdings(session: Session, device_id: str) -> list[Holding]:
    """Return the ranges of a tablet of which numbers are not accounted for."""
    query = select(NumberLease).where(NumberLease.device_id == device_id)
    registers: dict[tuple[str, int], list[numbers.RegisterRow]] = {}
    found = []
    for lease in session.scalars(query.order_by(NumberLease.series, NumberLease.year, NumberLease.first)):
        key = lease.series, lease.year
        if key not in registers:
            registers[key] = numbers.register(session, *key)
        left = [r.number for r in registers[key][lease.first - 1 : lease.last] if (r.status, r.holder) == ("outstanding", device_id)]  # fmt: skip
        if left or lease.returned_at is None:
            own = Book(lease.series, numbers.symbol_of(session, lease.series), lease.year)
            found.append(Holding(lease.id, own, lease.first, lease.last, lease.returned_at is None, left))
    return found


def void(session: Session, wanted: Book, number: int, reason: str, *, actor: str, now: datetime) -> None:
    """Cross out one number that no minutes carry; journalled."""
    said = required(reason, "Phải ghi lý do hủy số.")
    numbers.void(session, wanted.series, wanted.year, number, said, now)
    state = {"series": wanted.series, "year": wanted.year, "numbers": [number], "reason": said}
    _note(session, VOIDED, f"series:{wanted.series}", state, actor, now)


def void_leased(
    session: Session, lease_id: str, device: Device, number: int, reason: str, *, now: datetime
) -> None:  # fmt: skip
    """Cross out one number of a tablet's own range whose pre-printed sheet was spoiled; journalled. Twice is once.

    Refuses a number outside the range, and one that minutes carry: those are voided as minutes are.
    """
    said = required(reason, "Phải ghi lý do hủy số.")
    lease = session.get(NumberLease, lease_id)
    if lease is None or lease.device_id != device.id:
        raise Problem(ProblemCode.NOT_FOUND, "Không có dải số này cho máy tính bảng của bạn.")
    if not lease.first <= number <= lease.last:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Số phải trong dải {lease.first}–{lease.last}.")
    row = session.get(MinutesNumber, (lease.series, lease.year, number))
    if row is not None and (row.status, row.lease_id, row.minutes_id) == ("void", lease.id, None):
        return
    if row is not None and row.status == "returned":
        raise Problem(ProblemCode.CONFLICT, "Số này đã được trả lại.")
    numbers.void(session, lease.series, lease.year, number, said, now)
    session.get_one(MinutesNumber, (lease.series, lease.year, number)).lease_id = lease.id
    state = {"series": lease.series, "year": lease.year, "numbers": [number], "lease_id": lease.id, "reason": said}
    _note(session, VOIDED, f"device:{device.id}", state, device.user_id, now)


def void_holdings(session: Session, device_id: str, reason: str, *, actor: str, now: datetime) -> int:
    """Cross out every number that a revoked tablet holds and that nothing is known of, in one act; return how many."""
    said = required(reason, "Phải ghi lý do hủy số.")
    device = session.get(Device, device_id, with_for_update=True, populate_existing=True)
    if device is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có máy tính bảng này.")
    if device.revoked_at is None:
        raise Problem(ProblemCode.CONFLICT, "Máy này vẫn đang dùng: thu hồi máy trước khi hủy các số máy đang giữ.")
    voided: list[dict[str, Any]] = []
    for holding in holdings(session, device_id):
        for number in holding.numbers:
            numbers.void(session, holding.book.series, holding.book.year, number, said, now)
        if holding.is_open:
            session.get_one(NumberLease, holding.lease_id).returned_at = now
        if holding.numbers:
            voided.append({"series": holding.book.series, "year": holding.book.year, "numbers": list(holding.numbers)})
    session.flush()
    if voided:
        _note(session, VOIDED, f"device:{device_id}", {"books": voided, "reason": said}, actor, now)
    return sum(len(one["numbers"]) for one in voided)


def give_back(
    session: Session, lease_id: str, first_unused: str, reason: str, *, actor: str, now: datetime
) -> list[int]:
    """Take the rest of a range back on the word of who holds the tablet in hand; return the numbers."""
    said = required(reason, "Phải ghi lý do trả số.")
    lease = session.get(NumberLease, lease_id, with_for_update=True, populate_existing=True)
    if lease is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có dải số này.")
    if lease.returned_at is not None:
        raise Problem(ProblemCode.CONFLICT, "Dải số này đã được trả lại.")
    if not (first_unused.isascii() and first_unused.isdigit() and len(first_unused) < 9):
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy ghi số đầu tiên chưa dùng, như trên máy tính bảng.")
    device = session.get_one(Device, lease.device_id)
    back = numbers.give_back(session, lease_id, device, int(first_unused), now)
    state = {"series": lease.series, "year": lease.year, "numbers": back, "lease_id": lease_id, "reason": said}
    _note(session, RETURNED, f"device:{lease.device_id}", state, actor, now)
    return back


def papers(session: Session, wanted: Book, number: int) -> list[Paper]:
    """Return the papers under one number, the one that holds it first."""
    row = session.get(MinutesNumber, (wanted.series, wanted.year, number))
    found = _papers(session, *_of_book(wanted), MinutesPaper.number == number)
    found.sort(key=lambda p: (row is None or p.id != row.minutes_id, str(p.state.get("issued_at")), p.id))
    return _shown(session, found)


def disputed_by(session: Session, device_id: str) -> list[Paper]:
    """Return the conflicting papers whose number is of one of this tablet's ranges, or whose author holds it."""
    device = session.get_one(Device, device_id)
    leases = list(session.scalars(select(NumberLease).where(NumberLease.device_id == device_id)))
    found = [
        d for d in _papers(session, MinutesPaper.status == "conflicting")
        if d.state.get("created_by") == device.user_id or any(_covers(lease, d.state) for lease in leases)
    ]  # fmt: skip
    return _shown(session, sorted(found, key=lambda d: (str(d.state.get("issued_at")), d.id)))


def void_paper(session: Session, minutes_id: str, reason: str, replaced_by: str, *, actor: str, now: datetime) -> None:
    """Void one of the papers under a number; `replaced_by` = the paper that stands in its place, empty for none."""
    said = required(reason, "Phải ghi lý do hủy biên bản.")
    wanted = session.get(Document, ("minutes", minutes_id), with_for_update=True, populate_existing=True)
    other = documents.get(session, "minutes", replaced_by) if replaced_by else None
    if replaced_by and (other is None or other.id == minutes_id or other.state.get("status") == "void"):
        raise Problem(ProblemCode.INVALID_REQUEST, "Biên bản thay thế phải là một biên bản khác, chưa bị hủy.")
    if wanted is not None and other is not None and wanted.parent != other.parent and not _one_number(wanted, other):
        raise Problem(ProblemCode.INVALID_REQUEST, "Biên bản thay thế phải cùng số hoặc cùng cuộc kiểm tra.")
    minutes.void(session, minutes_id, said, actor=actor, now=now, replaced_by=replaced_by or None)


def others_of(session: Session, shown: Sequence[Paper]) -> list[Paper]:
    """Return what may replace one of these papers: themselves, and the other minutes of their inspections."""
    found = {d.id: d for p in shown for d in documents.children(session, p.inspection_id, "minutes")}
    live = [d for d in found.values() if d.state.get("status") != "void"]
    return _shown(session, sorted(live, key=lambda d: (str(d.state.get("issued_at")), d.id)))


def _one_number(one: Document, other: Document) -> bool:
    return all(one.state.get(n) == other.state.get(n) for n in ("series", "year", "number"))


def _covers(lease: NumberLease, state: Mapping[str, Any]) -> bool:
    number = state.get("number")
    same_book = (lease.series, lease.year) == (state.get("series"), state.get("year"))
    return same_book and isinstance(number, int) and lease.first <= number <= lease.last


def _of_book(wanted: Book) -> tuple[ColumnElement[bool], ...]:
    return MinutesPaper.series == wanted.series, MinutesPaper.year == wanted.year


def _papers(session: Session, *where: ColumnElement[bool]) -> list[Document]:
    """Minutes by the index of papers: of no others is the text read, up to 256 KB each."""
    query = select(Document).join_from(MinutesPaper, Document, _IS_OF).where(*where)
    return list(session.scalars(query.order_by(Document.id)))


def _shown(session: Session, found: Sequence[Document]) -> list[Paper]:
    people, sites = accounts.names(session), _Sites(session)
    made = []
    for d in found:
        own = Book(str(d.state.get("series")), numbers.symbol_of(session, str(d.state.get("series"))), int(d.state.get("year") or 0))  # fmt: skip
        voided = d.state.get("voided") if isinstance(d.state.get("voided"), Mapping) else None
        other = documents.get(session, "minutes", str((voided or {}).get("replaced_by")))
        made.append(
            Paper(d.id, own, int(d.state["number"]), number_text(int(d.state["number"]), own.symbol),
                  str(d.state.get("status")), str(d.state.get("form")), d.state.get("issued_at"),
                  who(people, d.state.get("created_by")), sites.name(d.parent), str(d.parent), voided,
                  "" if other is None else number_text(int(other.state["number"]), numbers.symbol_of(session, str(other.state["series"]))),
                  d.rev)
        )  # fmt: skip
    return made


class _Sites:
    """Names of the sites of inspections, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names: dict[str, str] = {}

    def name(self, inspection_id: str | None) -> str:
        """Return the name of an inspection's site."""
        if inspection_id is None:
            return ""
        if inspection_id not in self._names:
            found = documents.get(self._session, "inspection", inspection_id)
            id = "" if found is None else str(found.state.get("establishment_id"))
            site = documents.get(self._session, "establishment", id)
            self._names[inspection_id] = str((site.state if site is not None else {}).get("name") or "")
        return self._names[inspection_id]


def _note(session: Session, kind: str, scope: str, state: dict[str, Any], actor: str, now: datetime) -> None:
    """Journal an act on the register in a scope that no tablet is granted."""
    change = created(kind, scope, state, actor=actor, at=now.isoformat())
    ledger.record(session, [change], now)
