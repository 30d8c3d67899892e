"""One operation in quarantine whole: sender, clock, reason, what it would write beside what the server holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.devices import Device
from server.db.documents import Document
from server.db.sync import Quarantine
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import accounts
from server.services.correction import may_correct
from server.services.document_words import value_words
from server.services.field_words import FIELDS
from server.services.history import who
from server.services.kind_words import DOCUMENT_KINDS
from server.services.quarantine_list import what
from server.services.release import OPEN, group_with, raw_of
from server.services.wording import sendable
from sync import paper_words
from sync.clock import judge_clock
from sync.ids import is_uuid
from sync.kinds import KINDS
from sync.merge import same, value_at

MAX_RAW = 20_000
"""Characters of a raw operation on the page; minutes may have 256 KB."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One field as sent, beside the server's present value; `base` = what the tablet had seen, None = not told."""

    name: str
    sent: str
    current: str
    base: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Member:
    """Another operation of the same group."""

    id: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation. `flags` and `skew_minutes` as in `sync.clock`; `waits_for` = (what, id of its entry here or None)."""

    id: str
    op_id: str | None
    digest: str
    device_id: str
    device_seq: int | None
    tablet: str
    holder: str
    is_revoked: bool
    received_at: datetime
    claimed_at: datetime | None
    skew_minutes: int | None
    flags: Sequence[str]
    code: str
    detail: str
    state: str
    what: str
    place: str
    document: str
    exists: bool
    inspection_id: str | None
    values: Sequence[Value]
    raw: str
    is_cut: bool
    group: Sequence[Member]
    waits_for: tuple[str, str | None] | None
    decision: State | None
    decided_by: str
    is_open: bool
    may_correct: bool


def entry(session: Session, id: str) -> Entry:
    """Return one operation whole; 404 where there is none."""
    row = session.get(Quarantine, id, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có thao tác này trong vùng chờ xử lý.")
    raw = raw_of(row)
    said: State = raw if isinstance(raw, Mapping) else {}
    device = session.get(Device, row.device_id)
    holder = None if device is None else session.get(User, device.user_id)
    at, clock = said.get("at"), said.get("clock")
    evidence = judge_clock(at if isinstance(at, str) else None, clock if isinstance(clock, Mapping) else None, row.received_at)  # fmt: skip
    present = _document(session, said.get("kind"), said.get("id"))
    inspection = _inspection(session, said, present)
    is_open = row.state in OPEN
    text, is_cut = _raw_text(row, raw)
    group = group_with(session, row) if is_open else [row]
    return Entry(
        id=row.id, op_id=row.op_id, digest=row.digest, device_id=row.device_id, device_seq=row.device_seq,
        tablet=device.tablet_name if device is not None else row.device_id,
        holder=holder.full_name if holder is not None else "",
        is_revoked=device is not None and device.revoked_at is not None,
        received_at=row.received_at, claimed_at=evidence.claimed,
        skew_minutes=None if evidence.skew_ms is None else round(evidence.skew_ms / 60_000), flags=evidence.flags,
        code=row.code, detail=row.detail, state=row.state, what=sendable(what(raw)),
        place=sendable(_place(session, inspection)), document=sendable(_title(said, present)),
        exists=present is not None and not present.is_deleted, inspection_id=None if inspection is None else inspection.id,
        values=list(_values(said, present)), raw=text, is_cut=is_cut,
        group=[Member(o.id, sendable(what(raw_of(o))), o.detail) for o in group if o.id != row.id],
        waits_for=_waits_for(session, row) if row.state == "held" else None,
        decision=row.decision, decided_by=who(accounts.names(session), (row.decision or {}).get("by")),
        is_open=is_open, may_correct=is_open and may_correct(raw),
    )  # fmt: skip


def raw_text(session: Session, id: str) -> str:
    """Return an operation's text as it was stored, whole."""
    row = session.get(Quarantine, id)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có thao tác này trong vùng chờ xử lý.")
    return row.raw


def _raw_text(row: Quarantine, raw: Any) -> tuple[str, bool]:
    try:
        text = row.raw if raw == row.raw else json.dumps(raw, ensure_ascii=False, indent=2, sort_keys=True)
    except RecursionError:
        text = row.raw
    text = sendable(text)
    return text[:MAX_RAW], len(text) > MAX_RAW


