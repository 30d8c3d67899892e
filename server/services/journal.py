"""Verifying the journal: the chain of every scope, and that documents and feed are what it adds up to (I11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import FeedRow, JournalEntry, Scope
from sync.feed import JournalBroken, rebuild, verify_chain

CHUNK = 1000
SHOWN = 20
"""Differences named one by one; more are only counted."""


@dataclass(slots=True)
class Report:
    """What a verification found. `broken` is the first broken entry of each bad chain."""

    scopes: int = 0
    entries: int = 0
    documents: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    more_differences: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.broken and not self.differences

    def differs(self, what: str) -> None:
        """Note a difference."""
        if len(self.differences) < SHOWN:
            self.differences.append(what)
        else:
            self.more_differences += 1


def size(session: Session) -> int:
    """Return how many entries a verification will walk."""
    return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def verify(session: Session, progress: Callable[[int], None] = lambda _done: None) -> Report:
    """Walk every chain, rebuild documents and feed and compare; `progress` hears of each entry read.

    Without a fault in the chains, the comparison covers everything; a broken chain is not compared.
    """
    report = Report()
    heads = {row.scope: row.head for row in session.execute(select(Scope.scope, Scope.head).order_by(Scope.scope))}
    strays = session.scalars(select(JournalEntry.scope).distinct().where(JournalEntry.scope.not_in(heads)))
    for scope in strays:
        report.broken.append({"scope": scope, "seq": 1, "reason": "phạm vi không có trong bảng scope"})
    entries: list[dict[str, Any]] = []
    for scope, head in heads.items():
        report.scopes += 1
        try:
            for entry in verify_chain(scope, _rows(session, scope), head):
                entries.append(entry)
                progress(1)
        except JournalBroken as broken:
            report.broken.append({"scope": scope, "seq": broken.seq, "reason": broken.reason})
    report.entries = len(entries)
    if not report.broken:
        _compare(session, entries, report)
    return report


def _rows(session: Session, scope: str) -> Iterator[tuple[int, str, str]]:
    after = 0
    columns = JournalEntry.seq, JournalEntry.entry, JournalEntry.hash
    while True:
        query = select(*columns).where(JournalEntry.scope == scope, JournalEntry.seq > after)
        rows = session.execute(query.order_by(JournalEntry.seq).limit(CHUNK)).all()
        yield from rows
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def _compare(session: Session, entries: list[dict[str, Any]], report: Report) -> None:
    built = rebuild(entries)
    report.documents = len(built.documents)
    query = select(Document.kind, Document.id, Document.scope, Document.parent, Document.rev, Document.is_deleted,
                   Document.state)  # fmt: skip
    seen = set()
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        seen.add((row.kind, row.id))
        wanted = built.documents.get((row.kind, row.id))
        state = {} if row.is_deleted else row.state
        found = {"kind": row.kind, "id": row.id, "scope": row.scope, "parent": row.parent, "rev": row.rev,
                 "deleted": row.is_deleted, "state": state}  # fmt: skip
        if found != wanted:
            report.differs(f"tài liệu {row.kind} {row.id} khác với nhật ký")
    for kind, id in built.documents.keys() - seen:
        report.differs(f"thiếu tài liệu {kind} {id}")
    _compare_feed(session, built.feed, report)


def _compare_feed(session: Session, wanted: dict[tuple[str, str, str], str], report: Report) -> None:
    query = select(FeedRow.scope, FeedRow.kind, FeedRow.id, FeedRow.seq, FeedRow.item)
    seen = set()
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        key = row.scope, row.kind, row.id
        seen.add(key)
        if wanted.get(key) != row.item or json.loads(row.item)["seq"] != row.seq:
            report.differs(f"dòng feed {row.scope} {row.kind} {row.id} khác với nhật ký")
    for scope, kind, id in wanted.keys() - seen:
        report.differs(f"thiếu dòng feed {scope} {kind} {id}")
