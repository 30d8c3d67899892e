"""Making a backup: one consistent view of every table, every blob it names, verified before anything relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, inspect, select, text
from sqlalchemy.orm import Session

from server.db.base import Model
from server.db.journal import ServerState
from server.errors import Problem, ProblemCode
from server.security import envelope
from server.services import ledger, photo_check
from server.services.archive import KEY, READ, Manifest, Progress, Reader, Writer, blob_member, encode, table_member
from server.services.durability import PREFIX
from server.storage.blobs import BlobStore

CHUNK = 1000
REVISION = text("SELECT version_num FROM alembic_version")


def begin_reading(connection: Connection) -> Connection:
    """Make this connection's next transaction one unmoving view of the database, which no writer waits for."""
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    _tables(connection)  # the first question fixes the view; it also refuses a database without our tables
    return connection


def size(connection: Connection) -> int:
    """Count what `write` will report: rows and blobs."""
    tables = Model.metadata.sorted_tables
    rows = sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
    return rows + (connection.scalar(select(func.count()).select_from(Model.metadata.tables["blob"])) or 0)


def write(
    connection: Connection, store: BlobStore, file: BinaryIO, *, key: bytes | None, passphrase: str | None,
    now: datetime, progress: Progress = lambda _done: None,
) -> Manifest:  # fmt: skip
    """Write the archive from a connection prepared by `begin_reading`; return its manifest.

    A blob that the store no longer has, or has changed, is named in `missing`: the rest is worth keeping all the same.
    `key` is the server's signing key (PEM), closed under the passphrase.
    """
    tables = _tables(connection)
    epoch = connection.scalar(select(ServerState.value).where(ServerState.key == "epoch"))
    manifest = Manifest(revision=str(connection.scalar(REVISION)), epoch=str(epoch), made_at=now.isoformat())
    with Writer(file, manifest) as writer:
        for table in tables:
            # Plain text: reflected names are more than that.
            columns = ["".join(column.name) for column in table.columns]
            said = manifest.tables["".join(table.name)] = {"columns": columns, "rows": 0}
            writer.add(table_member(table.name), _lines(connection, table, said, progress), packed=True)
        scopes = Model.metadata.tables["scope"]
        for scope, seq, head in connection.execute(select(scopes.c.scope, scopes.c.seq, scopes.c.head)):
            manifest.heads[scope] = [seq, head]
        for sha256 in connection.scalars(select(Model.metadata.tables["blob"].c.sha256).order_by("sha256")):
            if photo_check.is_whole(store, sha256):
                writer.add(blob_member(sha256), _blob(store, sha256), packed=False)
            else:
                manifest.missing.append(sha256)
            progress(1)
        if key is not None and passphrase is not None:
            writer.add(KEY, [envelope.close(key, passphrase)], packed=False)
        writer.close()
    return manifest


def check(path: Path, progress: Progress = lambda _done: None) -> Manifest:
    """Read a finished archive back whole; ArchiveError names what is wrong."""
    with Reader(path) as archive:
        archive.verify(progress)
        return archive.manifest


def mark_durable(session: Session, manifest: Manifest, now: datetime) -> int:
    """Tell tablets up to where the verified backup reaches; return how many scopes that is.

    Nothing is told while a photo's bytes are missing, or where the database was restored meanwhile.
    """
    if manifest.missing or ledger.epoch(session) != manifest.epoch:
        return 0
    session.execute(delete(ServerState).where(ServerState.key.startswith(PREFIX, autoescape=True)))
    rows = [{"key": PREFIX + scope, "value": str(seq), "changed_at": now} for scope, (seq, _) in manifest.heads.items()]
    if rows:
        session.execute(insert(ServerState), rows)
    return len(rows)


def _tables(connection: Connection) -> list[Table]:
    """Our tables as they are in this database; refuses one whose migrations were not run."""
    found = set(inspect(connection).get_table_names())
    missing = [name for name in Model.metadata.tables if name not in found]
    if missing or "alembic_version" not in found:
        raise Problem(ProblemCode.CONFLICT, "Cơ sở dữ liệu chưa đủ bảng: hãy chạy `flask db upgrade` trước.")
    reflected = MetaData()
    reflected.reflect(connection, only=list(Model.metadata.tables))
    return reflected.sorted_tables


def _lines(connection: Connection, table: Table, said: dict[str, Any], progress: Progress) -> Iterator[bytes]:
    found = connection.execute(
        select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": CHUNK}
    )
    for rows in found.partitions():
        yield b"".join(encode(row) for row in rows)
        said["rows"] += len(rows)
        progress(len(rows))


def _blob(store: BlobStore, sha256: str) -> Iterator[bytes]:
    with store.open(sha256) as file:
        while part := file.read(READ):
            yield part
