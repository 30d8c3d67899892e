"""What owners paid for verification: payments by day, session and method, the daily cash sheet, payers for the invoice system.

A payment is never changed: one that was wrong is voided with a reason and counts no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document, Light
from server.db.inspections import InspectionSummary
from server.errors import Problem, ProblemCode
from server.services import accounts, history, ledger, paging
from server.services.days import day_of
from server.services.exports import DAY, NUMBER, Column, Listed
from server.services.slip_figures import dong_of
from server.services.verification_facts import SESSION
from server.services.verification_words import METHODS
from server.services.wording import plain_text
from sync.clock import read_instant
from sync.paper_words import local

KIND = "payment"
PAGE_SIZE = 50
MAX_TEXT = 500
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of the payments: of a session, a method, days `first` to `last`."""

    session: str = ""
    method: str = ""
    first: str = ""
    last: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filter:
        """Read a filter from a query; what makes no sense is left out."""
        method = args.get("method", "")
        first, last = (day if day_of(day := args.get(name, "")) else "" for name in ("first", "last"))
        return cls(args.get("session", "")[:36], method if method in METHODS else "", first, last, paging.asked(args.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """The filter as the query writes it."""
        return {"session": self.session, "method": self.method, "first": self.first, "last": self.last}


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment with the slip and the session that it belongs to. `on` = its day in Viet Nam's time."""

    id: str
    rev: int
    state: State
    on: date | None
    slip_id: str
    slip: str
    owner: State
    session_id: str
    session: State
    taken_by: str
    voided_by: str

    @property
    def amount(self) -> int:
        """What was paid, in đồng; nothing where it was voided."""
        return 0 if self.is_void else dong_of(self.state)

    @property
    def is_void(self) -> bool:
        """Whether it was taken back."""
        return bool(self.state.get("voided"))

    @property
    def payer(self) -> dict[str, str]:
        """Who pays: as said at the table, else the owner as registered."""
        said = self.state.get("payer") or {}
        if said.get("name"):
            return {name: str(said.get(name) or "") for name in ("name", "tax_code", "address", "email")}
        registered = {name: str(self.owner.get(name) or "") for name in ("name", "tax_code", "address")}
        return {**registered, "email": str(said.get("email") or "")}

    @property
    def texts(self) -> str:
        """What it was paid for, each thing once with how often."""
        counts = Counter(str(line.get("text") or "Kiểm định") for line in self.state.get("lines") or ())
        return "; ".join(text if count == 1 else f"{text} × {count}" for text, count in counts.items())


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of payments, and the sums of all that the filter leaves by method, in đồng."""

    rows: Sequence[Payment]
    total: int
    page: int
    pages: int
    sums: Mapping[str, int]
    days: Sequence[date]
    """The days on which cash was taken, the latest first."""
    sessions: Sequence[Light]


def listing(session: Session, wanted: Filter) -> Listing:
    """Return one page of payments, the latest first."""
    found = _kept(session, wanted)
    sums: Counter[str] = Counter()
    for row in found:
        sums[str(row.state.get("method"))] += 0 if row.state.get("voided") else dong_of(row.state)
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    days = {on for row in found if row.state.get("method") == "cash" and (on := _on(row.state))}
    sessions = sorted(documents.light(session, SESSION), key=lambda d: str(d.state.get("on")), reverse=True)
    return Listing(_around(session, found[part]), len(found), page, pages, sums, sorted(days, reverse=True), sessions)


def find(session: Session, wanted: Filter) -> list[Payment]:
    """Return all payments that the filter leaves, voided ones too, the latest first."""
    return _around(session, _kept(session, wanted))


def _kept(session: Session, wanted: Filter) -> list[Document | Light]:
    """Return the payments that the filter leaves; of one session only those of its slips are read."""
    rows: Sequence[Document | Light]
    if wanted.session:
        own = session.scalars(select(InspectionSummary.id).where(InspectionSummary.session_id == wanted.session)).all()
        rows = documents.of_parents(session, own, [KIND])
    else:
        rows = documents.light(session, KIND)
    kept = [row for row in rows if _asked(row.state, wanted)]
    return sorted(kept, key=lambda row: (str(row.state.get("at")), row.id), reverse=True)


def _around(session: Session, rows: Sequence[Document | Light]) -> list[Payment]:
    """Return payments with the slips, sessions and owners that they belong to."""
    slips = documents.many(session, {("inspection", str(row.parent)) for row in rows})
    keys = {(SESSION, str(slip.state.get("session_id"))) for slip in slips.values()}
    keys |= {("establishment", str(slip.state.get("establishment_id"))) for slip in slips.values()}
    around, people = documents.many(session, keys), accounts.names(session)
    return [_payment(row, slips.get(("inspection", str(row.parent))), around, people) for row in rows]


def void(session: Session, id: str, reason: str, *, seen: str, actor: str, now: datetime) -> None:
    """Take a payment back for a reason; it stays readable and counts no more."""
    row = documents.many(session, [(KIND, id)], lock=True).get((KIND, id))
    said = plain_text(reason)
    if row is None or row.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND, "Không có khoản thu này.")
    if not said or len(said) > MAX_TEXT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do hủy (tối đa {MAX_TEXT} ký tự).")
    if row.state.get("voided") or str(row.rev) != seen:
        raise Problem(ProblemCode.CONFLICT, "Khoản thu này vừa được sửa ở nơi khác, hoặc đã hủy.")
    voided = {"reason": said, "by": actor, "at": now.isoformat(timespec="seconds")}
    ledger.record(session, [ledger.revision(KIND, row, {**row.state, "voided": voided}, actor=actor)], now)


def export(found: Iterable[Payment], wanted: Filter) -> Listed:
    """Return payments as a list to export, voided ones with their reason and no amount."""
    columns = (Column("Ngày", DAY), Column("Phiếu", width=12), Column("Người nộp", width=32), Column("Nội dung", width=48),
               Column("Hình thức"), Column("Số tiền (đồng)", NUMBER, 16), Column("Người thu"), Column("Nơi thu", width=30),
               Column("Hủy", width=30))  # fmt: skip
    rows = (
        (p.on, p.slip, p.payer["name"], p.texts, METHODS.get(str(p.state.get("method"))), p.amount, p.taken_by,
         p.session.get("place"), (p.state.get("voided") or {}).get("reason"))
        for p in found
    )  # fmt: skip
    return Listed("thu-kiem-dinh", "Thu tiền kiểm định", columns, rows, _filters(wanted))


def invoices(found: Iterable[Payment], wanted: Filter) -> Listed:
    """Return what the invoice system needs: each line of what was paid with its payer; voided payments are left out."""
    columns = (Column("Ngày thu", DAY), Column("Mã khoản thu", width=38), Column("Phiếu", width=12), Column("Tên người mua", width=36),
               Column("Mã số thuế", width=16), Column("Địa chỉ", width=44), Column("Thư điện tử", width=26), Column("Tên dịch vụ", width=44),
               Column("Đơn vị tính"), Column("Số lượng", NUMBER), Column("Đơn giá (đồng)", NUMBER, 16),
               Column("Thành tiền (đồng)", NUMBER, 16), Column("Hình thức thanh toán"))  # fmt: skip
    return Listed("hoa-don-kiem-dinh", "Dữ liệu xuất hóa đơn", columns, list(lines(found, wanted)), _filters(wanted))


def lines(found: Iterable[Payment], wanted: Filter) -> Iterator[tuple[Any, ...]]:
    """Return the rows of `invoices`. What was subsidised is not its owner's to pay: only where it is asked for."""
    for p in found:
        if p.is_void or (p.state.get("method") == "subsidised" and wanted.method != "subsidised"):
            continue
        payer = p.payer
        grouped = Counter(
            (str(row.get("text") or "Kiểm định"), str(row.get("amount"))) for row in p.state.get("lines") or ()
        )
        for (text, amount), count in grouped.items():
            price = dong_of({"amount": amount})
            yield (p.on, p.id, p.slip, payer["name"], payer["tax_code"], payer["address"], payer["email"], text, "cái", count,
                   price, price * count, METHODS.get(str(p.state.get("method"))))  # fmt: skip


def _filters(wanted: Filter) -> list[tuple[str, str]]:
    asked = [("Từ ngày", wanted.first), ("Đến ngày", wanted.last), ("Hình thức", METHODS.get(wanted.method, "")),
             ("Phiên", wanted.session)]  # fmt: skip
    return [(label, said) for label, said in asked if said]


def _asked(state: State, wanted: Filter) -> bool:
    if wanted.method and state.get("method") != wanted.method:
        return False
    if not wanted.first and not wanted.last:
        return True
    on = _on(state)
    said = on.isoformat() if on else ""
    return wanted.first <= said <= (wanted.last or "9999")


def _on(state: State) -> date | None:
    """Return the day of a payment in Viet Nam's time."""
    at = read_instant(state.get("at"))
    return None if at is None else local(at).date()


def _payment(
    row: Document | Light, slip: Document | None, around: Mapping[tuple[str, str], Document], people: Mapping[str, str]
) -> Payment:
    said: State = {} if slip is None else slip.state
    session_id = str(said.get("session_id") or "")
    held, site = around.get((SESSION, session_id)), around.get(("establishment", str(said.get("establishment_id"))))
    voided = row.state.get("voided") or {}
    return Payment(
        id=row.id,
        rev=row.rev,
        state=row.state,
        on=_on(row.state),
        slip_id=str(row.parent),
        slip=str(said.get("slip") or ""),
        owner={} if site is None else site.state,
        session_id=session_id,
        session={} if held is None else held.state,
        taken_by=history.who(people, row.state.get("created_by")),
        voided_by=history.who(people, voided.get("by")) if voided else "",
    )
