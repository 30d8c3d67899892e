"""What a verification must remember of a million entries: digests, in a temporary file of SQLite's own."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sync.feed import canonical

BATCH = 2000
_TABLES = """
CREATE TABLE document (kind TEXT, id TEXT, rev INTEGER, digest BLOB, seen INTEGER DEFAULT 0, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE feed (scope TEXT, kind TEXT, id TEXT, digest BLOB, seen INTEGER DEFAULT 0, PRIMARY KEY (scope, kind, id)) WITHOUT ROWID;
CREATE TABLE operation (op_id TEXT PRIMARY KEY, scope TEXT, seq INTEGER, digest TEXT) WITHOUT ROWID;
"""
_DOCUMENT = """INSERT INTO document (kind, id, rev, digest) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET rev = excluded.rev, digest = excluded.digest WHERE excluded.rev >= document.rev"""
_FEED = """INSERT INTO feed (scope, kind, id, digest) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET digest = excluded.digest"""
_OPERATION = "INSERT INTO operation VALUES (?, ?, ?, ?)"


def digest_of(value: Any) -> bytes:
    """Return 16 bytes that stand for a JSON value, or for a text as it is."""
    text = value if isinstance(value, str) else canonical(value)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Memory:
    """Expected documents, feed rows and operations. SQLite spills to disk what does not fit into its cache."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("")  # a nameless temporary database, gone when it is closed
        self._db.executescript(_TABLES)
        self._waiting: dict[str, list[tuple[Any, ...]]] = {_DOCUMENT: [], _FEED: [], _OPERATION: []}

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_error: object) -> None:
        self._db.close()

    def expect_document(self, document: dict[str, Any]) -> None:
        """Remember a document's state as of one entry; the highest revision counts."""
        self._put(_DOCUMENT, (document["kind"], document["id"], document["rev"], digest_of(document)))

    def expect_feed(self, scope: str, kind: str, id: str, item: str) -> None:
        """Remember a feed row; the last one counts."""
        self._put(_FEED, (scope, kind, id, digest_of(item)))

    def expect_operation(self, op_id: str, scope: str, seq: int, digest: str | None) -> None:
        """Remember where an operation stands."""
        self._put(_OPERATION, (op_id, scope, seq, digest))

    def is_document(self, document: dict[str, Any]) -> bool:
        """Say whether a stored document is the expected one, and mark it seen."""
        return self._check("document", ("kind", "id"), (document["kind"], document["id"]), document)

    def is_feed(self, scope: str, kind: str, id: str, item: str) -> bool:
        """Say whether a stored feed row is the expected one, and mark it seen."""
        return self._check("feed", ("scope", "kind", "id"), (scope, kind, id), item)

    def operation(self, op_id: str) -> tuple[str, int, str | None] | None:
        """Return (scope, seq, digest) of an operation in the journal."""
        self._flush()
        found = self._db.execute("SELECT scope, seq, digest FROM operation WHERE op_id = ?", (op_id,)).fetchone()
        return None if found is None else tuple(found)

    def unseen(self, table: str) -> Iterator[tuple[str, ...]]:
        """Name the expected rows that nobody asked about."""
        self._flush()
        columns = {"document": "kind, id", "feed": "scope, kind, id"}[table]
        yield from self._db.execute(f"SELECT {columns} FROM {table} WHERE NOT seen ORDER BY {columns}")  # noqa: S608 - our own words

    def documents(self) -> int:
        """How many documents the journal adds up to."""
        self._flush()
        return int(self._db.execute("SELECT count(*) FROM document").fetchone()[0])

    def _check(self, table: str, names: Sequence[str], key: Iterable[str], value: Any) -> bool:
        self._flush()
        where = " AND ".join(f"{name} = ?" for name in names)
        statement = f"UPDATE {table} SET seen = 1 WHERE {where} RETURNING digest"  # noqa: S608 - our own words
        found = self._db.execute(statement, tuple(key)).fetchone()
        return found is not None and found[0] == digest_of(value)

    def _put(self, statement: str, row: tuple[Any, ...]) -> None:
        waiting = self._waiting[statement]
        waiting.append(row)
        if len(waiting) >= BATCH:
            self._db.executemany(statement, waiting)
            waiting.clear()

    def _flush(self) -> None:
        for statement, waiting in self._waiting.items():
            if waiting:
                self._db.executemany(statement, waiting)
                waiting.clear()
