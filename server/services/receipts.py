"""The server's memory of a device's operations, so that a tablet that lost the answers can ask again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.sync import Receipt
from server.services import grants, ledger

PAGE = 500


def after(session: Session, device_id: str, device_seq: int) -> dict[str, Any]:
    """Return up to a page of receipts after this number, in order; documents in them only of scopes granted now (I8)."""
    query = select(Receipt.device_seq, Receipt.op_id, Receipt.digest, Receipt.result).where(
        Receipt.device_id == device_id, Receipt.device_seq > device_seq
    )
    rows = session.execute(query.order_by(Receipt.device_seq).limit(PAGE + 1)).all()
    context = grants.context_of(session, session.get_one(Device, device_id))
    scopes = frozenset[str]() if context.revoked else context.grants
    return {
        "epoch": ledger.epoch(session),
        "next_device_seq": session.get_one(Device, device_id).next_device_seq,
        "receipts": [
            {
                "device_seq": row.device_seq,
                "op_id": row.op_id,
                "digest": row.digest,
                "result": _granted_part(row.result, scopes),
            }
            for row in rows[:PAGE]
        ],
        "more": len(rows) > PAGE,
    }


def _granted_part(result: dict[str, Any], scopes: frozenset[str]) -> dict[str, Any]:
    """Return a stored result without a document of a scope that is not granted, or is not named: a pull tells those."""
    if result["current"] is None or result["scope"] in scopes:
        return result
    return {**result, "conflicts": {}, "current": {"rev": 0, "deleted": False, "state": None}}
