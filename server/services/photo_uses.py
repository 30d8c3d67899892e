"""Keeping photo_use equal to the photo records: written with them, rebuilt, compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Insert, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.photos import PhotoUse
from sync.feed import Change

CHUNK = 500


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the photo records among these changes."""
    last = {c.id: (c.parent, c.state) for c in changes if c.kind == "photo"}
    rows = [row for id, (parent, state) in last.items() if (row := _row(id, parent, state)) is not None]
    connection = session.connection()
    if rows:
        connection.execute(_upsert(session.get_bind().dialect.name), rows)
    if gone := sorted(last.keys() - {row["id"] for row in rows}):
        connection.execute(delete(PhotoUse).where(PhotoUse.id.in_(gone)))


def rebuild(session: Session) -> int:
    """Write every row anew from the documents; return how many there are."""
    rows = list(_expected(session).values())
    connection = session.connection()
    connection.execute(delete(PhotoUse))
    for start in range(0, len(rows), CHUNK):
        connection.execute(_upsert(session.get_bind().dialect.name), rows[start : start + CHUNK])
    return len(rows)


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its record says, of missing rows and of those of no record."""
    expected = _expected(session)
    for id, inspection, sha256 in session.execute(select(PhotoUse.id, PhotoUse.inspection_id, PhotoUse.sha256)):
        if expected.pop(id, None) != {"id": id, "inspection_id": inspection, "sha256": sha256}:
            differs(f"dòng tra cứu của ảnh {id} khác với tài liệu")
    for id in sorted(expected):
        differs(f"thiếu dòng tra cứu của ảnh {id}")


def _expected(session: Session) -> dict[str, dict[str, str]]:
    query = select(Document.id, Document.parent, Document.state)
    query = query.where(Document.kind == "photo", Document.is_deleted.is_(False))
    found = (_row(*row) for row in session.execute(query.execution_options(yield_per=CHUNK)))
    return {row["id"]: row for row in found if row is not None}


def _row(id: str, parent: str | None, state: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Return the row of a record; none where it is gone, voided or names no hash."""
    if state is None or parent is None or state.get("voided"):
        return None
    sha256 = state.get("original_sha256") or state.get("sha256")
    if not isinstance(sha256, str) or len(sha256) != 64:
        return None
    return {"id": id, "inspection_id": parent, "sha256": sha256}


@cache
def _upsert(engine: str) -> Insert:
    statement = (postgresql if engine == "postgresql" else sqlite).insert(PhotoUse)
    values = {name: statement.excluded[name] for name in ("inspection_id", "sha256")}
    found: Insert = statement.on_conflict_do_update(index_elements=["id"], set_=values)
    return found
