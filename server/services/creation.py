"""A new document as a change on the server's own behalf: imports, and decisions that are journalled as documents."""

from __future__ import annotations

from typing import Any

from server.services.ledger import new_id
from sync.feed import Change

SYSTEM = "system"
"""The actor of commands, where no account stands behind the act."""


def created(
    kind: str,
    scope: str,
    state: dict[str, Any],
    *,
    actor: str,
    parent: str | None = None,
    id: str | None = None,
    at: str | None = None,
    device: str | None = None,
) -> Change:
    """Build the change that creates a document. The caller knows that its id is new."""
    return Change(
        op_id=None, kind=kind, id=id or new_id(), parent=parent, scope=scope, old_scope=None, type="create",
        taken=state, lost={}, state=state, rev=1, actor=actor, device=device, at=at, clock=None,
    )  # fmt: skip
