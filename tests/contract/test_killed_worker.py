"""A worker killed -9 at every step of a photo's way, on both stores: nothing wrong is visible, the tablet goes on (acceptance 4)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.api.tus import BLOCK
from server.db.uploads import Blob
from server.settings import ROOT, Settings
from server.storage import open_store
from tests.builders import Office
from tests.contract.killed_worker import STEPS
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus, records_photo, state_of
from tests.server.api.wire import site_of

PHOTO = jpeg((1500, 1400))
COMMITTED = {"first block committed", "half of the last block", "last block, before fsync", "last block, after fsync",
             "read back", "folder made", "before the rename", "before the put", "half of the put", "put",
             "put and read back"}  # fmt: skip
"""Steps after the first block's offset was committed: it need not come again."""
ARRIVED = {"renamed", "promoted, before the commit", "complete, before the answer"}
"""Steps after the blob stood under its hash with nothing staged: no byte need come again."""


@dataclass(frozen=True)
class Job:
    """One photo and the step at which its worker dies."""

    step: str
    photo_id: str
    file: str

    @property
    def data(self) -> bytes:
        """The photo's bytes."""
        return Path(self.file).read_bytes()


@pytest.fixture(params=["disk", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which store."""
    return str(request.param)


@pytest.fixture
def settings(settings: Settings, kind: str, request: pytest.FixtureRequest) -> Settings:
    """This test's server, with its photos on the disk or in the object store."""
    return settings if kind == "disk" else replace(settings, blob_url=request.getfixturevalue("s3_url"))


@pytest.fixture
def tus(office: Office, client: FlaskClient) -> Tus:
    """An enrolled tablet."""
    return Tus(client, office.enrols(office.hires("team_leader")))


@pytest.fixture
def killed(kind: str, settings: Settings, office: Office, tus: Tus, tmp_path: Path) -> list[Job]:
    """A photo for each step, its record here, its worker dead."""
    assert BLOCK < len(PHOTO) < 2 * BLOCK  # two blocks: there is a first and a last
    site, jobs = site_of(office, tus.kit.user), []
    for number, step in enumerate(STEPS[kind]):
        file = tmp_path / f"{number}.jpg"
        file.write_bytes(PHOTO + b"%d" % number)
        jobs.append(Job(step, records_photo(office, site, file.read_bytes(), str(uuid4())), str(file)))
    given = {"settings": {**asdict(settings), "instance": str(settings.instance)}, "headers": tus.kit.headers,
             "jobs": [asdict(job) for job in jobs]}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.killed_worker"],
        cwd=ROOT, env=dict(os.environ), input=json.dumps(given), capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    ended = dict(zip((job.step for job in jobs), json.loads(done.stdout), strict=True))
    assert ended == dict.fromkeys(STEPS[kind], signal.SIGKILL), done.stderr[-3000:]
    return jobs


def test_killed_at_every_step(
    killed: list[Job],
    settings: Settings,
    office: Office,
    tus: Tus,
    database: Session,
) -> None:
    store = open_store(settings.blob_url, settings.instance)
    for job in killed:
        where, data = job.step, job.data
        if store.has(sha256(data)):  # whatever lies under a hash has it, even if nobody can see it yet
            with store.open(sha256(data)) as file:
                assert file.read() == data, where
        is_complete = state_of(office, "photo", job.photo_id)["status"] == "complete"
        assert is_complete == (where == "complete, before the answer"), where
        assert tus.ask("GET", f"/api/v1/photos/{job.photo_id}").status_code == (200 if is_complete else 404), where

        again = tus.create(data, photo_id=job.photo_id)  # what a tablet does that never got an answer
        assert again.status_code == 201, where
        offset = tus.offset(again.headers["Location"])
        if where in ARRIVED:
            assert offset == len(data), where
        elif where in COMMITTED:
            assert BLOCK <= offset < len(data), where
        if offset < len(data):
            assert tus.patch(again.headers["Location"], data[offset:], offset).status_code == 204, where
        assert state_of(office, "photo", job.photo_id)["status"] == "complete", where
        assert tus.ask("GET", f"/api/v1/photos/{job.photo_id}").data == data, where
        database.rollback()
        assert database.get_one(Blob, sha256(data)).size == len(data), where
        assert store.staged_size(again.headers["Location"].rpartition("/")[2]) is None, where
