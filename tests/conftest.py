"""One migrated template database a session, copied for each test: real commits, real WAL, 1 ms a test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session

from server.app import create_app
from server.extensions import db, limiter
from server.settings import Settings
from tests.builders import Office
from tests.seaweed import BUCKET, Seaweed

SECRET = "a-secret-for-tests-only-0123456789abcdef"

hypothesis_settings.register_profile(
    "ci", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("ci")


def settings_in(folder: Path) -> Settings:
    """Settings of a server that lives in one folder."""
    return Settings(
        database_url=f"sqlite:///{folder / 'test.sqlite3'}",
        blob_url=f"file:{folder / 'blobs'}",
        secret_key=SECRET,
        public_url="https://kiemtra.bacninh.gov.vn",
        instance=folder,
        log_level="WARNING",
    )


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all migrations run and nothing in it."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(settings_in(folder))
    with app.app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder / "test.sqlite3"


@pytest.fixture
def settings(tmp_path: Path, template_database: Path) -> Settings:
    """Settings of this test's own server; its database is migrated and empty."""
    shutil.copy(template_database, tmp_path / "test.sqlite3")
    return settings_in(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """This test's own server."""
    app = create_app(settings)
    app.testing = False  # answers errors as users see them
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        limiter.reset()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A plain HTTP client, without an app context around it."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session to look into the database; writes go through `office` or `writing`."""
    with app.app_context():
        yield db.session()


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """A real object store, started once; it must stand and answer again when a test that stopped it ends."""
    server = Seaweed(tmp_path_factory.mktemp("seaweed"))
    try:
        server.starts()
        yield server
    finally:
        server.stops()


@pytest.fixture
def s3_url(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty place in the object store, with the environment that reaches it."""
    for name, value in seaweed.environ.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{uuid4().hex}"


@pytest.fixture
def office(app: Flask) -> Office:
    """The department: hires people, opens campaigns, registers sites."""
    return Office(app)
