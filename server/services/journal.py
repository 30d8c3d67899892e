"""Verifying the journal: the chain of every scope, and that documents and feed are what it adds up to (I11)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import FeedRow, JournalEntry, Scope
from server.services import inspection_summary, journal_receipts, mark_rows, paper_rows, photo_uses, register_rows
from server.services.journal_memory import Memory
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


def verify(
    session: Session, progress: Callable[[int], None] = lambda _done: None,
    anchors: Mapping[str, Sequence[Any]] | None = None,
) -> Report:  # fmt: skip
    """Walk every chain, rebuild documents and feed and compare, receipts, quarantine and summaries too; `progress` hears of each
    entry read. `anchors` = {scope: [seq, hash]} as a backup remembers them.

    Without a fault in the chains, the comparison covers everything; where one is broken, nothing is compared. Memory does
    not grow with the journal.
    """
    report = Report()
    heads = {
        row.scope: row for row in session.execute(select(Scope.scope, Scope.seq, Scope.head).order_by(Scope.scope))
    }
    strays = session.scalars(
        select(JournalEntry.scope).distinct().where(JournalEntry.scope.not_in(select(Scope.scope)))
    )
    for scope in strays:
        report.broken.append({"scope": scope, "seq": 1, "reason": "phạm vi không có trong bảng scope"})
    with Memory() as memory:
        for scope, row in heads.items():
            report.scopes += 1
            try:
                last = 0
                for entry in verify_chain(scope, _rows(session, scope), row.head):
                    _remember(memory, entry)
                    report.entries, last = report.entries + 1, entry["seq"]
                    progress(1)
                if last != row.seq:
                    raise JournalBroken(scope, last + 1, f"bảng scope ghi {row.seq} bản ghi")
                _check_anchor(session, scope, (anchors or {}).get(scope))
            except JournalBroken as broken:
                report.broken.append({"scope": scope, "seq": broken.seq, "reason": broken.reason})
        for scope in sorted((anchors or {}).keys() - heads.keys()):
            report.broken.append({"scope": scope, "seq": 1, "reason": "bản sao lưu có phạm vi này, nhật ký thì không"})
        if not report.broken:
            report.documents = memory.documents()
            _compare(session, memory, report)
            _compare_feed(session, memory, report)
            journal_receipts.compare(session, memory, report.differs)
            inspection_summary.compare(session, report.differs)
            register_rows.compare(session, report.differs)
            paper_rows.compare(session, report.differs)
            photo_uses.compare(session, report.differs)
            mark_rows.compare(session, report.differs)
    return report


def _remember(memory: Memory, entry: dict[str, Any]) -> None:
    """Note what this entry leaves behind (sync.feed.rebuild says the same of a list that fits into memory)."""
    scope, kind, id = entry["scope"], entry["kind"], entry["id"]
    built = rebuild([entry])
    for item in built.feed.values():
        memory.expect_feed(scope, kind, id, item)
    for document in built.documents.values():
        memory.expect_document(document)
    if entry["op_id"] is not None:
        memory.expect_operation(entry["op_id"], scope, entry["seq"], entry["digest"])


def _check_anchor(session: Session, scope: str, anchor: Sequence[Any] | None) -> None:
    """Compare with what a backup remembers: a chain that was rewritten whole is whole, but another one."""
    if anchor is None or anchor[0] == 0:
        return
    seq, head = anchor
    found = session.scalar(select(JournalEntry.hash).where(JournalEntry.scope == scope, JournalEntry.seq == seq))
    if found != head:
        raise JournalBroken(scope, seq, "khác với bản sao lưu")


def _rows(session: Session, scope: str) -> Iterator[tuple[int, str, str]]:
    """Read a scope's journal piece by piece; the columns beside an entry must say what it says."""
    after = 0
    columns = (
        JournalEntry.seq,
        JournalEntry.entry,
        JournalEntry.hash,
        JournalEntry.op_id,
        JournalEntry.kind,
        JournalEntry.doc_id,
        JournalEntry.actor,
        JournalEntry.received_at,
    )
    while True:
        query = select(*columns).where(JournalEntry.scope == scope, JournalEntry.seq > after)
        rows = session.execute(query.order_by(JournalEntry.seq).limit(CHUNK)).all()
        for seq, text, hash_hex, *beside in rows:
            yield seq, text, hash_hex
            entry = json.loads(text)  # the caller has found it sound by now
            said = [
                entry["op_id"],
                entry["kind"],
                entry["id"],
                entry["actor"],
                datetime.fromisoformat(entry["received_at"]),
            ]
            if beside != said:
                raise JournalBroken(scope, seq, "các cột bên cạnh không khớp với bản ghi")
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def _compare(session: Session, memory: Memory, report: Report) -> None:
    query = select(Document.kind, Document.id, Document.scope, Document.parent, Document.rev, Document.is_deleted,
                   Document.state)  # fmt: skip
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        state = {} if row.is_deleted else row.state
        found = {"kind": row.kind, "id": row.id, "scope": row.scope, "parent": row.parent, "rev": row.rev,
                 "deleted": row.is_deleted, "state": state}  # fmt: skip
        if not memory.is_document(found):
            report.differs(f"tài liệu {row.kind} {row.id} khác với nhật ký")
    for kind, id in memory.unseen("document"):
        report.differs(f"thiếu tài liệu {kind} {id}")


def _compare_feed(session: Session, memory: Memory, report: Report) -> None:
    query = select(FeedRow.scope, FeedRow.kind, FeedRow.id, FeedRow.seq, FeedRow.item)
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        if not memory.is_feed(row.scope, row.kind, row.id, row.item) or json.loads(row.item)["seq"] != row.seq:
            report.differs(f"dòng feed {row.scope} {row.kind} {row.id} khác với nhật ký")
    for scope, kind, id in memory.unseen("feed"):
        report.differs(f"thiếu dòng feed {scope} {kind} {id}")
