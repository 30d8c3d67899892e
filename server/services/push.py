"""A pushed batch: the core decides, this writes what it decided, all in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from schemas.operations import validate
from server.db.devices import Device
from server.db.numbers import MinutesNumber, Series, SeriesYear
from server.db.sync import Receipt
from server.errors import Problem, ProblemCode
from server.services import durability, grants, ledger, quarantine
from server.services.world import DatabaseWorld
from sync.batch import DeviceGap, NumberUse, Outcome, apply_batch

FINAL = frozenset({"issued", "void"})
"""A number in one of these states is never touched again by a paper that comes later."""


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
    return {
        "epoch": epoch, "server_time": now.isoformat(), "next_device_seq": outcome.next_device_seq,
        "durable": durability.durable(session, context.grants), "results": outcome.results,
    }  # fmt: skip


def _write(session: Session, device_id: str, outcome: Outcome, now: datetime) -> None:
    """Write effects, numbers, receipts and quarantine; the ledger raises the counters last of what is read."""
    quarantine.keep(session, device_id, outcome.quarantine, now)
    quarantine.settle(session, outcome, now)
    for use in outcome.numbers:
        _use_number(session, use, now)
    device = session.get_one(Device, device_id)
    device.next_device_seq = outcome.next_device_seq
    device.last_seen_at = now
    if outcome.forked and device.stopped_at is None:
        device.stopped_at = now
    session.flush()
    seqs = ledger.record(session, outcome.changes, now)
    for index, change in outcome.seq_slots.items():
        outcome.results[index]["seq"] = seqs[change]
    if outcome.receipts:
        rows = [{"op_id": r.op_id, "device_id": r.device_id, "device_seq": r.device_seq, "digest": r.digest,
                 "result": r.result} for r in outcome.receipts]  # fmt: skip
        session.execute(insert(Receipt), rows)


def _use_number(session: Session, use: NumberUse, now: datetime) -> None:
    """Note what became of a number. Papers that are not valid are shown only under numbers that were given out."""
    row = session.get(MinutesNumber, (use.series, use.year, use.number))
    if row is not None and (row.status in FINAL or use.status != "issued"):
        return
    if row is None and not _was_given_out(session, use):
        return
    values = {"minutes_id": use.minutes_id, "status": use.status, "source": "lease", "lease_id": use.lease_id,
              "reason": None, "at": now}  # fmt: skip
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(MinutesNumber).values(series=use.series, year=use.year, number=use.number, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["series", "year", "number"], set_=values))
    session.expire_all()


def _was_given_out(session: Session, use: NumberUse) -> bool:
    if session.get(Series, use.series) is None:
        return False
    query = select(SeriesYear.next_number).where(SeriesYear.series == use.series, SeriesYear.year == use.year)
    return use.number < (session.scalar(query) or 1)
