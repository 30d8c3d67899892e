"""The server as it is served (gunicorn), and a radio link that breaks."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")
READ = 16 * 1024


@dataclass
class LiveServer:
    """gunicorn on a port of its own, on this test's database and blobs."""

    settings: Settings
    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    options: tuple[str, ...] = ()
    """More arguments of gunicorn."""
    serves: str = "wsgi:app"
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def starts(self) -> None:
        """Serve; the second time on the same port."""
        env = {**os.environ, "DATABASE_URL": self.settings.database_url, "BLOB_URL": self.settings.blob_url,
               "SECRET_KEY": self.settings.secret_key or "", "LOG_LEVEL": "WARNING", **self.environment}  # fmt: skip
        log = self.folder / "gunicorn.log"
        command = [sys.executable, "-m", "gunicorn", self.serves, "--bind", f"127.0.0.1:{self.port}", *self.options]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)
        for _ in range(600):  # a busy machine takes its time
            if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", log.read_text()):
                self.port = int(found[1])
                if self.answers():
                    return
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def answers(self) -> bool:
        """Whether a request is answered now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("OPTIONS", "/api/v1/uploads")
            return connection.getresponse().status == http.client.NO_CONTENT
        except OSError:
            return False
        finally:
            connection.close()

    def dies(self) -> None:
        """Kill -9, workers too."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stops(self) -> None:
        """End what we started."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)


@dataclass
class BrokenLink:
    """A proxy in front of a server. Each of `cuts` = bytes sent by one connection after which it breaks."""

    to: int
    cuts: list[int]
    is_rude: bool = False
    """True: a reset; False: an ordinary end in mid-body."""
    sent: list[int] = field(default_factory=list)
    """Bytes that each connection carried to the server, those of a broken one too."""
    _count: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        """Listen on a port of its own."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """Where a client connects."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Listen no more and wait for what runs."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._carry, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _carry(self, client: socket.socket) -> None:
        address = f"127.0.0.{2 + next(self._count) % 200}"  # a radio link comes back under another address
        with client, socket.create_connection(("127.0.0.1", self.to), source_address=(address, 0)) as server:
            back = threading.Thread(target=self._pump_back, args=(server, client))
            back.start()
            sent = 0
            with suppress(OSError):
                while data := client.recv(READ):
                    if self.cuts and len(data) > 8 * 1024 and sent + len(data) >= self.cuts[0]:
                        part = data[: self.cuts.pop(0) - sent]
                        server.sendall(part)
                        sent += len(part)
                        time.sleep(0.2)  # what was sent has arrived; a reset would overtake it
                        self._break(client, server)
                        break
                    server.sendall(data)
                    sent += len(data)
            with suppress(OSError):
                server.shutdown(socket.SHUT_WR)
            back.join()
            self.sent.append(sent)

    def _break(self, *ends: socket.socket) -> None:
        for end in ends:
            if self.is_rude:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pump_back(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(READ):
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)
