"""The server as it is served, for clients that are real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.settings import Settings
from tests.contract.live import LiveServer


@pytest.fixture
def live(settings: Settings, tmp_path: Path) -> Iterator[LiveServer]:
    """A serving server: on PostgreSQL two processes of four threads, on SQLite one of eight."""
    server = LiveServer(settings, tmp_path)
    try:
        server.starts()
        yield server
    finally:
        server.stops()
