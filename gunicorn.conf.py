"""gunicorn: threads, so that a slow radio link holds a thread and not the server."""

import os
import socket
import struct
from typing import Any

_on_sqlite = os.environ.get("DATABASE_URL", "sqlite").startswith("sqlite")
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 1 if _on_sqlite else 2
threads = 8 if _on_sqlite else 4
timeout = 60
graceful_timeout = 20
preload_app = False

SILENCE_S = 30


def when_ready(server: Any) -> None:
    """Let no silent connection hold a thread: eight of them with half a header stopped the whole server.

    Connections inherit this from the listening socket. Who drips on a byte at a time is the reverse proxy's to stop.
    """
    for listener in server.LISTENERS:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", SILENCE_S, 0))
