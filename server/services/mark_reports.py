"""Rolls as tablets report them in hello: after a restore, the server learns from them what it gave out and forgot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.devices import Device
from server.services import ledger, mark_book, mark_ledger, restore
from server.services.creation import created
from server.services.mark_leases import MAX_COUNT, scope_of
from server.services.mark_ledger import BATCH, LEASE, Ledger, Row
from sync.ids import normal_serial
from sync.mark_ranges import MAX_DIGITS, MAX_PREFIX, numbers_of, spans

NAMES = ("organisation_id", "kind", "prefix", "digits", "first", "last")
_REFUSED = "Máy chủ không nhận lại được dải tem, chì này: ngừng dùng, đem cuộn về cơ quan đối chiếu."


def take(
    session: Session, device_id: str, reported: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, str]]:
    """Compare a tablet's rolls with the ledger; return those that it must stop using. Without a restore nothing is done:
    the server's own memory is right.

    A roll that the server forgot is taken back under its own id where nobody else holds a serial of it. What the tablet
    gave back meanwhile is neither its own nor surely at the office: it may have been given to another since.
    """
    if restore.restored_at(session) is None or not reported:
        return []
    refused: list[dict[str, str]] = []
    for said in reported:
        device = session.get_one(Device, device_id)
        known = mark_ledger.row_of(session, LEASE, str(said["id"]))
        if known is not None and known.device_id == device_id:
            _note_returned(session, known, said, device.user_id, now)
        elif (
            known is None
            and device.stopped_at is None
            and _is_sound(session, said)
            and _is_free(session, said, device_id)
        ):
            _adopt(session, device, said, now)
        else:
            refused.append({"id": str(said["id"]), "detail": _REFUSED})
    return refused


def _is_sound(session: Session, said: Mapping[str, Any]) -> bool:
    """Say whether the server could have granted such a lease at all."""
    return (
        documents.get(session, "organisation", said["organisation_id"]) is not None
        and said["prefix"] == normal_serial(said["prefix"])
        and len(said["prefix"]) <= MAX_PREFIX
        and 1 <= said["digits"] <= MAX_DIGITS
        and 0 <= said["first"] <= said["last"] < 10 ** said["digits"]
        and said["last"] - said["first"] < MAX_COUNT
    )


def _is_free(session: Session, said: Mapping[str, Any], device_id: str) -> bool:
    """Say whether no other tablet holds a serial of the range; holds the ledger until the transaction ends.

    An older roll of the tablet itself is one that it gave back before it got this one: it says so again by itself.
    """
    mark_book.lock(session, said["organisation_id"], said["kind"])
    wanted = _out(said)
    for lease in mark_ledger.rows(session, LEASE):
        same = all(lease.state[name] == said[name] for name in NAMES[:4])
        if same and lease.device_id != device_id and wanted & _out(lease.state):
            return False
    return True


def _out(lease: Mapping[str, Any]) -> set[int]:
    whole = lease["first"], lease["last"]
    return set(range(whole[0], whole[1] + 1)) - numbers_of(lease.get("returned"), whole)


def _adopt(session: Session, device: Device, said: Mapping[str, Any], now: datetime) -> None:
    at, actor, device_id = now.isoformat(timespec="seconds"), device.user_id, device.id
    book = mark_ledger.load(session)
    roll = next((r for r in book.of(said["organisation_id"], said["kind"]) if _is_of(r.batch, said)), None)
    back = numbers_of(said.get("returned"), (said["first"], said["last"]))
    state = {**{name: said[name] for name in NAMES}, "batch_id": roll.batch.id if roll else None, "device_id": device_id,
             "granted_at": said.get("granted_at") or at, "reported_at": at, "returned_at": None,
             "returned": [{"first": a, "last": b, "by": actor, "at": at} for a, b in spans(back)]}  # fmt: skip
    change = created(
        LEASE, scope_of(device_id), state, actor=actor, id=str(said["id"]), device=device_id, parent=state["batch_id"]
    )
    ledger.record(session, [change], now)
    _pass_over(session, book, said, kept=back, sure=_out(said), actor=actor, now=now)


def _note_returned(session: Session, known: Row, said: Mapping[str, Any], actor: str, now: datetime) -> None:
    """Write down what a tablet had given back after the backup."""
    mark_book.lock(session, known.state["organisation_id"], known.state["kind"])
    known = mark_ledger.row_of(session, LEASE, known.id) or known
    back = numbers_of(said.get("returned"), known.whole) - numbers_of(known.state.get("returned"), known.whole)
    if not back:
        return
    at = now.isoformat(timespec="seconds")
    rows = [*known.state.get("returned", ()), *({"first": a, "last": b, "by": actor, "at": at} for a, b in spans(back))]
    state = {**known.state, "returned": rows}
    ledger.record(session, [ledger.change(session, LEASE, known.id, known.scope, state, actor=actor)], now)
    _pass_over(session, mark_ledger.load(session), known.state, kept=back, sure=set(), actor=actor, now=now)


def _pass_over(
    session: Session, book: Ledger, lease: Mapping[str, Any], *, kept: set[int], sure: set[int], actor: str, now: datetime
) -> None:  # fmt: skip
    """Pass over, in the batches of a lease, what is `kept` from being given out, and no longer what is `sure`."""
    changes = []
    for roll in book.of(lease["organisation_id"], lease["kind"]):
        if not _is_of(roll.batch, lease):
            continue
        before = numbers_of(roll.batch.state.get("passed_over"), roll.batch.whole)
        first, last = roll.batch.whole
        after = (before | {n for n in kept if first <= n <= last}) - sure
        if after != before:
            state = {**roll.batch.state, "passed_over": [{"first": a, "last": b} for a, b in spans(after)]}
            changes.append(ledger.change(session, BATCH, roll.batch.id, roll.batch.scope, state, actor=actor))
    ledger.record(session, changes, now)


def _is_of(batch: Row, lease: Mapping[str, Any]) -> bool:
    same = batch.state["prefix"] == lease["prefix"] and batch.state["digits"] == lease["digits"]
    return bool(same and batch.whole[0] <= lease["last"] and lease["first"] <= batch.whole[1])
