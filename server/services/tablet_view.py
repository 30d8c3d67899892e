"""One tablet as a supervisor judges it: why it was stopped, its papers in dispute, its numbers, what was decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import JournalEntry
from server.db.sync import Quarantine, Receipt
from server.services import accounts, number_desk, tablets
from server.services.history import who
from server.services.kind_words import DOCUMENT_KINDS
from server.services.number_desk import Holding, Paper
from server.services.quarantine_list import what
from server.services.release import OPEN, raw_of
from server.services.tablets import RESUMPTION, REVOCATION, Tablet
from server.services.wording import OPERATION_TYPES, sendable

MAX_FORKED = 100


@dataclass(frozen=True, slots=True)
class Forked:
    """An operation that came under a number already used, beside the one that had used it."""

    quarantine_id: str
    device_seq: int | None
    what: str
    received_at: datetime
    state: str
    first: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a tablet."""

    kind: str
    who: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of one tablet. `waiting` = its operations in quarantine that nobody decided."""

    tablet: Tablet
    forked: Sequence[Forked]
    papers: Sequence[Paper]
    holdings: Sequence[Holding]
    decisions: Sequence[Decision]
    waiting: int

    @property
    def outstanding(self) -> int:
        """How many numbers it still holds."""
        return sum(len(h.numbers) for h in self.holdings)


def page(session: Session, device_id: str) -> Page:
    """Return one tablet with everything about it; 404 where there is none."""
    tablet = tablets.one(session, device_id)
    waiting = select(func.count()).select_from(Quarantine)
    waiting = waiting.where(Quarantine.device_id == device_id, Quarantine.state.in_(OPEN))
    return Page(
        tablet, _forked(session, device_id), number_desk.disputed_by(session, device_id),
        number_desk.holdings(session, device_id), _decisions(session, device_id), session.scalar(waiting) or 0,
    )  # fmt: skip


def _forked(session: Session, device_id: str) -> list[Forked]:
    query = select(Quarantine).where(Quarantine.device_id == device_id, Quarantine.code == "device_fork")
    rows = list(session.scalars(query.order_by(Quarantine.device_seq, Quarantine.received_at).limit(MAX_FORKED)))
    first = _taken(session, device_id, {row.device_seq for row in rows if row.device_seq is not None})
    return [
        Forked(row.id, row.device_seq, sendable(what(raw_of(row))), row.received_at, row.state,
               first.get(row.device_seq or 0, "một thao tác đang ở vùng chờ xử lý"))
        for row in rows
    ]  # fmt: skip


def _taken(session: Session, device_id: str, seqs: set[int]) -> dict[int, str]:
    """Say what was first received under these numbers of the tablet, where it was applied."""
    query = select(Receipt.device_seq, JournalEntry.kind, JournalEntry.entry)
    query = query.join(JournalEntry, JournalEntry.op_id == Receipt.op_id)
    query = query.where(Receipt.device_id == device_id, Receipt.device_seq.in_(sorted(seqs)))
    found = {}
    for seq, kind, entry in session.execute(query):
        type = next((t for t in OPERATION_TYPES if f'"type":"{t}"' in entry), "")
        found[seq] = f"{OPERATION_TYPES.get(type, '')} {DOCUMENT_KINDS.get(kind, kind)}".strip()
    return found


def _decisions(session: Session, device_id: str) -> list[Decision]:
    people = accounts.names(session)
    kinds = (REVOCATION, RESUMPTION, number_desk.VOIDED)
    query = select(JournalEntry.kind, Document.state, JournalEntry.entry).join(
        Document, (Document.kind == JournalEntry.kind) & (Document.id == JournalEntry.doc_id)
    )
    query = query.where(JournalEntry.scope == f"device:{device_id}", JournalEntry.kind.in_(kinds))
    return [_decision(row, people) for row in session.execute(query.order_by(JournalEntry.seq))]


def _decision(row: Any, people: dict[str, str]) -> Decision:
    kind, state, entry = row
    said = json.loads(entry)
    return Decision(kind, who(people, said["actor"]), str(said["received_at"]), str(state.get("reason") or ""))
