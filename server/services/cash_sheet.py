"""The daily cash sheet (bảng kê thu tiền mặt): what was taken in cash on a day, by whom, from whom, the sum in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.errors import Problem, ProblemCode
from server.printing.sheets import Column, Section, Sheet
from server.services import exports, fees
from server.services.case_fields import dong
from server.services.days import day_of
from server.services.exports import Listed
from server.services.fees import Filter, Payment
from server.services.money_words import in_words
from server.services.verification_facts import SESSION


@dataclass(frozen=True, slots=True)
class CashSheet:
    """A day's cash. `takers` = name -> what that person hands over; `voided` were taken back and do not count."""

    on: date
    session: Mapping[str, Any]
    rows: Sequence[Payment]
    voided: Sequence[Payment]
    takers: Mapping[str, int]
    agency: Sequence[str]

    @property
    def total(self) -> int:
        """The sum, in đồng."""
        return sum(row.amount for row in self.rows)

    @property
    def in_words(self) -> str:
        """The sum in words."""
        return in_words(self.total)


def of_day(session: Session, day: str, session_id: str = "") -> CashSheet:
    """Return the cash sheet of a day, of one session where asked; 404 for what is no day or no session."""
    on = day_of(day)
    held = documents.get(session, SESSION, session_id) if session_id else None
    if on is None or (session_id and held is None):
        raise Problem(ProblemCode.NOT_FOUND, "Không có bảng kê này.")
    found = fees.find(session, Filter(session=session_id, method="cash", first=day, last=day))[::-1]
    kept = [p for p in found if not p.is_void]
    takers: Counter[str] = Counter()
    for payment in kept:
        takers[payment.taken_by] += payment.amount
    return CashSheet(on, {} if held is None else held.state, kept, [p for p in found if p.is_void], takers, _agency(session, found))  # fmt: skip


def export(sheet: CashSheet) -> Listed:
    """Return the sheet as a list to export, its sum in figures and words at the end."""
    columns = (exports.Column("STT", exports.NUMBER, 6), exports.Column("Phiếu", width=12), exports.Column("Người nộp", width=36),
               exports.Column("Địa chỉ", width=40), exports.Column("Nội dung", width=48),
               exports.Column("Số tiền (đồng)", exports.NUMBER, 16), exports.Column("Người thu", width=26))  # fmt: skip
    rows: list[tuple[exports.Cell, ...]] = [
        (n, p.slip, p.payer["name"], p.payer["address"], p.texts, p.amount, p.taken_by)
        for n, p in enumerate(sheet.rows, 1)
    ]
    rows.append((None, None, "Tổng cộng", None, f"Bằng chữ: {sheet.in_words}", sheet.total, None))
    return Listed(
        f"bang-ke-tien-mat-{sheet.on:%Y%m%d}", f"Bảng kê thu tiền mặt ngày {sheet.on:%d/%m/%Y}", columns, rows
    )


def printable(sheet: CashSheet) -> Sheet:
    """Return the sheet as it is printed and signed."""
    columns = [Column("STT", 1, is_number=True), Column("Phiếu", 2), Column("Người nộp", 5), Column("Địa chỉ", 5),
               Column("Nội dung", 6), Column("Số tiền (đồng)", 3, is_number=True)]  # fmt: skip
    rows = [
        [str(n), p.slip, p.payer["name"], p.payer["address"], p.texts, _figure(p.amount)]
        for n, p in enumerate(sheet.rows, 1)
    ]
    rows.append(["", "", "Tổng cộng", "", "", _figure(sheet.total)])
    by = "; ".join(f"{name} {dong(amount)}" for name, amount in sheet.takers.items())
    place = str(sheet.session.get("place") or "")
    return Sheet(
        agency=list(sheet.agency),
        title="BẢNG KÊ THU TIỀN MẶT",
        lines=[f"Ngày {sheet.on:%d/%m/%Y}{f', {place}' if place else ''}", "Thu giá dịch vụ kiểm định phương tiện đo"],
        columns=columns,
        sections=[Section("", rows, has_total=True)],
        closing=[f"Bằng chữ: {sheet.in_words}.", *([f"Người thu: {by}."] if len(sheet.takers) > 1 else [])],
        signers=["NGƯỜI NỘP TIỀN", "THỦ QUỸ", "KẾ TOÁN"],
        is_landscape=True,
    )


def _figure(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _agency(session: Session, found: Sequence[Payment]) -> Sequence[str]:
    """Return the letterhead of the organisation that took the money; [] where several did, or nobody."""
    slips = documents.many(session, {("inspection", p.slip_id) for p in found})
    campaigns = documents.many(session, {("campaign", str(slip.parent)) for slip in slips.values()})
    heads = {tuple((c.state.get("organisation") or {}).get("letterhead") or ()): c for c in campaigns.values()}
    if len(heads) == 1 and (head := next(iter(heads))):
        return list(head)
    organisations = documents.many(session, {("organisation", str(c.state.get("organisation_id"))) for c in campaigns.values()})  # fmt: skip
    return list(next(iter(organisations.values())).state.get("letterhead") or ()) if len(organisations) == 1 else []
