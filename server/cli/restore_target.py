"""Where a restore goes: the old database moves aside and the new one takes its place in one step, or not at all."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from server.db import engine as preparing
from server.db.base import Model
from server.services.restore import Marks, is_in_use, number_marks
from server.storage.whole_file import sync_folder

ASIDE = "truoc-khoi-phuc"
_TRIGGER_FUNCTIONS = text(
    "SELECT DISTINCT p.proname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relname = ANY(:tables) AND c.relnamespace = CAST(current_schema() AS regnamespace) "
    "AND p.pronamespace = c.relnamespace ORDER BY p.proname"
)
"""What keeps the tables append-only goes where they go: the migrations make it anew."""


class TargetError(Exception):
    """A database that cannot be replaced now; the message says what to do."""


@contextmanager
def target_of(engine: Engine, now: datetime) -> Iterator[Target]:
    """Open the database that the settings name, and keep other writers away meanwhile."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        with Path(f"{path}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield SqliteTarget(path, now)
    else:
        with engine.connect() as connection, connection.begin():
            yield PostgresTarget(connection, now)
    engine.dispose()


class SqliteTarget:
    """A file: the new one is built beside it, the old one gets a second name, then one rename swaps them."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path, self._new = path, path.with_name(f"{path.name}.dang-khoi-phuc")
        self._aside = path.with_name(f"{path.name}.{ASIDE}-{now:%Y%m%d-%H%M%S}")
        self.aside: str | None = None
        self.marks: Marks = {}
        self.is_in_use = False
        if path.exists() and path.stat().st_size:
            self._look()
            with suppress(sqlite3.DatabaseError):
                _close_wal(path)  # refuses now, before an hour's work, where a server has it open

    @contextmanager
    def filling(self) -> Iterator[Connection]:
        """Give the new file's connection; swap the files at the end."""
        for part in _parts(self._new):
            part.unlink(missing_ok=True)  # left by a restore that was killed
        new = create_engine(f"sqlite:///{self._new}")
        preparing.prepare(new)
        try:
            with new.connect() as connection:
                yield connection
                connection.commit()
            new.dispose()
            _close_wal(self._new)
            self._swap()
        finally:
            new.dispose()
            for part in _parts(self._new):
                part.unlink(missing_ok=True)

    def _look(self) -> None:
        """See whether the old file is in use by people; one that cannot be read is not to be lost either."""
        old = create_engine(f"sqlite:///{self._path}")
        try:
            with old.connect() as connection:
                self.is_in_use = is_in_use(connection)
                self.marks = number_marks(connection)
        except DatabaseError:
            self.is_in_use, self.marks = True, {}
        finally:
            old.dispose()

    def _swap(self) -> None:
        with suppress(sqlite3.DatabaseError):  # a damaged old file keeps its log beside it
            _close_wal(self._path)
        if self.is_in_use:
            for part in _parts(self._path):
                if part.exists():
                    os.link(part, f"{self._aside}{str(part).removeprefix(str(self._path))}")
            self.aside = str(self._aside)
        for log in _parts(self._path)[1:]:
            log.unlink(missing_ok=True)
        self._new.replace(self._path)
        sync_folder(self._path.parent)


class PostgresTarget:
    """A schema: old tables move to a schema aside and new ones are filled, all in one transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._aside = f"{ASIDE.replace('-', '_')}_{now:%Y%m%d_%H%M%S}"
        self.aside: str | None = None
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        self._tables = [
            n for n in inspect(connection).get_table_names() if n in Model.metadata.tables or n == "alembic_version"
        ]
        try:
            for name in sorted(self._tables):
                connection.execute(text(f'LOCK TABLE "{name}" IN ACCESS EXCLUSIVE MODE'))
        except OperationalError as error:
            raise TargetError("máy chủ đang dùng cơ sở dữ liệu: hãy dừng máy chủ rồi khôi phục.") from error
        self._functions = connection.scalars(_TRIGGER_FUNCTIONS, {"tables": self._tables}).all()
        self.is_in_use = is_in_use(connection)
        self.marks = number_marks(connection)

    @contextmanager
    def filling(self) -> Iterator[Connection]:
        """Move the old tables aside, or drop them where nobody used them."""
        if self._tables and self.is_in_use:
            self._connection.execute(text(f'CREATE SCHEMA "{self._aside}"'))
            self.aside = f"schema {self._aside}"
            for name in self._tables:
                self._connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA "{self._aside}"'))
            for name in self._functions:
                self._connection.execute(text(f'ALTER FUNCTION "{name}"() SET SCHEMA "{self._aside}"'))
        elif self._tables:
            names = ", ".join(f'"{name}"' for name in self._tables)
            self._connection.execute(text(f"DROP TABLE {names} CASCADE"))
            for name in self._functions:
                self._connection.execute(text(f'DROP FUNCTION "{name}"()'))
        yield self._connection


Target = SqliteTarget | PostgresTarget
"""A database that may be replaced. `aside` is where the old one was kept, once it was."""


def _parts(path: Path) -> list[Path]:
    """An SQLite database's files: itself, its write-ahead log and the log's index."""
    return [path, Path(f"{path}-wal"), Path(f"{path}-shm")]


def _close_wal(path: Path) -> None:
    """Fold the write-ahead log into the file; refuses while anybody else has the file open."""
    if not path.exists():
        return
    connection = sqlite3.connect(path, timeout=2)
    try:
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise TargetError("máy chủ đang dùng cơ sở dữ liệu: hãy dừng máy chủ rồi khôi phục.") from error
    finally:
        connection.close()
    if mode != "delete":
        raise TargetError("máy chủ đang dùng cơ sở dữ liệu: hãy dừng máy chủ rồi khôi phục.")
