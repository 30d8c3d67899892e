"""The tablet's own core (tablet/src/core) as a program for Node, on databases in memory: built once, told what its user does."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests.contract.live import NODE, ROOT

SOURCES = ("tablet/src/core", "tablet/src/i18n", "tablet/test/node")
PROGRAM = ROOT / "build" / "tablet-program" / "program.mjs"
PIN = "246813"
Json = Any


class TabletError(Exception):
    """The core refused: `key` names its sentence in i18n/*/core.ts."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.key = error["key"]
        super().__init__(f"{error['name']} {error['key']}: {error['message']}\n{error.get('stack')}")


def build() -> Path:
    """Bundle the core where its sources are newer than the bundle; needs `npm ci` in tablet/, as `make setup` does it."""
    files = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.ts")]
    newest = max(path.stat().st_mtime for path in files)
    if PROGRAM.exists() and PROGRAM.stat().st_mtime > newest:
        return PROGRAM
    command = [
        NODE,
        "node_modules/vite/bin/vite.js",
        "build",
        "--config",
        "test/node/vite.config.ts",
        "--logLevel",
        "error",
    ]
    done = subprocess.run(command, cwd=ROOT / "tablet", capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"chạy make setup trước: {done.stderr}"
    return PROGRAM


@dataclass
class TabletProgram:
    """One tablet: a process whose databases live as long as it does."""

    process: subprocess.Popen[str]

    @classmethod
    def starts(cls, url: str) -> TabletProgram:
        """Switch a tablet on that will find the server there."""
        process = subprocess.Popen(
            [NODE, str(build())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TZ": "Asia/Ho_Chi_Minh"},
        )  # fmt: skip
        tablet = cls(process)
        tablet.does("connect", url)
        return tablet

    def does(self, call: str, *arguments: Json) -> Any:
        """Let the user do something; raises TabletError where the core refuses."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"call": call, "args": arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the tablet ended during {call}"
        answer = json.loads(line)
        if "error" in answer:
            raise TabletError(answer["error"])
        return answer["value"]

    def ends(self) -> None:
        """Switch it off for good."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def enrols(self, code: str, name: str = "Máy 01", pin: str = PIN) -> str:
        """Enrol and sign in; return the device as the tablet names it."""
        return cast("str", self.does("enrol", code, name, pin))

    def syncs(self) -> dict[str, Any]:
        """Press the button; return how things stand then."""
        return cast("dict[str, Any]", self.does("sync"))

    def syncs_until_done(self, rounds: int = 60) -> dict[str, Any]:
        """Press the button until everything has gone and come."""
        for _ in range(rounds):
            status = self.syncs()
            if status["state"] == "done" and not any(status["waiting"].values()):
                return status
        raise AssertionError(status)

    def photographs(self, inspection: str, finding: str | None, data: bytes) -> str:
        """Take a photo; return its id."""
        return cast("str", self.does("photograph", inspection, finding, base64.b64encode(data).decode()))

    def ops(self) -> list[dict[str, Any]]:
        """The outbox: what waits and what is kept."""
        return cast("list[dict[str, Any]]", self.does("outbox"))

    def states(self, kind: str) -> dict[str, dict[str, Any]]:
        """Documents of a kind as the user sees them, by id."""
        return {each["id"]: each["state"] for each in self.does("documents", kind)}
