"""Each test's own server on an empty, migrated database: a file copied on SQLite, one emptied again on PostgreSQL.

What asks for a database runs on both engines under the folders of `ON_BOTH`; `-k "not postgresql"` leaves one half out.
"""

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
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from server.app import create_app
from server.extensions import db, limiter
from server.settings import Settings
from tests import postgres
from tests.builders import Office
from tests.contract.live import LiveServer
from tests.emptied import EmptiedDatabase, emptied
from tests.postgres import Cluster
from tests.routes import compile_once
from tests.seaweed import BUCKET, Seaweed

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ON_BOTH = ("server", "migrations", "contract", "crash")
"""Folders whose tests run on both engines. Journeys and browsers look at what lies above the database."""
RUN = pytest.StashKey[postgres.Run]()
SECRET = "a-secret-for-tests-only-0123456789abcdef"


class Compiled(BytecodeCache):
    """Pages compiled once for all apps of a run: each test has an app of its own, and compiling cost a third of its time."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what an earlier app compiled from the same source."""
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._known[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
compile_once()

hypothesis_settings.register_profile(
    "ci", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
hypothesis_settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often and with which seed tests/crash kills the server, and procedures meet their second computation."""
    parser.addoption("--kills", type=int, help="kills of the server in tests/crash")
    parser.addoption("--kill-seed", type=int, help="repeats a run of tests/crash")
    parser.addoption("--comparisons", type=int, help="comparisons of each procedure in tests/checklists/procedures")
    parser.addoption("--comparison-seed", type=int, help="other readings for them")


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run where a person started it; workers belong to that one."""
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = postgres.Run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run that was begun here."""
    if RUN in config.stash:
        config.stash[RUN].end()


def engines_of(item: pytest.Item | pytest.Metafunc) -> tuple[str, ...]:
    """Name the engines that a test runs on."""
    node = item.definition if isinstance(item, pytest.Metafunc) else item
    folder = node.path.relative_to(Path(__file__).parent).parts[0]
    if folder not in ON_BOTH or node.get_closest_marker("sqlite_only"):
        return (SQLITE,)
    return (POSTGRESQL,) if node.get_closest_marker("postgresql_only") else (SQLITE, POSTGRESQL)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on every engine what asks for a database, directly or through a fixture."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", engines_of(metafunc))


def settings_in(folder: Path, database_url: str | None = None) -> Settings:
    """Settings of a server that lives in one folder; its database too, where no other is given."""
    return Settings(
        database_url=database_url or f"sqlite:///{folder / 'test.sqlite3'}",
        blob_url=f"file:{folder / 'blobs'}",
        secret_key=SECRET,
        public_url="https://kiemtra.bacninh.gov.vn",
        instance=folder,
        log_level="WARNING",
    )


def migrate(settings: Settings) -> None:
    """Run all migrations on a database."""
    app = create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        if db.engine.dialect.name == SQLITE:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all migrations run and nothing in it."""
    folder = tmp_path_factory.mktemp("template")
    migrate(settings_in(folder))
    return folder / "test.sqlite3"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The run's PostgreSQL."""
    with postgres.cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def template_name(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The PostgreSQL database with all migrations run; the first worker that asks makes it for all."""
    name = f"{cluster.prefix}_template"
    with postgres.alone():
        if not cluster.has(name):
            cluster.create(name, "template0")
            migrate(settings_in(tmp_path_factory.mktemp("template"), cluster.url(name)))
    return name


@pytest.fixture(scope="session")
def emptied_database(cluster: Cluster, template_name: str) -> Iterator[EmptiedDatabase]:
    """This worker's PostgreSQL database."""
    with emptied(cluster, template_name) as database:
        yield database


@pytest.fixture
def settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings of this test's own server; its database is migrated and empty."""
    if engine == SQLITE:
        shutil.copy(request.getfixturevalue("template_database"), tmp_path / "test.sqlite3")
        yield settings_in(tmp_path)
    else:
        database: EmptiedDatabase = request.getfixturevalue("emptied_database")
        yield settings_in(tmp_path, database.empty())


def _never_waits_for_the_disk(engine: Engine) -> None:
    """A third of a page test was SQLite's fsync. Processes that are killed have their own engines, and sync fully."""
    if engine.dialect.name == SQLITE:
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """This test's own server."""
    app = create_app(settings)
    app.testing = False  # answers errors as users see them
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        _never_waits_for_the_disk(db.engine)
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


@pytest.fixture
def live(settings: Settings, tmp_path: Path) -> Iterator[LiveServer]:
    """A serving server: on PostgreSQL two processes of four threads, on SQLite one of eight."""
    server = LiveServer(settings, tmp_path)
    try:
        server.starts()
        yield server
    finally:
        server.stops()


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


@pytest.fixture
def database(app: Flask) -> Iterator[Session]:
    """A look into the database beside the requests: no app context around them, so that each has its own session and `g`.

    Its view is that of its first question until it rolls back.
    """
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session
