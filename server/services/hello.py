"""What a tablet is told before it syncs: scopes, leases, rules, where its numbering stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from schemas.sync import MAX_ITEMS, MAX_OPS, OLDEST_PROTOCOL, PROTOCOL
from server.db.devices import Device
from server.services import durability, grants, lease_reports, ledger, mark_reports, numbers, rules
from server.services.creation import created
from sync.operations import MAX_BYTES, MAX_MINUTES_BYTES

MAX_BODY = 1024 * 1024
KNOWN_GAP = "known_gap"


def hello(
    session: Session, device_id: str, lowest_device_seq: int | None, now: datetime,
    reported: Sequence[Mapping[str, Any]] | None = None, *, host: str, build: str | None = None,
    unsent: Mapping[str, Any] | None = None, rolls: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:  # fmt: skip
    """Greet a device. After a restore, what the tablet no longer has is journalled as a known gap and passed over, and
    the leases that it `reported` are taken back (None: an app that does not report them), and its `rolls`. `host` stands in QR codes.
    Its `build` and what it has `unsent` are noted for the office."""
    device = session.get_one(Device, device_id, with_for_update=True, populate_existing=True)
    rules.remember_shipped(session, now)
    if lowest_device_seq is not None and lowest_device_seq > device.next_device_seq:
        _pass_over(session, device, lowest_device_seq, now)
        device = session.get_one(Device, device_id)
    refused = [] if reported is None else lease_reports.take(session, device, reported, now)
    refused_rolls = mark_reports.take(session, device_id, rolls, now)
    device = session.get_one(Device, device_id)
    device.last_seen_at = now
    if build:
        device.app_build = build[:60]
    if unsent is not None:
        device.unsent_operations, device.unsent_photos = unsent.get("operations"), unsent.get("photos")
    scopes = grants.scopes_of(session, device)
    current = rules.current(session)
    return {
        "epoch": ledger.epoch(session),
        "server_time": now.isoformat(),
        "limits": limits(),
        "scopes": sorted(scopes),
        "leases": [numbers.served(lease, numbers.symbol_of(session, lease.series))
                   for lease in numbers.of_device(session, device_id)],
        "refused_leases": refused,
        "refused_mark_leases": refused_rolls,
        "rules": {"version": current.version, "sha256": current.sha256},
        "next_device_seq": device.next_device_seq,
        "durable": durability.durable(session, scopes),
        "host": host,
    }  # fmt: skip


def limits() -> dict[str, Any]:
    """Return what one request may carry (protocol, "Sizes")."""
    return {"max_ops": MAX_OPS, "max_body_bytes": MAX_BODY, "max_op_bytes": MAX_BYTES,
            "max_minutes_op_bytes": MAX_MINUTES_BYTES, "max_pull_items": MAX_ITEMS,
            "protocols": list(range(OLDEST_PROTOCOL, PROTOCOL + 1))}  # fmt: skip


def _pass_over(session: Session, device: Device, lowest: int, now: datetime) -> None:
    """Journal the numbers that neither side has any more, in a scope that no tablet is granted."""
    first, device_id, user_id = device.next_device_seq, device.id, device.user_id
    device.next_device_seq = lowest
    session.flush()
    state = {"device_id": device_id, "from": first, "to": lowest - 1, "found_at": now.isoformat()}
    gap = created(KNOWN_GAP, f"device:{device_id}", state, actor=user_id, device=device_id)
    ledger.record(session, [gap], now)
