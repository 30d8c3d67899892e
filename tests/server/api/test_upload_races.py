"""What happens to an upload while another connection, the clock or a crash is at work on it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.db.uploads import Blob, Upload
from server.services import uploads
from server.settings import Settings
from server.storage import open_store, staging
from server.storage.blobs import BlobStore
from sync.upload import LIFETIME, Creation
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus

PHOTO = jpeg((120, 90))


@pytest.fixture
def tus(office: Office, client: FlaskClient) -> Tus:
    """An enrolled tablet."""
    return Tus(client, office.enrols(office.hires()))


@pytest.fixture
def store(settings: Settings) -> BlobStore:
    """Where the server keeps photos."""
    return open_store(settings.blob_url, settings.instance)


def id_of(url: str) -> str:
    """The upload's id."""
    return url.rpartition("/")[2]


class Behind(threading.Thread):
    """A PATCH from another connection, started while its upload is held; it stands at the lock."""

    def __init__(self, app: Flask, tus: Tus, url: str, body: bytes, offset: int) -> None:
        super().__init__()
        self._send: Callable[[], Any] = lambda: Tus(app.test_client(), tus.kit).patch(url, body, offset)
        self.answer: Any = None
        self.start()
        time.sleep(0.1)  # it now waits; were it later, the answers would be the same

    def run(self) -> None:
        self.answer = self._send()


def test_head_and_delete_do_not_wait_for_a_patch(tus: Tus, app: Flask, store: BlobStore, settings: Settings) -> None:
    url = tus.begin(PHOTO)
    assert tus.patch(url, PHOTO[:50], 0).status_code == 204
    with store.appending(id_of(url)):
        other = Behind(app, tus, url, PHOTO[50:], 50)
        assert tus.offset(url) == 50
        assert tus.ask("DELETE", url).status_code == 204
    other.join()
    assert other.answer.status_code == 410
    assert "đã bị hủy" in other.answer.get_json()["detail"]
    assert not store.has(sha256(PHOTO))
    assert store.staged_size(id_of(url)) is None


def test_a_delete_between_the_last_byte_and_its_commit_is_seen(
    tus: Tus, app: Flask, store: BlobStore, monkeypatch: pytest.MonkeyPatch, database: Session
) -> None:
    """The moment nobody can meet by chance: the tablet gives up exactly while the server reads the file back."""
    url, verify = tus.begin(PHOTO), uploads.verify

    def late(*args: Any) -> Any:
        assert Tus(app.test_client(), tus.kit).ask("DELETE", url).status_code == 204
        return verify(*args)

    monkeypatch.setattr(uploads, "verify", late)
    assert tus.patch(url, PHOTO, 0).status_code == 410
    assert database.get(Blob, sha256(PHOTO)) is None
    monkeypatch.undo()
    assert tus.patch(tus.begin(PHOTO), PHOTO, 0).status_code == 204


def test_who_waits_too_long_behind_another_is_sent_away(
    tus: Tus, store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "LOCK_WAIT_S", 0.1)
    url = tus.begin(PHOTO)
    with store.appending(id_of(url)):
        answer = tus.patch(url, PHOTO, 0)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert tus.patch(url, PHOTO, 0).status_code == 204


def test_an_empty_file_whose_server_died_after_the_creation_is_complete(
    tus: Tus, office: Office, store: BlobStore, database: Session
) -> None:
    with office.transaction() as session:
        wanted = Creation("00000000-0000-4000-8000-000000000001", sha256(b""), "image/jpeg", 0)
        begun = uploads.create(session, store, tus.kit.device_id, wanted, datetime.now(UTC), is_here=False)
    assert tus.offset(f"/api/v1/uploads/{begun.id}") == 0
    assert database.get_one(Upload, begun.id).state == "complete"
    assert database.get_one(Blob, sha256(b"")).size == 0


def ages(office: Office, url: str) -> None:
    """Thirty days pass for one upload."""
    with office.transaction() as session:
        session.get_one(Upload, id_of(url)).expires_at = datetime.now(UTC) - timedelta(seconds=1)


def test_a_tablet_that_begins_another_photo_clears_its_overdue_ones(tus: Tus, office: Office, store: BlobStore) -> None:
    old = tus.begin(PHOTO)
    tus.patch(old, PHOTO[:50], 0)
    ages(office, old)
    assert store.staged_size(id_of(old)) == 50
    tus.begin(jpeg(seed=2))
    assert store.staged_size(id_of(old)) is None
    assert tus.ask("HEAD", old).status_code == 410


def test_the_command_clears_what_lost_tablets_left(
    tus: Tus, app: Flask, office: Office, store: BlobStore, settings: Settings
) -> None:
    old, alive = tus.begin(PHOTO), tus.begin(jpeg(seed=2))
    done = tus.send(jpeg(seed=3))
    for url in (old, done):
        ages(office, url)
    left = Path(settings.blob_url.removeprefix("file:")) / "staging" / "00000000-0000-4000-8000-000000000009"
    left.write_bytes(b"left by a crash")
    os.utime(left, (1, 1))
    os.utime(left.with_name(id_of(alive)), (1, 1))
    ran = app.test_cli_runner().invoke(args=["uploads", "expire"])
    assert (ran.exit_code, ran.output) == (0, "Đã đóng 1 lần gửi quá hạn, xóa thêm 1 tệp tạm bị bỏ lại.\n")
    assert [store.staged_size(id_of(url)) for url in (old, alive)] == [None, 0]
    assert not left.exists()
    assert store.has(sha256(jpeg(seed=3)))
    again = app.test_cli_runner().invoke(args=["uploads", "expire", "--json"])
    assert again.output == '{\n  "expired": 0,\n  "forgotten": 0\n}\n'


def test_an_upload_that_ends_while_overdue_ones_are_closed_stays_complete(
    tus: Tus, app: Flask, office: Office, database: Session
) -> None:
    url = tus.send(PHOTO)
    ages(office, url)
    with office.transaction() as session:
        assert uploads.expire(session, datetime.now(UTC) + LIFETIME) == []
    assert database.get_one(Upload, id_of(url)).state == "complete"
