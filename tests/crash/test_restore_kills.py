"""kill -9 of `flask restore` at random moments: the old database or the restored one, never a piece of either."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.db.documents import Document
from server.extensions import db
from server.services import journal, ledger
from server.settings import ROOT, Settings
from tests.builders import Office

STARTUP = 0.6
"""Part of the command's time in which it only loads: hardly any kill is spent on it."""


@dataclass
class Restoring:
    """One database, a backup of its first day, and what stood in it before and after the second."""

    app: Flask
    settings: Settings
    archive: Path

    def command(self, *words: str) -> list[str]:
        """A command as a person types it."""
        return [sys.executable, "-m", "flask", "--app", "wsgi", *words]

    def starts(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command in a process of its own."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        environment = {**os.environ, "DATABASE_URL": self.settings.database_url, "BLOB_URL": self.settings.blob_url}
        out = subprocess.DEVNULL
        return subprocess.Popen(self.command(*words), cwd=ROOT, env=environment, stdout=out, stderr=out)

    def restores(self) -> subprocess.Popen[bytes]:
        """Start a restore over what is there."""
        return self.starts("restore", str(self.archive), "--force")

    def stands(self) -> tuple[str, int]:
        """The epoch and the number of establishments; the journal must be whole."""
        with self.app.app_context():
            session = db.session()
            assert journal.verify(session).is_whole
            sites = select(func.count()).select_from(Document).where(Document.kind == "establishment")
            found = ledger.epoch(session), session.scalar(sites) or 0
            db.session.remove()
        return found


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_restore_leaves_the_old_or_the_new(
    app: Flask, settings: Settings, office: Office, tmp_path: Path, kills: int, kill_seed: int
) -> None:
    dice = random.Random(kill_seed)
    print(f"seed {kill_seed}")  # noqa: T201 - how to repeat a failure
    one = Restoring(app, settings, tmp_path / "day-1.zip")
    for _ in range(60):
        office.registers_establishment()
    assert one.starts("backup", str(one.archive)).wait() == 0
    first_day = one.stands()[1]
    for _ in range(40):
        office.registers_establishment()
    old = one.stands()
    begun = time.monotonic()
    assert one.restores().wait() == 0
    took = time.monotonic() - begun
    assert one.stands()[1] == first_day < old[1]
    restored = 0
    for _ in range(max(6, kills // 4)):
        office.registers_establishment()
        before = one.stands()
        process = one.restores()
        time.sleep(dice.uniform(STARTUP, 1.1) * took)
        process.kill()
        process.wait()
        now = one.stands()
        assert now == before or (now[0] != before[0] and now[1] == first_day)
        restored += now != before
    print(f"{restored} restores were over before their kill")  # noqa: T201 - what the run has shown
    assert one.restores().wait() == 0
    assert one.stands()[1] == first_day
