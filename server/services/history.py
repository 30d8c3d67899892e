"""What happened to an inspection, from the journal: who did what, when, on which tablet, and what lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.documents import Document
from server.db.journal import JournalEntry
from server.services import accounts
from server.services.field_words import FIELDS
from server.services.kind_words import DOCUMENT_KINDS
from sync.clock import judge_clock, read_instant
from sync.paper_forms import noun_of

SYSTEM = "system"
PAGE_SIZE = 100
_QUIET = frozenset({"inspection_id", "checklist", "item", "subject_id", "ordinal", "created_by", "freezes", "canonical",
                    "cose", "series", "year", "closes"})  # fmt: skip
"""Fields that say nothing to a reader of the history."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry for people. `flags` are those of the tablet's clock (`sync.clock`); `skew_minutes` its offset."""

    seq: int
    received_at: datetime
    claimed_at: datetime | None
    skew_minutes: int | None
    flags: tuple[str, ...]
    who: str
    tablet: str | None
    type: str
    kind: str
    id: str
    what: str
    fields: tuple[str, ...]
    lost: tuple[str, ...]
    status: str | None
    reason: str | None


def newest_seq(session: Session, inspection_id: str, scope: str) -> int:
    """Return the number of the last change to an inspection or anything in it: what a page shows, in one number."""
    query = select(func.max(JournalEntry.seq)).where(JournalEntry.scope == scope)
    return session.scalar(_of_family(query, inspection_id)) or 0


def of_inspection(
    session: Session, inspection_id: str, scope: str, *, after: int = 0, limit: int = PAGE_SIZE, offset: int = 0
) -> list[Entry]:
    """Return the newest entries first; `after` = only later than this number."""
    query = select(JournalEntry.entry).where(JournalEntry.scope == scope, JournalEntry.seq > after)
    query = _of_family(query, inspection_id).order_by(JournalEntry.seq.desc()).limit(limit).offset(offset)
    people, tablets = accounts.names(session), _tablets(session)
    return [entry_of(json.loads(text), people, tablets) for text in session.scalars(query)]


def of_document(session: Session, id: str, limit: int = PAGE_SIZE) -> list[Entry]:
    """Return the newest changes to one document, in whichever scope it then was."""
    query = select(JournalEntry.entry).where(JournalEntry.doc_id == id, JournalEntry.entry.not_like('%"type":"gone"%'))
    query = query.order_by(JournalEntry.received_at.desc(), JournalEntry.seq.desc()).limit(limit)
    people, tablets = accounts.names(session), _tablets(session)
    found = sorted((json.loads(text) for text in session.scalars(query)), key=lambda raw: -raw["rev"])
    return [entry_of(raw, people, tablets) for raw in found]


def size(session: Session, inspection_id: str, scope: str) -> int:
    """Count the entries of an inspection."""
    query = select(func.count()).select_from(JournalEntry).where(JournalEntry.scope == scope)
    return session.scalar(_of_family(query, inspection_id)) or 0


def who(people: Mapping[str, str], actor: object) -> str:
    """Name an actor: an account, the server itself, or a command's user."""
    if actor in (None, "", SYSTEM):
        return "Hệ thống"
    return people.get(str(actor), str(actor))


def _of_family(query: Select[Any], inspection_id: str) -> Select[Any]:
    children = select(Document.id).where(Document.parent == inspection_id)
    return query.where(or_(JournalEntry.doc_id == inspection_id, JournalEntry.doc_id.in_(children)))


def _tablets(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Device.id, Device.tablet_name)).all())


def entry_of(raw: Mapping[str, Any], people: Mapping[str, str], tablets: Mapping[str, str]) -> Entry:
    received = read_instant(raw["received_at"])
    assert received is not None, "the server wrote this instant"  # noqa: S101 - a journal entry is the server's own
    device = raw.get("device")
    evidence = None if device is None else judge_clock(raw.get("at"), raw.get("clock"), received)
    state = {**(raw.get("state") or {}), **{n: raw["set"].get(n) for n in raw.get("same", ())}}
    taken: Mapping[str, Any] = raw.get("set") or {}
    said = taken.get("voided")
    return Entry(
        seq=raw["seq"],
        received_at=received,
        claimed_at=evidence.claimed if evidence else None,
        skew_minutes=round(evidence.skew_ms / 60_000) if evidence and evidence.skew_ms is not None else None,
        flags=evidence.flags if evidence else (),
        who=who(people, raw.get("actor")),
        tablet=None if device is None else tablets.get(str(device), str(device)),
        type=_act(raw, taken),
        kind=str(raw["kind"]),
        id=str(raw["id"]),
        what=_what(str(raw["kind"]), state),
        fields=_named(
            {name: value for name, value in taken.items() if (raw["kind"], name) != ("inspection", "status")}
        ),
        lost=_named(raw.get("lost") or {}),
        status=taken.get("status") if raw["kind"] == "inspection" else None,
        reason=said.get("reason") if isinstance(said, Mapping) else None,
    )


def _act(raw: Mapping[str, Any], taken: Mapping[str, Any]) -> str:
    """Name the act: the operation's type, but `create` only for the first, and `received` where a photo's bytes came."""
    if raw["kind"] == "photo" and raw["type"] == "patch" and taken.get("status") in {"complete", "unusable"}:
        return "received"
    return "create" if raw["type"] in {"create", "append"} and raw["rev"] == 1 else str(raw["type"])


def _what(kind: str, state: Mapping[str, Any]) -> str:
    """Name the document: “kết quả FU14”, “biên bản 01/BB-ĐKT”."""
    noun = DOCUMENT_KINDS.get(kind, kind)
    if kind == "finding" and state.get("item"):
        return f"{noun} mục {state['item']}"
    if kind == "minutes" and isinstance(state.get("number"), int):
        noun = noun_of(state.get("form"))
        return f"{noun} số {state['number']:02d}/{state.get('series')}"
    if kind == "mark" and state.get("serial"):
        return f"{noun} số {state['serial']}"
    if kind == "sample" and state.get("product"):
        return f"{noun} {state['product']}"
    if kind == "signature" and state.get("name"):
        return f"{noun} của {state['name']}"
    return noun


def _named(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields that changed, each once."""
    names = (FIELDS.get(name.partition(".")[0], name) for name in fields if name not in _QUIET)
    return tuple(dict.fromkeys(names))
