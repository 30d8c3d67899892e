"""A worker that kills itself -9 at a named step of a photo's way. A program: test_killed_worker runs it.

Reads {settings, headers, jobs [{step, photo_id, file}]} from standard input; each job is a process of its own. Writes the
signal that ended each.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.app import create_app
from server.settings import Settings
from server.storage import s3
from server.storage.disk import DiskStore
from server.storage.s3 import S3Store
from server.storage.staging import StagedFile, Staging
from tests.pictures import sha256
from tests.server.api.tus_wire import CHUNK, UPLOADS, metadata

SENT_OF_A_PUT = 300_000


def dies() -> None:
    """End as by the kernel's hand: no cleanup, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, *, before: bool, at: int = 1) -> None:
    """Die before or after a call of a function, the `at`-th one."""
    real: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def watched(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if before and calls == at:
            dies()
        result = real(*args, **kwargs)
        if calls == at:
            dies()
        return result

    setattr(owner, name, watched)


def half_a_write() -> None:
    """Die when half of the second block is in the file."""
    real, calls = os.pwrite, 0

    def torn(handle: int, data: memoryview, offset: int) -> int:
        nonlocal calls
        calls += 1
        done = real(handle, data if calls == 1 else data[: len(data) // 2], offset)
        if calls == 2:
            dies()
        return done

    os.pwrite = torn  # type: ignore[assignment]  # only this process, which is about to die


def half_a_put() -> None:
    """Die when part of the object is on its way to the store."""
    real, sent = http.client.HTTPConnection.send, 0

    def torn(self: http.client.HTTPConnection, data: Any) -> None:
        nonlocal sent
        real(self, data)
        sent += len(data) if isinstance(data, bytes) else 0
        if sent > SENT_OF_A_PUT:
            dies()

    http.client.HTTPConnection.send = torn  # type: ignore[method-assign]  # as above


BOTH: dict[str, Callable[[], None]] = {
    "before the staged file": lambda: around(Staging, "begin", before=True),
    "staged file, no row": lambda: around(Staging, "begin", before=False),
    "creation committed": lambda: around(Session, "commit", before=False),
    "first block, before fsync": lambda: around(os, "fdatasync", before=True),
    "first block, before the offset": lambda: around(Session, "commit", before=True, at=2),
    "first block committed": lambda: around(Session, "commit", before=False, at=2),
    "half of the last block": half_a_write,
    "last block, before fsync": lambda: around(os, "fdatasync", before=True, at=2),
    "last block, after fsync": lambda: around(os, "fdatasync", before=False, at=2),
    "read back": lambda: around(StagedFile, "sha256", before=False),
    "promoted, before the commit": lambda: around(Session, "commit", before=True, at=3),
    "complete, before the answer": lambda: around(Session, "commit", before=False, at=3),
}
DISK: dict[str, Callable[[], None]] = {
    **BOTH,
    "folder made": lambda: around(DiskStore, "_folder_for", before=False),
    "before the rename": lambda: around(Path, "rename", before=True),
    "renamed": lambda: around(Path, "rename", before=False),
}
S3: dict[str, Callable[[], None]] = {
    **BOTH,
    "before the put": lambda: around(S3Store, "_put", before=True),
    "half of the put": half_a_put,
    "put": lambda: around(S3Store, "_put", before=False),
    "put and read back": lambda: around(S3Store, "_stored_hash", before=False, at=2),
}
STEPS = {"disk": DISK, "s3": S3}


def works(client: FlaskClient, headers: dict[str, str], arm: Callable[[], None], photo_id: str, data: bytes) -> None:
    """Take one photo in, as a served worker does, until the armed step."""
    said = metadata(photo_id=photo_id, sha256=sha256(data), filetype="image/jpeg")
    every = {**headers, "Tus-Resumable": "1.0.0"}
    arm()
    created = client.post(UPLOADS, headers={**every, "Upload-Length": str(len(data)), "Upload-Metadata": said})
    sending = {**every, "Upload-Offset": "0", "Content-Type": CHUNK}
    client.patch(created.headers["Location"], data=data, headers=sending)


def main() -> None:
    """Run every job in a process of its own."""
    given = json.load(sys.stdin)
    settings = Settings(**{**given["settings"], "instance": Path(given["settings"]["instance"])})
    steps = S3 if settings.blob_url.startswith("s3:") else DISK
    if steps is S3:
        s3.session().client("s3")  # read its description once, for all the processes to come
    app, ended = create_app(settings), []
    for job in given["jobs"]:
        child = os.fork()
        if child == 0:
            data = Path(job["file"]).read_bytes()
            works(app.test_client(), given["headers"], steps[job["step"]], job["photo_id"], data)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended.append(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
    json.dump(ended, sys.stdout)


if __name__ == "__main__":
    main()
