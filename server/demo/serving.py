"""The demo's own server on a free port, and a person at a browser without JavaScript."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from server.demo.link import Link, LinkCut

ROOT = Path(__file__).resolve().parents[2]


class StepFailed(Exception):
    """A step of the day did not hold."""


def check(holds: object, what: str) -> None:
    """End the day where something does not hold."""
    if not holds:
        raise StepFailed(what)


@dataclass
class Server:
    """A fresh server of its own, on a free port of this machine."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    environment: dict[str, str] = field(default_factory=dict)
    serves: str = "wsgi:app"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def prepares(self, *options: str) -> dict[str, Any]:
        """Make the database and the demo data; return what `demo load` said. `options` are that command's."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.environment = {
            **os.environ, "DATABASE_URL": f"sqlite:///{self.folder / 'demo.sqlite3'}", "PORT": str(self.port),
            "BLOB_URL": f"file:{self.folder / 'blobs'}", "SECRET_KEY": secrets.token_urlsafe(48), "LOG_LEVEL": "WARNING",
            "PUBLIC_URL": f"http://localhost:{self.port}",
        }  # fmt: skip
        self.flask("db", "upgrade")
        return dict(json.loads(self.flask("demo", "load", "--json", *options)))

    def flask(self, *arguments: str) -> str:
        """Run one command."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        check(done.returncode == 0, f"flask {' '.join(arguments)}: {done.stderr[-500:]}")
        return done.stdout

    def starts(self) -> None:
        """Serve with gunicorn."""
        command = [sys.executable, "-m", "gunicorn", self.serves, "--log-level", "warning"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)  # noqa: S603 - our own command
        for _ in range(600):  # a busy machine takes its time
            try:
                if Link(self.url)("GET", "/healthz", {}, b"").status == http.client.OK:
                    return
            except LinkCut:
                pass
            time.sleep(0.1)
        raise StepFailed(f"máy chủ không khởi động; xem {self.folder / 'server.log'}")

    def stops(self) -> None:
        """End the process that we started."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)


class Office(Link):
    """A person at a browser without JavaScript."""

    cookies: dict[str, str]

    def asks(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request with the cookies so far."""
        self.cookies = getattr(self, "cookies", {})
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Referer": self.url + path}
        body = b""
        if form is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form).encode()
        answer = self(method, path, headers, body)
        for cookie in re.findall(r"(session|remember_token)=([^;]+);", answer.headers.get("set-cookie", "")):
            self.cookies[cookie[0]] = cookie[1]
        return answer.status, answer.body.decode(errors="replace")

    def submits(self, page: str, path: str, **given: str) -> tuple[int, str]:
        """Fill in the form of a page that posts to `path`, keep its hidden fields, send it."""
        form = re.search(rf'<form[^>]*action="{re.escape(path)}[^"]*".*?</form>', page, re.DOTALL)
        check(form, f"trang không có biểu mẫu {path}")
        hidden = dict(
            re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form[0] if form else "")
        )
        return self.asks("POST", path, {k: html.unescape(v) for k, v in hidden.items()} | given)
