"""A pushed batch: the core decides, this writes what it decided, all in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from schemas.operations import validate
from server.db.devices import Device
from server.db.sync import Receipt
from server.errors import Problem, ProblemCode
from server.services import durability, effects, grants, ledger, quarantine
from server.services.world import DatabaseWorld
from sync.batch import DeviceGap, Outcome, apply_batch

_RECEIPTS = insert(Receipt)


def push(session: Session, device_id: str, raw_ops: Sequence[Any], now: datetime) -> dict[str, Any]:
    """Apply a device's operations and return the protocol's answer: exactly one result for each, in order.

    Raises DEVICE_GAP where an operation is missing before these; nothing is then applied.
    """
    device = session.get_one(Device, device_id, with_for_update=True, populate_existing=True)
    context = grants.context_of(session, device)
    epoch = ledger.epoch(session)
    world = DatabaseWorld(session, context, raw_ops)
    try:
        outcome = apply_batch(raw_ops, world, context, epoch, now, validate)
    except DeviceGap as gap:
        raise Problem(ProblemCode.DEVICE_GAP, next_device_seq=gap.next_device_seq) from gap
    _write(session, device_id, outcome, now)
    for result in outcome.results:
        result["op_id"] = _sendable(result["op_id"])
    return {
        "epoch": epoch, "server_time": now.isoformat(), "next_device_seq": outcome.next_device_seq,
        "durable": durability.durable(session, context.grants), "results": outcome.results,
    }  # fmt: skip


def _sendable(op_id: str | None) -> str | None:
    """Return an echoed op_id as text that JSON can carry; half a surrogate becomes a question mark."""
    return op_id if op_id is None or op_id.isascii() else op_id.encode("utf-8", "replace").decode()


def _write(session: Session, device_id: str, outcome: Outcome, now: datetime) -> None:
    """Write quarantine, numbering, effects and receipts; the counters are raised after everything was read."""
    quarantine.keep(session, device_id, outcome.quarantine, now)
    device = session.get_one(Device, device_id)
    device.next_device_seq = outcome.next_device_seq
    device.last_seen_at = now
    if outcome.forked and device.stopped_at is None:
        device.stopped_at = now
    session.flush()
    seqs = effects.write(session, outcome, now)
    for index, change in outcome.seq_slots.items():
        outcome.results[index]["seq"] = seqs[change]
    if outcome.receipts:
        rows = [{"op_id": r.op_id, "device_id": r.device_id, "device_seq": r.device_seq, "digest": r.digest,
                 "result": r.result} for r in outcome.receipts]  # fmt: skip
        session.connection().execute(_RECEIPTS, rows)
