"""Migrations: up, down, and equal to what the tables say; the journal's triggers. On both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.app import create_app
from server.extensions import db
from tests.builders import Office
from tests.conftest import SQLITE, settings_in
from tests.server.api.wire import Wire, site_of


@pytest.fixture
def empty(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A server whose database has no tables yet."""
    if engine == SQLITE:
        app = create_app(settings_in(tmp_path))
        yield app
        with app.app_context():
            db.engine.dispose()
        return
    with request.getfixturevalue("cluster").database() as url:
        app = create_app(settings_in(tmp_path, url))
        yield app
        with app.app_context():
            db.engine.dispose()


def test_up_down_up_again(empty: Flask) -> None:
    with empty.app_context():
        flask_migrate.upgrade()
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        flask_migrate.upgrade()
        flask_migrate.check()
        assert "journal" in inspect(db.engine).get_table_names()


def test_a_database_with_entries_comes_up_down_and_up(empty: Flask) -> None:
    """The triggers refuse to change an entry, not to take the whole table down with its migration."""
    with empty.app_context():
        flask_migrate.upgrade()
    Office(empty).registers_establishment()
    with empty.app_context():
        flask_migrate.downgrade(revision="base")
        flask_migrate.upgrade()
        assert db.session.execute(text("SELECT count(*) FROM journal")).scalar_one() == 0
        db.session.remove()


CHANGES = ["UPDATE journal SET entry = '{}'", "DELETE FROM journal", "UPDATE journal SET seq = seq + 1 WHERE seq = 1",
           "DELETE FROM journal WHERE seq = 1"]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_the_journal_refuses_every_change(office: Office, database: Session, change: str) -> None:
    refuses(office, database, change)


REPLACEMENTS = ["INSERT OR REPLACE INTO journal SELECT scope, seq, op_id, '{}', hash, kind, doc_id, actor, received_at FROM journal",
                "INSERT OR REPLACE INTO journal (rowid, scope, seq, entry, hash, kind, doc_id) VALUES (1, 'x', 1, '', '', '', '')",
                "INSERT OR REPLACE INTO journal SELECT 'x', 1, op_id, '{}', hash, kind, doc_id, actor, received_at FROM journal WHERE op_id IS NOT NULL"]  # fmt: skip


@pytest.mark.sqlite_only("PostgreSQL's ON CONFLICT DO UPDATE is an UPDATE")
@pytest.mark.parametrize("change", REPLACEMENTS)
def test_the_journal_refuses_to_have_an_entry_replaced(
    office: Office, client: FlaskClient, database: Session, change: str
) -> None:
    leader = office.hires("team_leader")
    wire = Wire(client, office.enrols(leader))
    wire.push(wire.finding(site_of(office, leader)))
    refuses(office, database, change)


@pytest.mark.postgresql_only("SQLite has no TRUNCATE")
@pytest.mark.parametrize("change", ["TRUNCATE journal", "TRUNCATE journal, feed, document CASCADE"])
def test_the_journal_refuses_to_be_emptied(office: Office, database: Session, change: str) -> None:
    refuses(office, database, change)


def refuses(office: Office, database: Session, change: str) -> None:
    """Try to change an entry; the database says no and keeps it."""
    office.registers_establishment()
    before = database.execute(text("SELECT scope, seq, entry, hash FROM journal")).all()
    with pytest.raises(DBAPIError, match="append-only"):
        database.execute(text(change))
    database.rollback()
    assert database.execute(text("SELECT scope, seq, entry, hash FROM journal")).all() == before != []
