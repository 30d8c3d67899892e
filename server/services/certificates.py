"""Certificates after their issue: what awaits the head's signature, what is signed and may be handed out, who got it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.numbers import MinutesPaper
from server.errors import Problem, ProblemCode
from server.services import ledger, minutes, paging
from server.services.wording import folded
from sync import handling
from sync.handling import AWAITING, DELIVERED, SIGNED, STATES
from sync.paper_label import label

PAGE_SIZE = 50
MAX_AT_ONCE = 200
"""Certificates that one signature sheet may hold."""
STATE_WORDS = {AWAITING: "Chờ ký", SIGNED: "Đã ký", DELIVERED: "Đã giao", handling.VOID: "Đã hủy"}
_OLDEST = (MinutesPaper.issued_at, MinutesPaper.series, MinutesPaper.number, MinutesPaper.id)
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `state` is one of STATES."""

    state: str = AWAITING
    campaign: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there. `state=all` shows every state."""
        state = given.get("state", AWAITING)
        return cls("" if state == "all" else state if state in STATES else AWAITING, paging.words(given.get("campaign", "")),
                   paging.words(given.get("q", "")), paging.asked(given.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, str]:
        """The query string that says it, without the page."""
        return {"state": self.state or "all", "campaign": self.campaign, "q": self.text}


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate as its list shows it. `log` = the steps that were recorded: {step, by, name, title, to, at}."""

    id: str
    number: str
    year: int
    state: str
    instrument: str
    serial: str
    sticker: str
    owner: str
    valid_until: str
    """As printed, 31/8/2027."""
    issued_at: str | None
    inspection_id: str | None
    campaign_id: str | None
    log: Sequence[State]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of certificates, with how many there are in each state (of the campaign and words asked for)."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]


def listing(session: Session, wanted: Filter) -> Listing:
    """Return one page of certificates, the oldest first."""
    counted = select(MinutesPaper.handling, func.count()).where(*_asked(wanted)).group_by(MinutesPaper.handling)
    counts = dict.fromkeys(STATES, 0)
    for state, count in session.execute(counted.where(MinutesPaper.handling.in_(STATES))):
        counts[state] = count
    total = counts[wanted.state] if wanted.state else sum(counts.values())
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    query = select(MinutesPaper.id).where(
        *_asked(wanted), MinutesPaper.handling.in_([wanted.state] if wanted.state else STATES)
    )
    ids = session.scalars(query.order_by(*_OLDEST).slice(part.start, part.stop)).all()
    return Listing(rows(session, ids), total, page, pages, counts)


def rows(session: Session, ids: Sequence[str]) -> list[Row]:
    """Return certificates in this order, read back from their own text; ids of nothing are left out."""
    found = documents.many(session, [("minutes", id) for id in ids])
    return [_row(found["minutes", id]) for id in ids if ("minutes", id) in found]


def sign(
    session: Session, ids: Iterable[str], *, name: str, title: str, actor: str, now: datetime
) -> list[str]:  # fmt: skip
    """Record that the head signed and sealed these certificates; returns those that were not signed yet.

    Those signed already are passed over, so that a form sent twice is harmless. Refuses a void one, and all with it.
    """
    if not name.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi người ký giấy chứng nhận.")
    chosen = list(dict.fromkeys(ids))
    if not chosen:
        raise Problem(ProblemCode.INVALID_REQUEST, "Chưa chọn giấy chứng nhận nào.")
    if len(chosen) > MAX_AT_ONCE:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi lần ghi tối đa {MAX_AT_ONCE} giấy chứng nhận.")
    found = [_certificate(session, id) for id in chosen]
    waiting = [each for each in found if handling.may(each.state, SIGNED)]
    said = {"name": name.strip(), "title": title.strip()}
    _append(session, waiting, SIGNED, actor, now, said)
    return [each.id for each in waiting]


def deliver(session: Session, id: str, *, to: str, actor: str, now: datetime) -> bool:
    """Record who got a signed certificate; False where it was delivered before (a form sent twice is harmless).

    Refuses one that nobody signed yet, and an empty name.
    """
    if not to.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi người nhận giấy chứng nhận.")
    certificate = _certificate(session, id)
    if handling.state_of(certificate.state) == DELIVERED:
        return False
    if not handling.may(certificate.state, DELIVERED):
        number = _row(certificate).number
        raise Problem(ProblemCode.CONFLICT, f"Giấy chứng nhận số {number} chưa được ký: chưa giao được.")
    _append(session, [certificate], DELIVERED, actor, now, {"to": to.strip()})
    return True


def labels(session: Session, ids: Iterable[str]) -> list[tuple[dict[str, str], bytes]]:
    """Return what the labels of certificates say, each with its seal, in this order; refuses void ones and other papers."""
    chosen = list(dict.fromkeys(ids))
    if not chosen or len(chosen) > MAX_AT_ONCE:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Hãy chọn từ 1 đến {MAX_AT_ONCE} giấy chứng nhận để in nhãn.")
    found = documents.many(session, [("minutes", id) for id in chosen])
    made = []
    for id in chosen:
        each = _standing(found.get(("minutes", id)))
        made.append((label(each.state), minutes.unpadded(each.state["cose"])))
    return made


def _append(
    session: Session, found: Sequence[Document], step: str, actor: str, now: datetime, said: Mapping[str, str]
) -> None:
    at = now.isoformat(timespec="seconds")
    entry = handling.entry(step, by=actor, at=at, name=said.get("name"), title=said.get("title"), to=said.get("to"))
    changes = [
        ledger.change(session, "minutes", each.id, each.scope,
                      {**each.state, "handling": [*handling.entries(each.state), entry]}, actor=actor)
        for each in found
    ]  # fmt: skip
    ledger.record(session, changes, now)


def _certificate(session: Session, id: str) -> Document:
    """Return a certificate, locked; 404 for any other paper, 409 for a void one."""
    return _standing(documents.many(session, [("minutes", id)], lock=True).get(("minutes", id)))


def _standing(found: Document | None) -> Document:
    state = "" if found is None or found.is_deleted else handling.state_of(found.state)
    if found is None or not state:
        raise Problem(ProblemCode.NOT_FOUND, "Không có giấy chứng nhận này.")
    if state == handling.VOID:
        raise Problem(ProblemCode.CONFLICT, f"Giấy chứng nhận số {_row(found).number} đã hủy.")
    return found


def _asked(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [MinutesPaper.handling != ""]
    found += [MinutesPaper.search.contains(word, autoescape=True) for word in folded(wanted.text).split()[:8]]
    if wanted.campaign:
        found.append(MinutesPaper.campaign_id == wanted.campaign)
    return found


def _row(found: Document) -> Row:
    state, said = found.state, handling.said_by(found.state)
    return Row(
        found.id, said.number, int(state["year"]), handling.state_of(state), said.instrument, said.serial, said.sticker,
        said.owner, said.valid_until, state.get("issued_at"), found.parent, found.scope.removeprefix("campaign:"),
        handling.entries(state),
    )  # fmt: skip
