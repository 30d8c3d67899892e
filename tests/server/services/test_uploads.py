"""Uploads against the database alone: compare-and-swap, expiry, and what a restore leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from server.db.uploads import Blob, Upload
from server.errors import Problem, ProblemCode
from server.printing.photos import Facts
from server.services import uploads
from server.storage.disk import DiskStore
from sync.upload import LIFETIME, Creation, UploadRefused
from tests.builders import Office
from tests.pictures import sha256

DATA = b"0123456789"
NOW = datetime(2021, 8, 5, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    """An empty store."""
    return DiskStore(tmp_path / "blobs")


def begin(office: Office, store: DiskStore, device: str = "d", photo: str | None = None) -> uploads.UploadState:
    """Begin an upload of ten bytes."""
    with office.transaction() as session:
        creation = Creation(photo or str(uuid4()), sha256(DATA), "image/jpeg", len(DATA))
        is_here = "complete" in uploads.own_states(session, device, creation, NOW)
        is_here = is_here and uploads.is_here(session, store, creation)
        return uploads.create(session, store, device, creation, NOW, is_here=is_here)


def test_a_stale_writer_stops(office: Office, store: DiskStore) -> None:
    upload = begin(office, store)
    with office.transaction() as session:
        uploads.advance(session, upload, 4)
    for to in (4, 7):
        with pytest.raises(Problem) as caught, office.transaction() as session:
            uploads.advance(session, upload, to)
        assert caught.value.code is ProblemCode.OFFSET_MISMATCH
    with office.transaction() as session:
        assert uploads.find(session, "d", upload.id, NOW).offset == 4


def test_finishing_twice_is_finishing_once(office: Office, store: DiskStore) -> None:
    upload = begin(office, store)
    for _ in range(2):
        with office.transaction() as session:
            uploads.finish(session, upload, Facts("image/jpeg", 1, 1, {}), NOW)
    with office.transaction() as session:
        assert session.get_one(Upload, upload.id).state == "complete"
        assert session.get_one(Blob, upload.sha256).stored_at == NOW
    with pytest.raises(Problem), office.transaction() as session:
        uploads.finish(session, upload, None, NOW)


def test_a_mismatch_leaves_no_blob(office: Office, store: DiskStore) -> None:
    upload = begin(office, store)
    with store.appending(upload.id) as staged:
        staged.write(0, b"other data")
        assert uploads.verify(store, staged, upload) is None
    with office.transaction() as session:
        uploads.finish(session, upload, None, NOW)
    with office.transaction() as session:
        assert session.get(Blob, upload.sha256) is None
        with pytest.raises(UploadRefused):
            uploads.find(session, "d", upload.id, NOW)


def test_what_was_not_finished_expires_after_thirty_days(office: Office, store: DiskStore) -> None:
    waiting, wrong, done = (begin(office, store) for _ in range(3))
    with office.transaction() as session:
        uploads.finish(session, wrong, None, NOW)
        uploads.finish(session, done, Facts(), NOW)
    with office.transaction() as session:
        assert uploads.expire(session, NOW + LIFETIME - timedelta(seconds=1)) == []
    with office.transaction() as session:
        gone = uploads.expire(session, NOW + LIFETIME)
    assert sorted(gone) == sorted([waiting.id, wrong.id])
    uploads.discard(store, gone)
    assert store.staged_size(waiting.id) is None
    with office.transaction() as session:
        assert uploads.expire(session, NOW + LIFETIME) == []
        assert uploads.find(session, "d", done.id, NOW + LIFETIME).state == "complete"
        with pytest.raises(UploadRefused):
            uploads.find(session, "d", waiting.id, NOW)


def test_an_expired_upload_is_not_taken_up_again(office: Office, store: DiskStore) -> None:
    photo = str(uuid4())
    first = begin(office, store, photo=photo)
    assert begin(office, store, photo=photo) == first
    assert begin(office, store, "another tablet", photo).id != first.id
    with office.transaction() as session:
        session.get_one(Upload, first.id).expires_at = NOW
    assert begin(office, store, photo=photo).id != first.id


def test_a_blob_that_the_disk_lost_must_be_sent_again(office: Office, store: DiskStore) -> None:
    upload = begin(office, store)
    with office.transaction() as session:
        uploads.finish(session, upload, Facts(), NOW)
    assert not store.has(upload.sha256)
    assert begin(office, store).offset == 0
