"""Filling an empty database from a backup, and what a restored server must know: epoch, numbers, photos it lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Integer, MetaData, Table, delete, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from server.db.base import Model
from server.db.journal import ServerState
from server.db.uploads import Blob
from server.services import (
    inspection_summary,
    ledger,
    mark_rows,
    mark_skips,
    number_skips,
    photo_check,
    photo_uses,
    register_rows,
)
from server.services.archive import READ, ArchiveError, Progress, Reader, blob_member, decoder
from server.services.creation import SYSTEM, created
from server.services.durability import PREFIX
from server.storage.blobs import BlobStore

CHUNK = 1000
RESTORED = "restored"
"""Key in server_state: when this database was last restored; absent where it never was."""
SCOPE = "server"
"""Where restores are journalled; no tablet is granted it."""
QUIET = frozenset({"server_state", "rule_set"})
"""Tables that a server fills by itself: rows in them do not make a database one that somebody works with."""
Migrate = Callable[[Connection, str], None]
Marks = dict[tuple[str, int], int]
"""(series, year) -> the next number that the database before the restore would have given out."""


@dataclass(slots=True)
class Restored:
    """What a restore did."""

    epoch: str
    rows: int = 0
    blobs: int = 0
    damaged_blobs: list[str] = field(default_factory=list)
    expected_again: list[str] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[dict[str, Any]] = field(default_factory=list)


def is_in_use(connection: Connection) -> bool:
    """Say whether somebody works with this database: any of our tables but the self-filled ones has a row."""
    found = set(inspect(connection).get_table_names())
    tables = [t for t in Model.metadata.sorted_tables if t.name in found and t.name not in QUIET]
    return any(connection.execute(select(text("1")).select_from(table).limit(1)).first() for table in tables)


def number_marks(connection: Connection) -> Marks:
    """Read how far the numbers of a database that is about to be put aside had gone."""
    if "series_year" not in inspect(connection).get_table_names():
        return {}
    years = Model.metadata.tables["series_year"].c
    return {
        (r.series, r.year): r.next_number
        for r in connection.execute(select(years.series, years.year, years.next_number))
    }


def put_blobs(archive: Reader, store: BlobStore, progress: Progress) -> tuple[int, list[str]]:
    """Put the archive's blobs into the store; return how many were new, and which stored ones are damaged.

    Blobs stand under their own hash, so this changes nothing that was there: it is done before the database is touched,
    and may be done again.
    """
    new, damaged = 0, []
    for sha256 in archive.manifest.blobs:
        if store.has(sha256):
            if not photo_check.is_whole(store, sha256):
                damaged.append(sha256)
        else:
            _put(archive, store, sha256)
            new += 1
        progress(1)
    return new, damaged


def fill(connection: Connection, archive: Reader, migrate: Migrate, progress: Progress) -> int:
    """Make the tables of the archive's own revision, load its rows, then migrate to this code's; return rows loaded."""
    manifest = archive.manifest
    migrate(connection, manifest.revision)
    reflected = MetaData()
    reflected.reflect(connection)
    ours = [table for table in reflected.sorted_tables if table.name in manifest.tables]
    for table in reversed(ours):  # what migrations put in, the archive has as well
        if connection.execute(select(text("1")).select_from(table).limit(1)).first():
            connection.execute(delete(table))
    loaded = 0
    for table in ours:
        loaded += _load(connection, archive, table, progress)
    if loaded != manifest.rows:
        raise ArchiveError(f"Nạp được {loaded} dòng, danh mục ghi {manifest.rows}.")
    migrate(connection, "head")
    return loaded


def settle(session: Session, archive: Reader, store: BlobStore, marks: Marks, now: datetime) -> Restored:
    """Make the loaded database a restored one: new epoch, nothing durable, numbers skipped, lost photos asked for again.

    The restore is journalled where no tablet reads. Durable is empty until the next verified backup: the archive just
    read may be the only copy there is.
    """
    epoch = uuid4().hex
    done = Restored(epoch)
    session.execute(delete(ServerState).where(ServerState.key.startswith(PREFIX, autoescape=True)))
    session.execute(delete(ServerState).where(ServerState.key == RESTORED))
    session.execute(update(ServerState).where(ServerState.key == "epoch").values(value=epoch, changed_at=now))
    session.execute(insert(ServerState).values(key=RESTORED, value=now.isoformat(), changed_at=now))
    made_at = datetime.fromisoformat(archive.manifest.made_at)
    done.skipped = number_skips.skip(session, marks, made_at=made_at, now=now)
    mark_rows.rebuild(session)  # what is passed over rests on them
    done.passed_over = mark_skips.pass_over(session, made_at=made_at, now=now)
    lost = [sha for sha in session.scalars(select(Blob.sha256).order_by(Blob.sha256)) if not store.has(sha)]
    done.expected_again = photo_check.expect_again(session, lost, now)
    state = {"made_at": archive.manifest.made_at, "old_epoch": archive.manifest.epoch, "epoch": epoch,
             "restored_at": now.isoformat(), "skipped": done.skipped, "passed_over": done.passed_over, "expected_again": done.expected_again}  # fmt: skip
    change = created("restore", SCOPE, state, actor=SYSTEM, at=now.isoformat())
    ledger.record(session, [change], now)
    inspection_summary.rebuild(session)
    register_rows.rebuild(session)
    photo_uses.rebuild(session)
    session.flush()
    return done


def restored_at(session: Session) -> datetime | None:
    """When this database was last restored, None where it never was."""
    found = session.scalar(select(ServerState.value).where(ServerState.key == RESTORED))
    return None if found is None else datetime.fromisoformat(found)


def _load(connection: Connection, archive: Reader, table: Table, progress: Progress) -> int:
    columns = archive.manifest.tables[table.name]["columns"]
    unknown = [name for name in columns if name not in table.c]
    if unknown:
        raise ArchiveError(f"Bảng {table.name} của bản sao lưu có cột lạ: {', '.join(unknown)}.")
    decode = decoder(table, columns, naive=connection.dialect.name == "sqlite")
    rows = archive.rows(table.name)
    count = 0
    while part := [decode(row) for row in islice(rows, CHUNK)]:
        connection.execute(insert(table), part)
        count += len(part)
        progress(len(part))
    _move_sequence_on(connection, table)
    return count


def _move_sequence_on(connection: Connection, table: Table) -> None:
    """Rows came with their numbers, so PostgreSQL's own counters must be told; SQLite looks at the rows."""
    key = list(table.primary_key.columns)
    if connection.dialect.name != "postgresql" or len(key) != 1 or not isinstance(key[0].type, Integer):
        return
    name = connection.scalar(select(func.pg_get_serial_sequence(table.name, key[0].name)))
    last = connection.scalar(select(func.max(key[0])))
    if name is not None and last is not None:
        connection.execute(select(func.setval(text(f"'{name}'"), last)))


def _put(archive: Reader, store: BlobStore, sha256: str) -> None:
    """Stage and promote, as an upload would: durable before anything names it, and whole or not at all."""
    staged_as = str(uuid4())
    store.begin(staged_as)
    digest, size = hashlib.sha256(), 0
    try:
        with store.appending(staged_as) as staged:
            for part in _parts(archive, sha256):
                staged.write(size, part)
                digest.update(part)
                size += len(part)
            if digest.hexdigest() != sha256:
                raise ArchiveError(f"Tệp ảnh {sha256} trong bản sao lưu không đúng mã băm.")
            staged.promote(sha256, size)
    except BaseException:
        store.discard(staged_as)
        raise


def _parts(archive: Reader, sha256: str) -> Iterator[bytes]:
    with archive.open(blob_member(sha256)) as member:
        while part := member.read(READ):
            yield part
