"""The department and its server, started once; people, sites and tablets of each test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.app import create_app
from server.extensions import db
from server.settings import Settings
from tests.builders import Office, Person
from tests.conftest import settings_in
from tests.contract.live import ROOT, LiveServer
from tests.contract.tablet.field import code_for
from tests.contract.tablet.program import TabletProgram
from tests.server.api.wire import Site, site_of


@dataclass
class Department:
    """The office and its server."""

    office: Office
    live: LiveServer
    settings: Settings

    def flask(self, *arguments: str) -> dict[str, Any]:
        """Run one command of the server's; return what it said."""
        environment = {**os.environ, "DATABASE_URL": self.settings.database_url, "BLOB_URL": self.settings.blob_url,
                       "SECRET_KEY": self.settings.secret_key or ""}  # fmt: skip
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments, "--json"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def loses_its_disk(self, backup: Path) -> None:
        """Stop, lose database and photos, restore, serve again under the same address."""
        self.live.stops()
        with self.office.app.app_context():
            db.engine.dispose()
        for file in self.live.folder.glob("test.sqlite3*"):
            file.unlink()
        shutil.rmtree(self.live.folder / "blobs")
        self.flask("restore", str(backup))
        self.live.starts()


@contextmanager
def serving(template: Path, folder: Path, **how: Any) -> Iterator[Department]:
    """Serve a new department's database from a folder."""
    shutil.copy(template, folder / "test.sqlite3")
    settings = settings_in(folder)
    app = create_app(settings)
    office, live = Office(app), LiveServer(settings, folder, **how)
    office.has_organisation()
    try:
        live.starts()
        yield Department(office, live, settings)
    finally:
        live.stops()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def department(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """Started once for the tests of a file; each has its own people and sites."""
    with serving(template_database, tmp_path_factory.mktemp("department")) as department:
        yield department


@pytest.fixture
def office(department: Department) -> Office:
    """The department's office."""
    return department.office


@pytest.fixture
def live(department: Department) -> LiveServer:
    """The department's server."""
    return department.live


@pytest.fixture
def blob_url(department: Department) -> str:
    """Where its photos are."""
    return department.settings.blob_url


@pytest.fixture
def database(office: Office) -> Iterator[Session]:
    """A look into the database."""
    with office.app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session


@pytest.fixture
def leader(office: Office) -> Person:
    """A team leader of a department."""
    return office.hires("team_leader", "Nguyễn Văn Kiểm")


@pytest.fixture
def site(office: Office, leader: Person) -> Site:
    """A station to be inspected."""
    return site_of(office, leader)


@pytest.fixture
def tablet_of(live: LiveServer) -> Iterator[Callable[..., TabletProgram]]:
    """Switch tablets on."""
    tablets: list[TabletProgram] = []

    def make(url: str = live.url) -> TabletProgram:
        tablets.append(TabletProgram.starts(url))
        return tablets[-1]

    yield make
    for tablet in tablets:
        tablet.ends()


@pytest.fixture
def tablet(tablet_of: Callable[..., TabletProgram], office: Office, leader: Person, site: Site) -> TabletProgram:
    """The leader's tablet after its first sync."""
    tablet = tablet_of()
    tablet.enrols(code_for(office, leader))
    assert tablet.syncs()["state"] == "done"
    return tablet
