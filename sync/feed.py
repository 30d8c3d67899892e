"""Changes, journal entries and their chain, feed items, cursors, and rebuilding documents from the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """What one accepted operation (or the server itself, `device` None) did to one document.

    `state` is the complete new state, None = deleted. `old_scope` is set when the document moved.
    """

    op_id: str | None
    kind: str
    id: str
    parent: str | None
    scope: str
    old_scope: str | None
    type: str
    taken: dict[str, Any]
    lost: dict[str, Any]
    state: dict[str, Any] | None
    rev: int
    actor: str
    device: str | None
    at: str | None
    clock: dict[str, Any] | None


def canonical(value: Any) -> str:
    """Sorted-key JSON without spaces: the bytes that are hashed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def entry_of(change: Change, seq: int, received_at: datetime, prev: str) -> tuple[str, str]:
    """Return the journal entry's canonical JSON and its hash, SHA-256(prev + canonical entry)."""
    entry = canonical(
        {
            "scope": change.scope, "seq": seq, "op_id": change.op_id, "kind": change.kind, "id": change.id,
            "parent": change.parent, "old_scope": change.old_scope, "type": change.type, "set": change.taken,
            "lost": change.lost, "state": change.state, "rev": change.rev, "actor": change.actor, "device": change.device,
            "at": change.at, "clock": change.clock, "received_at": received_at.isoformat(), "prev": prev,
        }
    )  # fmt: skip
    return entry, chain_hash(prev, entry)


def chain_hash(prev: str, entry: str) -> str:
    """SHA-256(prev + canonical entry), hex."""
    return hashlib.sha256((prev + entry).encode()).hexdigest()


def item_json(scope: str, seq: int, kind: str, id: str, rev: int, state: Mapping[str, Any]) -> str:
    """The pull item of a living document."""
    return canonical({"scope": scope, "seq": seq, "kind": kind, "id": id, "rev": rev, "state": state})


def gone_json(scope: str, seq: int, kind: str, id: str, reason: str) -> str:
    """The pull item that tells a tablet to drop a document held under this scope."""
    return canonical({"scope": scope, "seq": seq, "kind": kind, "id": id, "gone": reason})
