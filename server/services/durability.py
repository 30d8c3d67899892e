"""Up to which seq each scope is in the last verified backup; tablets delete acknowledged work only below it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.journal import ServerState

PREFIX = "durable:"


def durable(session: Session, scopes: Collection[str]) -> dict[str, int]:
    """Return {scope: seq} of the last verified backup for the granted scopes; nothing before the first backup.

    A backup writes `server_state` rows `durable:<scope>`; without one, tablets keep their work 30 days.
    """
    wanted = {PREFIX + scope for scope in scopes}
    rows = session.execute(
        select(ServerState.key, ServerState.value).where(ServerState.key.startswith(PREFIX, autoescape=True))
    )
    return {key.removeprefix(PREFIX): int(value) for key, value in rows if key in wanted}
