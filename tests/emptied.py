"""One PostgreSQL database for many tests: emptied before each, made anew where a test left another one behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg.sql import SQL, Composable, Composed, Identifier
from sqlalchemy import make_url

from tests.postgres import Cluster

_SHAPE = "SELECT n.nspname, c.relname, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1, 2"
_TRIGGERS = "SELECT tgrelid::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
"""Tests that play an operator switch the journal's triggers off."""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_KEPT = "ban_dau"
"""The schema that remembers which rows the migrations put in."""


@dataclass
class EmptiedDatabase:
    """Copying and dropping a database for each of nine hundred tests took half a second of CPU a test; this, 10 ms."""

    cluster: Cluster
    template: str
    url: str = ""
    _shape: list[tuple[object, ...]] = field(default_factory=list)
    _script: Composed = field(default_factory=lambda: Composed([]))
    _made: ExitStack = field(default_factory=ExitStack)

    def empty(self) -> str:
        """Give the database as the migrations left it; its URL."""
        if not self.url:
            self._make()
            return self.url
        with psycopg.connect(self._plain, autocommit=True) as connection:
            connection.execute(_OTHERS)
            is_ours = _shape_of(connection) == self._shape
            if is_ours:
                connection.execute(self._script)
        if not is_ours:  # a restore builds its tables anew
            self.drop()
            self._make()
        return self.url

    def drop(self) -> None:
        """Drop it."""
        self._made.close()

    def _make(self) -> None:
        self.url = self._made.enter_context(self.cluster.database(self.template))
        with psycopg.connect(self._plain, autocommit=True) as connection:
            names = [str(name) for _, name, _ in connection.execute(_SHAPE) if name != "alembic_version"]
            pairs = [(Identifier(name), Identifier(_KEPT, name)) for name in names]
            connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(_KEPT)))
            for table, kept in pairs:
                connection.execute(SQL("CREATE TABLE {} AS TABLE {}").format(kept, table))
            sequences = connection.execute(
                "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
            ).fetchall()
            self._shape = _shape_of(connection)
        # As a replica, so that neither journal triggers nor foreign keys stand in the way.
        steps: list[Composable] = [SQL("BEGIN"), SQL("SET LOCAL session_replication_role = replica")]
        steps += [SQL("DELETE FROM {}").format(table) for table, _ in pairs]
        steps += [SQL("INSERT INTO {} TABLE {}").format(table, kept) for table, kept in pairs]
        steps += [SQL("ALTER SEQUENCE {} RESTART").format(Identifier(str(name))) for (name,) in sequences]
        self._script = SQL("; ").join([*steps, SQL("COMMIT")])

    @property
    def _plain(self) -> str:
        return make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)


def _shape_of(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [*connection.execute(_SHAPE), *connection.execute(_TRIGGERS)]


@contextmanager
def emptied(cluster: Cluster, template: str) -> Iterator[EmptiedDatabase]:
    """Give a worker's database for the tests of a session."""
    found = EmptiedDatabase(cluster, template)
    try:
        yield found
    finally:
        found.drop()
