"""Keeping photo_use equal to the photo records: written with them, rebuilt, compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from server.db.photos import PhotoUse
from server.services import projection
from sync.feed import Change
from sync.kinds import KINDS

CHUNK = 500
_USES = cast("Table", PhotoUse.__table__)


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the photo records among these changes."""
    last = {c.id: (c.parent, c.state) for c in changes if c.kind == "photo"}
    rows = [row for id, (parent, state) in last.items() if (row := _row(id, parent, state)) is not None]
    projection.upsert(session, PhotoUse, rows)
    if gone := sorted(last.keys() - {row["id"] for row in rows}):
        session.connection().execute(delete(PhotoUse).where(PhotoUse.id.in_(gone)))


def rebuild(session: Session) -> int:
    """Write every row anew from the documents; return how many there are."""
    return projection.refill(session, _USES, _wanted(session))


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its record says, of missing rows and of those of no record."""
    projection.compare(session, _USES, _wanted(session), differs, "dòng tra cứu của ảnh")


def _wanted(session: Session) -> Iterator[list[dict[str, str]]]:
    for part in projection.documents_of(session, "photo", CHUNK):
        yield [row for d in part if (row := _row(d.id, d.parent, d.state)) is not None]


def _row(id: str, parent: str | None, state: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Return the row of a record; none where it is gone, voided, of no inspection or names no hash."""
    if state is None or parent is None or state.get("voided") or KINDS["photo"].under(state)[0] != "inspection":
        return None
    sha256 = state.get("original_sha256") or state.get("sha256")
    if not isinstance(sha256, str) or len(sha256) != 64:
        return None
    return {"id": id, "inspection_id": parent, "sha256": sha256}
