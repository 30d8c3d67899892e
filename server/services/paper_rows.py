"""Keeping minutes_paper and paper_print equal to the documents: rows as pure functions of them, written and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from server.db.base import Model
from server.db.numbers import MinutesPaper
from server.db.prints import PaperPrint
from server.services import projection
from server.services.wording import folded
from sync import handling, seal
from sync.clock import read_instant
from sync.feed import Change

CHUNK = 100
"""Minutes read at a time: up to 256 KB of text each."""
CAMPAIGN = "campaign:"
State = Mapping[str, Any]
Row = dict[str, Any]
_TABLES: dict[str, type[Model]] = {"minutes": MinutesPaper, "print": PaperPrint}


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the papers and prints among these changes."""
    rows: dict[str, dict[str, Row]] = {}
    for change in changes:
        if change.kind in _TABLES and change.state is not None:
            made = row_of(change.kind, change.id, change.scope, change.parent, change.state)
            rows.setdefault(change.kind, {})[change.id] = made
    for kind, found in rows.items():
        projection.upsert(session, _TABLES[kind], list(found.values()))


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its document says, of missing ones, and of those of no document.

    Papers registered from their QR alone (`lost`) have no document.
    """
    for kind, model in _TABLES.items():
        table = cast("Table", model.__table__)
        own = [table.c.status != "lost"] if kind == "minutes" else []
        projection.compare(session, table, _wanted(session, kind), differs, f"dòng {table.name}", own)


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
        "handling": (where := handling.state_of(state)),
        "search": _searched(state) if where else "",
    }


def _searched(state: State) -> str:
    """Return what a certificate is looked for by, read back from its own text."""
    said = handling.said_by(state)
    found = (said.number, said.instrument, said.serial, said.sticker, said.owner)
    return projection.storable(folded(" ".join(filter(None, found))))


def _print(id: str, state: State) -> Row:
    names = ("minutes_id", "batch_id", "place", "outcome", "copies", "reason", "started_by", "ended_by")
    moments = {name: read_instant(state[name]) for name in ("started_at", "ended_at")}
    return {"id": id, **{name: state[name] for name in names}, **moments}


def _wanted(session: Session, kind: str) -> Iterator[list[Row]]:
    for part in projection.documents_of(session, kind, CHUNK):
        yield [row_of(kind, d.id, d.scope, d.parent, d.state) for d in part]
