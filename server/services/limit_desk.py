"""The limits of the current rule set as the office reads them, and what confirming one would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists.model import Limit, LimitStatus
from server.db.documents import Document
from server.db.rules import LimitConfirmation
from server.errors import Problem, ProblemCode
from server.services import rules
from server.services.wording import plain_text

MAX_DOCUMENT = 300
MAX_VALUE = 40


@dataclass(frozen=True, slots=True)
class Word:
    """A document's word: its number and date, and the value it states; empty value = as written in the row.

    `seen` = the version of the rule set that the page showed.
    """

    number: str
    on: date
    value: str
    seen: str

    @classmethod
    def of(cls, number: str, on: str, value: str, seen: str) -> Word:
        """Read a form; refuses a document without number or date. A decimal comma is a point."""
        said = plain_text(number)
        if not said or len(said) > MAX_DOCUMENT:
            raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi số, tên văn bản (tối đa {MAX_DOCUMENT} ký tự).")
        try:
            day = date.fromisoformat(on) if len(on) == 10 else None
        except ValueError:
            day = None
        if day is None:
            raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi ngày văn bản.")
        typed = plain_text(value).replace(",", ".")
        if len(typed) > MAX_VALUE:
            raise Problem(ProblemCode.INVALID_REQUEST, "Giá trị không hợp lệ.")
        return cls(said, day, typed, seen)

    @property
    def document(self) -> str:
        """The document as the rule set cites it."""
        return f"{self.number}, ngày {self.on:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who confirmed a limit on which document, and the rule set that this made."""

    reviewed_by: str
    document: str
    on: date
    value: str | None
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    """One limit in the current rule set. `pinned` = inspections that keep the rule set they have."""

    version: str
    limit: Limit
    pinned: int
    confirmations: Sequence[Confirmation]


@dataclass(frozen=True, slots=True)
class Listing:
    """The current rule set: limits without confirmation first, then by procedure."""

    version: str
    limits: Sequence[Limit]
    unconfirmed: int


def listing(session: Session) -> Listing:
    """Return the limits of the current rule set."""
    current = rules.current(session)
    ordered = sorted(
        current.limits, key=lambda row: (row.status is LimitStatus.CONFIRMED, row.procedure, row.context, row.id)
    )
    return Listing(current.version, ordered, sum(row.status is not LimitStatus.CONFIRMED for row in ordered))


def page(session: Session, limit_id: str) -> Page:
    """Return one limit; 404 where the current rule set has none of this id."""
    current = rules.current(session)
    found = current.limit(limit_id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có giới hạn này trong bộ quy định hiện hành.")
    pinned = select(func.count()).select_from(Document)
    pinned = pinned.where(Document.kind == "inspection", Document.is_deleted.is_(False))
    past = select(LimitConfirmation).where(LimitConfirmation.limit_id == limit_id).order_by(LimitConfirmation.serial)
    made = [Confirmation(c.reviewed_by, c.document, c.confirmed_on, c.value, c.version) for c in session.scalars(past)]
    return Page(current.version, found, session.scalar(pinned) or 0, made)


def check(session: Session, limit_id: str, word: Word, *, reviewed_by: str, on: date) -> Page:
    """Return the limit as it would be; refuses what `confirm` refuses, and writes nothing."""
    shown = page(session, limit_id)
    _same(shown, word)
    made = rules.tried(session, limit_id, value=word.value or None, reviewed_by=reviewed_by, document=word.document, on=on)  # fmt: skip
    limit = made.limit(limit_id)
    assert limit is not None, "a rule set keeps its rows"  # noqa: S101 - with_confirmed replaces a row, never drops one
    return Page(made.version, limit, shown.pinned, shown.confirmations)


def confirm(session: Session, limit_id: str, word: Word, *, reviewed_by: str, on: date, now: datetime) -> str:
    """Confirm a limit on a document's word and return the version of the new rule set.

    Refuses (CONFLICT) where the rule set changed since the page was shown.
    """
    _same(page(session, limit_id), word)
    made = rules.confirm(session, limit_id, value=word.value or None, reviewed_by=reviewed_by, document=word.document,
                         on=on, now=now)  # fmt: skip
    return made.version


def _same(shown: Page, word: Word) -> None:
    if shown.version != word.seen:
        said = f"Bộ quy định đã đổi thành {shown.version} sau khi bạn mở trang: xin xem lại rồi xác nhận."
        raise Problem(ProblemCode.CONFLICT, said)