def _document(session: Session, kind: object, id: object) -> Document | None:
    if not isinstance(kind, str) or kind not in KINDS or not is_uuid(id):
        return None
    return session.get(Document, (kind, id))


def _inspection(session: Session, said: State, present: Document | None) -> Document | None:
    """Return the inspection that an operation is about, where it is here."""
    fields = said.get("set")
    named = [said.get("id") if said.get("kind") == "inspection" else said.get("parent")]
    named += [present.parent] if present is not None else []
    named += [fields.get("inspection_id")] if isinstance(fields, Mapping) else []
    found = (documents.get(session, "inspection", id) for id in named if is_uuid(id))
    return next((one for one in found if one is not None), None)


def _place(session: Session, inspection: Document | None) -> str:
    if inspection is None:
        return ""
    site = documents.get(session, "establishment", str(inspection.state.get("establishment_id")))
    return str((site.state if site is not None else {}).get("name") or "Cuộc kiểm tra")


def _title(said: State, present: Document | None) -> str:
    """Name the document: its kind, and what its own fields call it."""
    kind = str(said.get("kind") or "")[:40]
    fields = said.get("set") if isinstance(said.get("set"), Mapping) else {}
    state: State = {**(present.state if present is not None else {}), **(fields or {})}
    noun = paper_words.upper_first(DOCUMENT_KINDS.get(kind, kind or "không rõ loại"))
    if kind == "finding" and state.get("item"):
        text = _item_text(said, state)
        return f"{noun} mục {value_words('item', state['item'])}" + (f": {text}" if text else "")
    if kind == "minutes":
        return f"{noun} số {value_words('number', state.get('number'))}/{value_words('series', state.get('series'))}"
    if kind == "mark" and state.get("serial"):
        return f"{noun} số {value_words('serial', state['serial'])}"
    return f"{noun}: {state['name']}" if isinstance(state.get("name"), str) else noun


def _item_text(said: State, state: State) -> str:
    pin = said.get("checklist") if isinstance(said.get("checklist"), Mapping) else {}
    code, version = state.get("checklist"), (pin or {}).get("version", 1)
    known = catalog.load().get(code, version) if isinstance(code, str) and type(version) is int else None
    item = None if known is None else known.item(str(state.get("item")))
    return "" if item is None else item.text.vi


def _values(said: State, present: Document | None) -> list[Value]:
    """Pair each field with the server's value; maps key by key, as they merge."""
    fields, base = said.get("set"), said.get("base")
    if not isinstance(fields, Mapping):
        return []
    kind = KINDS.get(str(said.get("kind")))
    maps = frozenset() if kind is None else kind.maps
    seen: State = base if isinstance(base, Mapping) else {}
    found = []
    for name, value in fields.items():
        keys: list[str | None] = [*sorted(value)] if name in maps and isinstance(value, Mapping) and value else [None]
        for key in keys:
            path = name if key is None else f"{name}.{key}"
            sent = value if key is None else value[key]
            now = None if present is None else value_at(present.state, path, maps)
            old = seen.get(name)
            known = name in seen and (key is None or isinstance(old, Mapping))
            before = old.get(key) if key is not None and isinstance(old, Mapping) else old
            label = FIELDS.get(str(name), str(name)) + ("" if key is None else f" {key}")
            found.append(
                Value(sendable(paper_words.upper_first(label))[:200], value_words(name, sent), value_words(name, now),
                      value_words(name, before) if known else None, present is not None and _differ(sent, now))
            )  # fmt: skip
    return found


def _differ(sent: Any, now: Any) -> bool:
    try:
        return not same(sent, now)
    except RecursionError:
        return True


def _waits_for(session: Session, row: Quarantine) -> tuple[str, str | None]:
    """Say what a held operation waits for: a document that has not come, or a person."""
    if row.parent is None:
        return "một người có thẩm quyền quyết định", None
    naming = Quarantine.raw.contains(f'"id":"{row.parent}"', autoescape=True)
    here = session.scalars(select(Quarantine).where(naming, Quarantine.id != row.id).order_by(Quarantine.id)).first()
    if here is not None:
        return f"{what(raw_of(here)).lower()}, cũng đang ở vùng chờ xử lý", here.id
    return f"tài liệu {row.parent} mà máy tính bảng chưa gửi tới", None
