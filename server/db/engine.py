"""How an engine is prepared: SQLite needs its transactions taken out of the driver's hands, PostgreSQL its limits."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url

BUSY_TIMEOUT_MS = 5000
"""How long one writer waits for another on either engine (protocol, "The sequence")."""
CONNECT_TIMEOUT_S = 5


def options(database_url: str) -> dict[str, Any]:
    """Return how connections to this database are made and pooled.

    A connection that died with a restarted PostgreSQL is noticed and replaced before it is used, so that the server
    recovers by itself; a PostgreSQL that does not answer is given up after seconds, not minutes.
    """
    if make_url(database_url).get_backend_name() != "postgresql":
        return {}
    return {
        "pool_pre_ping": True,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_S},
    }


def prepare(engine: Engine) -> None:
    """Attach what the engine needs."""
    if engine.dialect.name == "sqlite":
        prepare_sqlite(engine)
    else:
        prepare_postgresql(engine)


def prepare_postgresql(engine: Engine) -> None:
    """Wait for a lock for seconds, then give up: the caller answers 503 or tries again."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.commit()  # or the first rollback would take the setting back


def prepare_sqlite(engine: Engine) -> None:
    """WAL, FULL sync, and our own BEGIN.

    The default driver breaks savepoints (two rows stayed after a rollback), and DEFERRED writes lost
    144 of 200 to "database is locked"; with these events 0 rows and 200 of 200.
    """
    if engine.url.database:
        with suppress(OSError):  # opening it says so, too, and names the file
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        how = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")
