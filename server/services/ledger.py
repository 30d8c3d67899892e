"""The one door through which documents change: journal, feed, documents and projections together.

Tablets' operations, supervisors' decisions, imports and finished uploads all come through `record`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from server.db import documents
from server.db.campaigns import CampaignEstablishment, CampaignMember
from server.db.documents import Document
from server.db.journal import NO_HASH, FeedRow, JournalEntry, Scope, ServerState
from server.errors import Problem, ProblemCode
from server.services import inspection_summary, mark_rows, paper_rows, photo_uses, projection, register_rows
from sync.feed import Change, entry_of, gone_json, item_json
from sync.merge import uncredited

AGENCY = "agency"
MOVED = "moved"
DELETED = "deleted"
# Statements are built once and run by Core: building them anew, or the ORM's bookkeeping, cost more than running them.
_JOURNAL = insert(JournalEntry)
_SCOPES = Scope.__table__
_HEADS = (
    select(_SCOPES.c.scope, _SCOPES.c.seq, _SCOPES.c.head)
    .where(_SCOPES.c.scope.in_(bindparam("scopes", expanding=True)))
    .order_by(_SCOPES.c.scope)
)
_HEADS_LOCKED = _HEADS.with_for_update()
_RAISE = update(Scope).where(_SCOPES.c.scope == bindparam("of")).values(seq=bindparam("to"), head=bindparam("hash"))
_EPOCH = select(ServerState.__table__.c.value).where(ServerState.__table__.c.key == "epoch")


def epoch(session: Session) -> str:
    """This database's epoch; a restore makes a new one."""
    return str(session.connection().execute(_EPOCH).scalar_one())


def record(session: Session, changes: Sequence[Change], received_at: datetime) -> list[int]:
    """Write the changes and return the seq of each, in order.

    Counters are raised here, after all reading and merging, one row per scope in sorted order
    (protocol, "The sequence"). The caller holds the write transaction and commits it.
    """
    if not changes:
        return []
    session.flush()  # what follows goes past the session
    steps = [step for index, change in enumerate(changes) for step in _steps(index, change)]
    heads = _raise_counters(session, [step.scope for _, step in steps])
    journal: list[dict[str, Any]] = []
    feed: dict[tuple[str, str, str], dict[str, Any]] = {}
    seqs = [0] * len(changes)
    for index, step in steps:
        head = heads[step.scope]
        seq = head.seq = head.seq + 1
        entry, head.hash = entry_of(step, seq, received_at, head.hash)
        journal.append({"scope": step.scope, "seq": seq, "op_id": step.op_id, "entry": entry, "hash": head.hash,
                        "kind": step.kind, "doc_id": step.id, "actor": step.actor, "received_at": received_at})  # fmt: skip
        feed[step.scope, step.kind, step.id] = _feed_row(step, seq)
        if step.type != "gone":
            seqs[index] = seq
    session.connection().execute(_JOURNAL, journal)
    projection.upsert(session, FeedRow, list(feed.values()), ("scope", "kind", "id"))
    projection.upsert(session, Document, _documents(changes), ("kind", "id"))
    raised = [{"of": scope, "to": head.seq, "hash": head.hash} for scope, head in heads.items()]
    session.connection().execute(_RAISE, raised)
    _project(session, changes)
    paper_rows.follow(session, changes)
    inspection_summary.follow(session, changes)
    register_rows.follow(session, changes)
    photo_uses.follow(session, changes)
    mark_rows.follow(session, changes)
    session.expire_all()
    return seqs


def change(
    session: Session, kind: str, id: str, scope: str, state: dict[str, Any], *, actor: str, parent: str | None = None,
    at: str | None = None, taken: dict[str, Any] | None = None,
) -> Change:  # fmt: skip
    """Build the change that gives a document a new state on the server's own behalf (`device` null).

    Created where it does not exist; moved where its scope differs. Refuses (CONFLICT) where another change was
    committed since the caller read the document that the new state was made from: it would be overwritten.
    """
    seen = session.identity_map.get(identity_key(Document, (kind, id)))
    rev = None if seen is None else seen.rev
    row = session.get(Document, (kind, id), with_for_update=True, populate_existing=True)
    if rev is not None and (row is None or row.rev != rev):
        raise Problem(ProblemCode.CONFLICT, "Dữ liệu vừa được người khác sửa: hãy mở lại rồi thực hiện lại.")
    if row is not None and row.is_deleted:
        raise ValueError(f"{kind} {id} is deleted and does not come back")
    return _change(row, kind, id, scope, state, actor=actor, parent=parent, at=at, taken=taken)


class Standing(Protocol):
    """A live document as it was read and locked."""

    id: Any
    scope: Any
    parent: Any
    rev: Any
    state: Any


