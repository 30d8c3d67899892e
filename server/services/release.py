"""A person decides about an operation in quarantine: released to the documents, or put aside. Both are journalled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from schemas.operations import validate
from server.db.devices import Device
from server.db.sync import Quarantine
from server.errors import Problem, ProblemCode
from server.services import effects, grants, ledger
from server.services.world import DatabaseWorld
from sync import batch
from sync.batch import HeldOperation
from sync.feed import Change

OPEN = frozenset({"quarantined", "held"})
DECISION = "quarantine_decision"


def waiting(session: Session) -> list[Quarantine]:
    """Return what nobody has decided yet, oldest first."""
    query = select(Quarantine).where(Quarantine.state.in_(OPEN))
    return list(session.scalars(query.order_by(Quarantine.received_at, Quarantine.id)))


def release(session: Session, ids: Sequence[str], *, actor: str, reason: str, now: datetime) -> list[Quarantine]:
    """Judge operations again on a supervisor's word and return their rows as they now stand.

    The word overrules what was held for a person (after issue, issuing stopped) and a revoked tablet; nothing else: a
    bad signature stays one. What still cannot be applied keeps its place with a new reason.
    """
    if not ids:
        return []
    rows = [_open(session, id) for id in ids]
    held = [
        HeldOperation(row.id, json.loads(row.raw), grants.context_of(session, session.get_one(Device, row.device_id)))
        for row in rows
    ]
    world = DatabaseWorld(session, held[0].device, [one.raw for one in held])
    outcome = batch.release(held, world, ledger.epoch(session), now, validate, decided=True)
    effects.write(session, outcome, now)
    session.expire_all()
    rows = [session.get_one(Quarantine, id) for id in ids]
    for row in rows:
        if row.state == "applied":
            row.state = "released"
        row.decision = {
            "by": actor,
            "decision": "release",
            "reason": reason,
            "at": now.isoformat(),
            "result": row.state,
        }
    session.flush()
    ledger.record(session, [_journalled(row, actor, now) for row in rows], now)
    return [session.get_one(Quarantine, id) for id in ids]


def discard(session: Session, id: str, *, actor: str, reason: str, now: datetime) -> Quarantine:
    """Put an operation aside for good, with a reason; its text stays. Refuses one without a reason."""
    if not reason.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do bỏ thao tác này.")
    row = _open(session, id)
    row.state = "discarded"
    row.decision = {"by": actor, "decision": "discard", "reason": reason.strip(), "at": now.isoformat()}
    session.flush()
    ledger.record(session, [_journalled(row, actor, now)], now)
    return session.get_one(Quarantine, id)


def _open(session: Session, id: str) -> Quarantine:
    row = session.get(Quarantine, id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có thao tác này trong vùng chờ xử lý.")
    if row.state not in OPEN:
        raise Problem(ProblemCode.CONFLICT, "Thao tác này đã được xử lý.")
    return row


def _journalled(row: Quarantine, actor: str, now: datetime) -> Change:
    """The decision as an entry of a scope that no tablet is granted; each one is its own document."""
    state = {
        "quarantine_id": row.id,
        "op_id": row.op_id,
        "digest": row.digest,
        "code": row.code,
        **(row.decision or {}),
    }
    return Change(
        op_id=None, kind=DECISION, id=ledger.new_id(), parent=None, scope=f"device:{row.device_id}", old_scope=None,
        type="create", taken=state, lost={}, state=state, rev=1, actor=actor, device=None, at=now.isoformat(), clock=None,
    )  # fmt: skip
