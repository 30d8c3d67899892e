"""gunicorn that is killed again and again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from flask import Flask

from server.extensions import db
from server.settings import Settings
from server.storage import open_store
from tests.contract.live import LiveServer
from tests.crash import truth
from tests.crash.field import FieldTablet


class KilledServer(LiveServer):
    """gunicorn whose worker is forked from a loaded master, so that one that was killed is back at once."""

    def loses_its_worker(self) -> None:
        """Kill -9 the worker; the master forks another."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        for pid in children.split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def is_up(self) -> None:
        """Wait until requests are answered again."""
        for _ in range(3000):
            if self.answers():
                return
            time.sleep(0.02)
        raise AssertionError("the server did not come back")


def look(app: Flask, settings: Settings, one: FieldTablet) -> None:
    """Open the database and check everything."""
    with app.app_context():
        truth.check(db.session(), open_store(settings.blob_url), one.acknowledged, one.kit.device_id)
        db.session.remove()
