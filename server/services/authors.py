"""Who wrote a value: the last author of a field, from the journal."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry
from sync.merge import wrote

HISTORY = 200
"""Entries of one document read to find who wrote a field; older authors are named in the journal only."""


@dataclass(frozen=True, slots=True)
class Written:
    """An act of writing: who, when the server received it, on which device (None: at the office)."""

    actor: str
    at: str
    device_id: str | None


def last_of(session: Session, kind: str, id: str, field: str) -> Written | None:
    """Return who last wrote a field, or one key of a map (`values.number`).

    The revision says what was last: a document that moved has entries in two scopes, and each counts for itself.
    """
    query = select(JournalEntry.entry).where(JournalEntry.doc_id == id, JournalEntry.kind == kind)
    newest = query.order_by(JournalEntry.received_at.desc(), JournalEntry.seq.desc()).limit(HISTORY)
    entries = [json.loads(text) for text in session.scalars(newest)]
    for entry in sorted(entries, key=lambda entry: -entry["rev"]):
        if wrote(entry["set"], field):
            return Written(str(entry["actor"]), str(entry["received_at"]), entry.get("device"))
    return None


def of_operations(session: Session, op_ids: set[str]) -> dict[str, Written]:
    """Return who sent each of these operations."""
    query = select(JournalEntry.op_id, JournalEntry.entry).where(JournalEntry.op_id.in_(sorted(op_ids)))
    found = {}
    for op_id, text in session.execute(query):
        entry = json.loads(text)
        found[str(op_id)] = Written(str(entry["actor"]), str(entry["received_at"]), entry.get("device"))
    return found
