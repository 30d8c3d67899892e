"""The rows of the current rule set as the office reads them, and what confirming one would change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from checklists.law_rows import serve_law
from checklists.limits import AnyRow
from checklists.model import Cycle, Form, Law, Limit, LimitStatus, Penalty
from server.db.documents import Document
from server.db.rules import LimitConfirmation
from server.errors import Problem, ProblemCode
from server.services import rules
from server.services.wording import plain_text
from sync.paper_words import decree_name

MAX_DOCUMENT = 300
MAX_VALUE = 40
KINDS: dict[type, str] = {Limit: "limit", Cycle: "cycle", Law: "law", Penalty: "penalty", Form: "form"}
_FIGURE = re.compile(r"\d+,\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """A document's word: its number and date, and the value (number, months, article) it states; empty = as written.

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
        typed = plain_text(value)
        typed = typed.replace(",", ".") if _FIGURE.fullmatch(typed) else typed
        if len(typed) > MAX_VALUE:
            raise Problem(ProblemCode.INVALID_REQUEST, "Giá trị không hợp lệ.")
        return cls(said, day, typed, seen)

    @property
    def document(self) -> str:
        """The document as the rule set cites it."""
        return f"{self.number}, ngày {self.on:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Who confirmed a row on which document, and the rule set that this made."""

    reviewed_by: str
    document: str
    on: date
    value: str | None
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    """One row of the current rule set. `pinned` = inspections that keep the rule set they have; `again` = a release
    brought another row than the one that the department had confirmed."""

    version: str
    kind: str
    row: AnyRow
    pinned: int
    confirmations: Sequence[Confirmation]
    again: bool
    decree: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """A confirmation that a release left behind: what was confirmed, and the row of today or None."""

    kind: str
    confirmed: AnyRow
    by: Confirmation
    now: AnyRow | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The current rule set, by kind of row: those without confirmation first. `waiting` = how many nobody confirmed,
    `decrees` = the names of the documents by id."""

    version: str
    again: Sequence[Again]
    rows: Mapping[str, Sequence[AnyRow]]
    waiting: Mapping[str, int]
    decrees: Mapping[str, str]


def kind_of(row: AnyRow) -> str:
    """Name the kind of a row: limit, cycle, law, penalty or form."""
    return KINDS[type(row)]


def listing(session: Session) -> Listing:
    """Return the rows of the current rule set that the office reads, and the confirmations that wait to be repeated."""
    now = rules.current(session)
    limits = sorted(now.limits, key=lambda row: (_sure(row), row.procedure, row.context, row.id))
    cycles = sorted(now.cycles, key=lambda row: (_sure(row), row.title, row.valid_from or date.min))
    rows: dict[str, Sequence[AnyRow]] = {
        "limit": limits,
        "cycle": cycles,
        "penalty": sorted(now.penalties, key=_sure),
        "law": [row for row in now.law if not _sure(row)],
        "form": [row for row in now.forms if not _sure(row)],
    }
    again = [
        Again(kind_of(each.confirmed.row), each.confirmed.row, _confirmation(each.said), now.row(each.said.limit_id))
        for each in rules.waiting(session)
    ]
    waiting = {kind: sum(not _sure(row) for row in each) for kind, each in rows.items()}
    return Listing(now.version, again, rows, waiting, {law.id: decree_name(serve_law(law)) for law in now.law})


def page(session: Session, row_id: str) -> Page:
    """Return one row; 404 where the current rule set has none of this id."""
    current = rules.current(session)
    found = current.row(row_id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có dòng này trong bộ quy định hiện hành.")
    pinned = select(func.count()).select_from(Document)
    pinned = pinned.where(Document.kind == "inspection", Document.is_deleted.is_(False))
    past = select(LimitConfirmation).where(LimitConfirmation.limit_id == row_id).order_by(LimitConfirmation.serial)
    made = [_confirmation(each) for each in session.scalars(past)]
    again = any(each.said.limit_id == row_id for each in rules.waiting(session))
    decree = next((decree_name(serve_law(law)) for law in current.law if law.id == getattr(found, "law", None)), "")
    return Page(current.version, kind_of(found), found, session.scalar(pinned) or 0, made, again, decree)


def check(session: Session, row_id: str, word: Word, *, reviewed_by: str, on: date) -> Page:
    """Return the row as it would be; refuses what `confirm` refuses, and writes nothing."""
    shown = page(session, row_id)
    _same(shown, word)
    made = rules.tried(
        session, row_id, value=word.value or None, reviewed_by=reviewed_by, document=word.document, on=on
    )
    row = made.row(row_id)
    assert row is not None, "a rule set keeps its rows"  # noqa: S101 - with_confirmed replaces a row, never drops one
    return replace(shown, version=made.version, row=row)


def confirm(session: Session, row_id: str, word: Word, *, reviewed_by: str, on: date, now: datetime) -> str:
    """Confirm a row on a document's word and return the version of the new rule set.

    Refuses (CONFLICT) where the rule set changed since the page was shown.
    """
    _same(page(session, row_id), word)
    made = rules.confirm(session, row_id, value=word.value or None, reviewed_by=reviewed_by, document=word.document,
                         on=on, now=now)  # fmt: skip
    return made.version


def _sure(row: AnyRow) -> bool:
    return row.status is LimitStatus.CONFIRMED


def _confirmation(said: LimitConfirmation) -> Confirmation:
    return Confirmation(said.reviewed_by, said.document, said.confirmed_on, said.value, said.version)


def _same(shown: Page, word: Word) -> None:
    if shown.version != word.seen:
        said = f"Bộ quy định đã đổi thành {shown.version} sau khi bạn mở trang: xin xem lại rồi xác nhận."
        raise Problem(ProblemCode.CONFLICT, said)