def revision(kind: str, row: Standing, state: dict[str, Any], *, actor: str) -> Change:
    """Build the change that gives a document which the caller has just read and locked a new state in its place."""
    return _change(row, kind, row.id, row.scope, state, actor=actor)


def _change(
    row: Standing | None, kind: str, id: str, scope: str, state: dict[str, Any], *, actor: str,
    parent: str | None = None, at: str | None = None, taken: dict[str, Any] | None = None,
) -> Change:  # fmt: skip
    old = row.state if row is not None else {}
    state = uncredited(old, state)
    return Change(
        op_id=None, kind=kind, id=id, parent=parent if parent is not None else (row.parent if row else None), scope=scope,
        old_scope=row.scope if row is not None and row.scope != scope else None,
        type="create" if row is None else "patch",
        taken=taken if taken is not None else {k: v for k, v in state.items() if k not in old or old[k] != v},
        lost={}, state=state, rev=1 if row is None else row.rev + 1, actor=actor, device=None, at=at, clock=None,
    )  # fmt: skip


class _Head:
    """A scope's counter and chain head while a batch is numbered."""

    def __init__(self, seq: int, hash: str) -> None:
        self.seq, self.hash = seq, hash


def _steps(index: int, change: Change) -> list[tuple[int, Change]]:
    """A move is told in both scopes: `gone` in the old one, the document in the new one."""
    if change.old_scope is None or change.old_scope == change.scope:
        return [(index, change)]
    left = replace(
        change, op_id=None, scope=change.old_scope, old_scope=None, type="gone", taken={}, lost={}, state=None
    )
    return [(index, left), (index, change)]


def _raise_counters(session: Session, scopes: Iterable[str]) -> dict[str, _Head]:
    connection, asked = session.connection(), {"scopes": sorted(set(scopes))}
    rows = connection.execute(_HEADS, asked).all()
    is_postgresql = connection.dialect.name == "postgresql"
    known = {row.scope for row in rows}
    if missing := [{"scope": s, "seq": 0, "head": NO_HASH} for s in asked["scopes"] if s not in known]:
        dialect = postgresql if is_postgresql else sqlite
        connection.execute(dialect.insert(Scope).on_conflict_do_nothing(), missing)
    if missing or is_postgresql:  # SQLite has one writer, and nothing changes under it
        rows = connection.execute(_HEADS_LOCKED, asked).all()
    return {row.scope: _Head(row.seq, row.head) for row in rows}


def _feed_row(step: Change, seq: int) -> dict[str, Any]:
    if step.type == "gone":
        item = gone_json(step.scope, seq, step.kind, step.id, MOVED)
    elif step.state is None:
        item = gone_json(step.scope, seq, step.kind, step.id, DELETED)
    else:
        item = item_json(step.scope, seq, step.kind, step.id, step.rev, step.state)
    return {"scope": step.scope, "kind": step.kind, "id": step.id, "seq": seq, "item": item}


def _documents(changes: Sequence[Change]) -> list[dict[str, Any]]:
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        key = change.kind, change.id
        state = change.state if change.state is not None else last.get(key, {}).get("state", {})
        last[key] = {"kind": change.kind, "id": change.id, "scope": change.scope, "parent": change.parent,
                     "rev": change.rev, "is_deleted": change.state is None, "state": state}  # fmt: skip
    return list(last.values())


def _project(session: Session, changes: Sequence[Change]) -> None:
    """Keep campaign_member and campaign_establishment equal to the documents."""
    for change in changes:
        if change.kind == "campaign":
            state = change.state or {}
            session.execute(delete(CampaignMember).where(CampaignMember.campaign_id == change.id))
            members = {m["user_id"]: m["role"] for m in state.get("team", []) if m.get("user_id")}
            for user_id, role in members.items():
                session.execute(insert(CampaignMember).values(campaign_id=change.id, user_id=user_id, role=role))
            _target(session, change.id, state.get("establishment_ids", []))
        elif change.kind == "inspection" and change.state is not None:
            _target(session, change.state["campaign_id"], [change.state["establishment_id"]])


def _target(session: Session, campaign_id: str, establishments: Sequence[str]) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"campaign_id": campaign_id, "establishment_id": e} for e in establishments]
    if rows:
        session.execute(dialect.insert(CampaignEstablishment).on_conflict_do_nothing(), rows)


def new_id() -> str:
    """An id for a document that the server makes."""
    return str(uuid4())


def all_documents(session: Session, kind: str) -> list[dict[str, Any]]:
    """The live states of a kind, each with its id."""
    return [{"id": d.id, **d.state} for d in documents.of_kind(session, kind)]
