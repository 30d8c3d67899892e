"""Reads that may not last for ever: one thread of each process looks after all of them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOK_EVERY_S = 5.0
_until: dict[socket.socket, float] = {}
_starting = threading.Lock()
_watcher: threading.Thread | None = None


@contextmanager
def within(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Let a read inside that still waits on this connection after so long (5 s more at most) end, as if it were closed.

    A timer for each read, a thread of its own, cost more CPU than the read, and under load a turn of every thread.
    """
    _watch()
    _until[connection] = time.monotonic() + seconds
    try:
        yield
    finally:
        _until.pop(connection, None)


def _watch() -> None:
    global _watcher  # noqa: PLW0603 - one for the process, begun with the first read: a fork would not take it along
    if _watcher is None:
        with _starting:
            if _watcher is None:
                _watcher = threading.Thread(target=_look, name="deadlines", daemon=True)
                _watcher.start()


def _look() -> None:
    while True:
        time.sleep(LOOK_EVERY_S)
        now = time.monotonic()
        for connection, until in _until.copy().items():
            if until <= now:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
