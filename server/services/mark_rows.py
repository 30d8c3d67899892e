"""Keeping mark_entry equal to the documents: one row as a pure function of a mark, written, rebuilt, compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete
from sqlalchemy.orm import Session

from server.db.marks import MarkEntry
from server.services import projection
from server.services.paper_rows import CAMPAIGN
from server.services.projection import storable
from sync.feed import Change
from sync.ids import normal_serial
from sync.mark_ranges import cut
from sync.paper_words import local

KIND = "mark"
USED, SPOILED, LOST = "used", "spoiled", "lost"
CHUNK = 500
MAX_HEAD = 400
"""No roll has a longer prefix; a serial as a tablet may write it is longer than PostgreSQL's indexes take."""
State = Mapping[str, Any]
Row = dict[str, Any]
_TABLE = cast("Table", MarkEntry.__table__)


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the marks among these changes."""
    last = {change.id: change for change in changes if change.kind == KIND}
    rows = [row_of(id, c.scope, c.parent, c.state) for id, c in last.items() if c.state is not None]
    projection.upsert(session, MarkEntry, rows)
    if gone := last.keys() - {row["id"] for row in rows}:
        session.connection().execute(delete(MarkEntry).where(MarkEntry.id.in_(gone)))


def rebuild(session: Session, table: Table = _TABLE) -> int:
    """Write every row anew from the documents; return how many there are. A migration hands in its own `table`."""
    return projection.refill(session, table, _wanted(session))


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its document says, of missing rows and of those without a document."""
    projection.compare(session, _TABLE, _wanted(session), differs, "dòng sổ tem, chì")


def row_of(id: str, scope: str, parent: str | None, state: State) -> Row:
    """Return the row of one mark."""
    head, width, number = cut(storable(normal_serial(str(state.get("serial") or ""))))
    at = _local(state.get("at"))
    return {
        "id": id, "campaign_id": storable(scope.removeprefix(CAMPAIGN))[:36], "session_id": storable(parent or "")[:36],
        "kind": storable(state.get("kind"))[:20], "head": head[:MAX_HEAD], "width": width, "number": number, "fate": _fate(state),
        "is_odd": bool(state.get("warnings")), "used_on": day(state.get("at")), "at": 0.0 if at is None else max(0.0, at.timestamp()),
    }  # fmt: skip


def day(at: Any) -> str:
    """Return the day in Viet Nam of an instant; "" where it is none."""
    found = _local(at)
    return "" if found is None else found.date().isoformat()


def _local(at: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(at))
        return local(found) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _fate(state: State) -> str:
    if state.get("voided"):
        return LOST
    return SPOILED if state.get("fate") == SPOILED else USED


def _wanted(session: Session) -> Iterator[list[Row]]:
    for part in projection.documents_of(session, KIND, CHUNK):
        yield [row_of(d.id, d.scope, d.parent, d.state) for d in part]
