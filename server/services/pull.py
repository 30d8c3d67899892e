"""One page of the feed: a range scan per granted scope and a join of ready-made strings."""

from __future__ import annotations

from collections.abc import Collection

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.db.journal import FeedRow, Scope
from server.errors import Problem, ProblemCode
from server.services import ledger
from sync.feed import CursorError, decode_cursor, encode_cursor

_SCOPE, _FEED = Scope.__table__, FeedRow.__table__
# Built once, and run by Core: a pull that finds nothing new is what a server does most.
_STANDING = select(_SCOPE.c.scope, _SCOPE.c.seq).where(_SCOPE.c.scope.in_(bindparam("scopes", expanding=True)))
_RANGE = (
    select(_FEED.c.seq, _FEED.c.item)
    .where(_FEED.c.scope == bindparam("scope"), _FEED.c.seq > bindparam("after"))
    .order_by(_FEED.c.seq)
    .limit(bindparam("most"))
)
_OWN_RANGE = _RANGE.where(_FEED.c.kind.in_(("mark_lease",)))
"""What a tablet sees of its own scope `device:<id>`; decisions about its quarantine and its gaps stand there, too."""
OWN = "device:"
MAX_BYTES = 1024 * 1024
"""A page's raw size (protocol, "Sizes"); one larger item still goes, alone."""


def page(session: Session, scopes: Collection[str], cursor: str | None, limit: int) -> bytes:
    """Return the JSON of what is new since the cursor, at most `limit` items, only of the scopes granted now (I8).

    A scope newly granted starts at its beginning; one no longer granted is named in `revoked` and leaves the cursor.
    Raises RESYNC for a cursor of another epoch.
    """
    epoch = ledger.epoch(session)
    held = _positions(cursor, epoch)
    at = {scope: held.get(scope, 0) for scope in scopes}
    items: list[str] = []
    size, more = 0, False
    for scope in _with_news(session, at):
        place = {"scope": scope, "after": at[scope], "most": limit - len(items) + 1}
        for seq, item in session.connection().execute(_OWN_RANGE if scope.startswith(OWN) else _RANGE, place):
            length = len(item) if item.isascii() else len(item.encode())
            if len(items) == limit or (items and size + length > MAX_BYTES):
                more = True
                break
            items.append(item)
            size += length
            at[scope] = seq
        if more:
            break
    revoked = sorted(held.keys() - at.keys())
    head = f'{{"epoch":{_json(epoch)},"items":['
    tail = f'],"revoked":{_json(revoked)},"cursor":{_json(encode_cursor(epoch, at))},"more":{_json(more)}}}'
    return (head + ",".join(items) + tail).encode()


def _positions(cursor: str | None, epoch: str) -> dict[str, int]:
    if cursor is None:
        return {}
    try:
        of, positions = decode_cursor(cursor)
    except CursorError as error:
        raise Problem(ProblemCode.INVALID_REQUEST, str(error)) from error
    if of != epoch:
        raise Problem(ProblemCode.RESYNC)
    return positions


def _with_news(session: Session, at: dict[str, int]) -> list[str]:
    """Return the scopes that stand higher than the tablet: the agency and areas before the campaigns built on them."""
    rows = session.connection().execute(_STANDING, {"scopes": sorted(at)})
    return sorted(scope for scope, seq in rows if seq > at[scope])


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
