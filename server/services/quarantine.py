"""Operations kept whole because they could not be applied: writing them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from server.db.sync import Quarantine
from sync.batch import QuarantineEntry
from sync.feed import canonical
from sync.ids import is_uuid, uuid7
from sync.kinds import KINDS

_MAX_INT = 2**31 - 1


def keep(session: Session, device_id: str, entries: Sequence[QuarantineEntry], now: datetime) -> None:
    """Store operations with their reason; nothing is ever dropped (protocol, "Idempotency, order, failure")."""
    if entries:
        session.execute(insert(Quarantine), [_row(device_id, entry, now) for entry in entries])


def inspection_of(raw: Any) -> str | None:
    """Return the id of the inspection that an operation as it came says it is about."""
    if not isinstance(raw, dict):
        return None
    if raw.get("kind") == "inspection":
        named = raw.get("id")
    else:
        said = raw.get("set")
        kind = KINDS.get(raw["kind"]) if isinstance(raw.get("kind"), str) else None
        parent_kind = None if kind is None else kind.under(said if isinstance(said, dict) else {})[0]
        if kind is None or (parent_kind != "inspection" and kind.name != "mark"):
            return None
        own = None if kind.name == "mark" else raw.get("parent")  # a mark stands under its session, its slip is a field
        named = own or (said.get("inspection_id") if isinstance(said, dict) else None)
    return named if is_uuid(named) else None


def text_of(raw: Any) -> str:
    """Write an operation as it came; a half surrogate, which no database stores, stays as its escape."""
    try:
        written = canonical(raw)
        written.encode()
    except UnicodeEncodeError:
        return json.dumps(raw, sort_keys=True, separators=(",", ":"))
    return written


def _row(device_id: str, entry: QuarantineEntry, now: datetime) -> dict[str, Any]:
    seq = entry.device_seq
    return {
        "id": uuid7(int(now.timestamp() * 1000)), "op_id": entry.op_id, "device_id": device_id,
        "device_seq": seq if seq is not None and seq <= _MAX_INT else None, "parent": entry.parent,
        "raw": text_of(entry.raw), "digest": entry.digest, "code": entry.code, "detail": entry.detail, "inspection_id": inspection_of(entry.raw),
        "state": entry.state, "received_at": now, "decision": None,
    }  # fmt: skip
