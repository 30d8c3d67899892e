"""Both engines keep the same values, wait as long for a lock, and come back by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import ServerState
from server.extensions import db
from server.settings import Settings
from tests.builders import PASSWORD, Office
from tests.postgres import Cluster
from tests.server.api.wire import Wire, site_of
from tests.server.pages.scene import Desk

HANOI = timezone(timedelta(hours=7))
VALUES: list[Any] = [
    {"a": "\0", "b": "trước\0sau"}, {"ổ": ["Đ", "đ", "ư\u0323"]}, {"n": [2**53, -(2**63), 2**64 - 1]},
    {"emoji": "🧪", "rtl": "\u202e", "line": "a\r\n\tb"}, {"t": True, "f": False, "n": None, "e": {}, "l": []},
    {"decimal": "0.300", "exp": "1e3"},
]  # fmt: skip


def test_the_run_is_really_on_this_engine(engine: str, app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert db.engine.dialect.name == engine
        if engine == "postgresql":
            assert db.engine.dialect.driver == "psycopg"
            assert str(connection.execute(text("SELECT version()")).scalar_one()).startswith("PostgreSQL 1")
            for name, value in (
                ("server_encoding", "UTF8"),
                ("transaction_isolation", "read committed"),
                ("lock_timeout", "5s"),
            ):
                assert connection.execute(text(f"SHOW {name}")).scalar_one() == value
        else:
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


@pytest.mark.parametrize("value", VALUES, ids=[next(iter(v)) for v in VALUES])
def test_json_comes_back_as_it_went(database: Session, app: Flask, value: Any) -> None:
    database.add(Document(kind="x", id="x", scope="x", parent=None, rev=1, is_deleted=False, state=value))
    database.commit()
    database.expire_all()
    assert database.scalars(select(Document.state)).one() == value
    assert "\0" not in str(database.execute(text("SELECT state FROM document")).scalar_one())


@pytest.mark.parametrize("at", [
    datetime(2026, 1, 1, 0, 0, 0, 1, HANOI), datetime(2026, 12, 31, 23, 59, 59, 999999, UTC), datetime(1970, 1, 1, tzinfo=HANOI),
])  # fmt: skip
def test_instants_come_back_in_utc_to_the_microsecond(database: Session, at: datetime) -> None:
    database.add(ServerState(key="at", value="", changed_at=at))
    database.commit()
    database.expire_all()
    found = database.get_one(ServerState, "at").changed_at
    assert (found, found.tzinfo) == (at, UTC)


def test_a_naive_instant_is_refused(database: Session) -> None:
    database.add(ServerState(key="at", value="", changed_at=datetime(2026, 1, 1)))  # noqa: DTZ001  # what is refused
    with pytest.raises(StatementError, match="naive"):
        database.flush()


HOSTILE = ["a\0b", "\ud800", "x" * 5000, "' OR 1=1 --", "%_\\", "\u202e\ufeff"]


@pytest.mark.parametrize("typed", HOSTILE, ids=["nul", "surrogate", "long", "sql", "like", "invisible"])
def test_hostile_text_in_forms_and_addresses_is_no_surprise(client: FlaskClient, office: Office, typed: str) -> None:
    """Text that PostgreSQL cannot store is answered like any other wrong text, never by a 500."""
    supervisor = office.hires("supervisor")
    sent = typed.encode("utf-8", "surrogatepass")
    desk = Desk(client)
    wrong = desk.sends(desk.opens("/sign-in"), "/sign-in", username=sent, password=PASSWORD)
    assert wrong.status_code < 500
    desk.signs_in(supervisor)
    asked = {"campaign": sent, "status": sent, "q": sent, "page": sent}
    for path in ("/", "/quarantine", "/tablets"):
        assert client.get(path, query_string=asked).status_code == (400 if "\0" in typed else 200)
    tablet = Wire(client.application.test_client(), office.enrols(supervisor))
    for body in ({"series": typed, "year": 2026, "count": 1}, {"series": "BB-ĐKT", "year": 2**40, "count": 2**70}):
        assert 400 <= tablet.post("/leases", body).status_code < 500


@contextmanager
def down(cluster: Cluster, settings: Settings) -> Iterator[None]:
    """Let nobody into the database, and throw out who is in it."""
    name = str(make_url(settings.database_url).database)
    cluster.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    thrown_out(cluster, name)
    try:
        yield
    finally:
        cluster.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def thrown_out(cluster: Cluster, name: str) -> None:
    """End every connection to a database, as a restart does."""
    cluster.admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])


@pytest.mark.postgresql_only("a file is not down")
def test_a_database_that_is_down_is_503_and_comes_back(
    client: FlaskClient, office: Office, cluster: Cluster, settings: Settings
) -> None:
    tablet = Wire(client, office.enrols(office.hires("team_leader")))
    site = site_of(office, tablet.kit.user)
    supervisor = office.hires("supervisor")
    person = client.application.test_client()
    Desk(person).signs_in(supervisor)
    assert person.get("/").status_code == 200
    op = tablet.finding(site)
    with down(cluster, settings):
        refused = tablet.post("/sync/push", {"protocol": 1, "epoch": "", "ops": [op]})
        assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
        assert refused.get_json()["code"] == "unavailable"
        assert tablet.post("/sync/pull", {"cursor": None}).headers["Retry-After"] == "3"
        page = person.get("/")
        assert (page.status_code, page.headers["Retry-After"], page.mimetype) == (503, "3", "text/html")
        assert "thử lại" in page.get_data(as_text=True)
        assert person.get("/readyz").status_code == 503
        assert person.get("/healthz").status_code == 200
    assert tablet.one(op)["status"] == "applied"
    assert person.get("/").status_code == 200
    assert person.get("/readyz").status_code == 200


@pytest.mark.postgresql_only("a file is not restarted")
def test_connections_that_a_restart_ended_are_replaced_unseen(
    client: FlaskClient, office: Office, cluster: Cluster, settings: Settings
) -> None:
    tablet = Wire(client, office.enrols(office.hires("team_leader")))
    site = site_of(office, tablet.kit.user)
    for item in ("FU02", "FU03"):
        thrown_out(cluster, str(make_url(settings.database_url).database))
        assert tablet.one(tablet.finding(site, item))["status"] == "applied"


@pytest.mark.postgresql_only("SQLite's own lock is never fought for: see web/transaction")
def test_a_lock_not_had_in_time_is_503_and_nothing_is_lost(
    client: FlaskClient, office: Office, settings: Settings, database: Session
) -> None:
    tablet = Wire(client, office.enrols(office.hires("team_leader")))
    site = site_of(office, tablet.kit.user)
    op = tablet.finding(site)
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other:
        other.execute("SELECT 1 FROM scope WHERE scope = %s FOR UPDATE", [site.scope])
        refused = tablet.post("/sync/push", {"protocol": 1, "epoch": "", "ops": [op]})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
        assert database.get(Document, ("finding", op["id"])) is None
        other.rollback()
    assert tablet.one(op)["status"] == "applied"
