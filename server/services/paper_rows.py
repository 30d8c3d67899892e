"""Keeping minutes_paper and paper_print equal to the documents: rows as pure functions of them, written and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db.base import Model
from server.db.documents import Document
from server.db.numbers import MinutesPaper
from server.db.prints import PaperPrint
from sync import seal
from sync.clock import read_instant
from sync.feed import Change

CHUNK = 100
"""Minutes read at a time: up to 256 KB of text each."""
CAMPAIGN = "campaign:"
State = Mapping[str, Any]
Row = dict[str, Any]
_T = Document.__table__.c
_TABLES: dict[str, type[Model]] = {"minutes": MinutesPaper, "print": PaperPrint}
_IDS = select(_T.id).where(_T.kind == bindparam("kind"), _T.is_deleted.is_(False)).order_by(_T.id)
_PART = select(_T.id, _T.scope, _T.parent, _T.state).where(
    _T.kind == bindparam("kind"), _T.id.in_(bindparam("ids", expanding=True))
)


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the papers and prints among these changes."""
    rows: dict[str, dict[str, Row]] = {}
    for change in changes:
        if change.kind in _TABLES and change.state is not None:
            made = row_of(change.kind, change.id, change.scope, change.parent, change.state)
            rows.setdefault(change.kind, {})[change.id] = made
    engine = session.get_bind().dialect.name
    for kind, found in rows.items():
        session.connection().execute(_upsert(kind, engine), list(found.values()))


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its document says, of missing ones, and of those of no document.

    Papers registered from their QR alone (`lost`) have no document.
    """
    for kind, model in _TABLES.items():
        table, seen = cast("Table", model.__table__), set[str]()
        for part in _parts(session, kind):
            query = select(table).where(table.c.id.in_([row.id for row in part]))
            stored = {row.id: dict(row._mapping) for row in session.execute(query)}
            for row in part:
                if stored.get(row.id) != row_of(kind, row.id, row.scope, row.parent, row.state):
                    differs(f"dòng {table.name} {row.id} khác với tài liệu")
                seen.add(row.id)
        alone = select(table.c.id, table.c.status if kind == "minutes" else table.c.outcome).order_by(table.c.id)
        for id, status in session.execute(alone):
            if id not in seen and status != "lost":
                differs(f"dòng {table.name} {id} không thuộc tài liệu nào")


def row_of(kind: str, id: str, scope: str, parent: str | None, state: State) -> Row:
    """Return the row of one document."""
    return _print(id, state) if kind == "print" else paper_row(id, scope, parent, state)


def paper_row(id: str, scope: str, parent: str | None, state: State) -> Row:
    """Return the row of minutes. `issued_at` is an instant in UTC to the second, so that both engines sort it alike."""
    at = read_instant(state.get("issued_at"))
    return {
        "id": id,
        "sha256": seal.digest(state["canonical"]).hex(),
        "reason": (state.get("voided") or {}).get("reason"),
        **{name: state[name] for name in ("series", "year", "number", "status")},
        "inspection_id": parent,
        "campaign_id": scope.removeprefix(CAMPAIGN)[:36] if scope.startswith(CAMPAIGN) else None,
        "form": str(state.get("form") or "")[:30],
        "source": str(state.get("source") or "lease")[:10],
        "issued_at": None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _print(id: str, state: State) -> Row:
    names = ("minutes_id", "batch_id", "place", "outcome", "copies", "reason", "started_by", "ended_by")
    moments = {name: read_instant(state[name]) for name in ("started_at", "ended_at")}
    return {"id": id, **{name: state[name] for name in names}, **moments}


def _parts(session: Session, kind: str) -> Iterator[Sequence[Any]]:
    ids = session.connection().execute(_IDS, {"kind": kind}).scalars().all()
    for start in range(0, len(ids), CHUNK):
        yield session.connection().execute(_PART, {"kind": kind, "ids": ids[start : start + CHUNK]}).all()


@cache
def _upsert(kind: str, engine: str) -> Insert:
    table = cast("Table", _TABLES[kind].__table__)
    statement = (postgresql if engine == "postgresql" else sqlite).insert(table)
    values = {c.name: statement.excluded[c.name] for c in table.c if c.name != "id"}
    found: Insert = statement.on_conflict_do_update(index_elements=["id"], set_=values)
    return found
