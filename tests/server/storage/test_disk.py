"""What a blob store promises, on a real disk."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from server.storage import open_store
from server.storage.blobs import BlobStore, StagingLost, StoreFull
from server.storage.disk import DiskStore
from tests.pictures import sha256

DATA = b"photo bytes" * 1000


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    """An empty store."""
    return DiskStore(tmp_path / "blobs")


def staged(store: BlobStore, data: bytes) -> str:
    """Stage bytes; return the upload."""
    upload = str(uuid4())
    store.begin(upload)
    with store.appending(upload) as file:
        file.write(0, data)
    return upload


def promote(store: BlobStore, data: bytes) -> None:
    """Store bytes for good."""
    with store.appending(staged(store, data)) as file:
        file.promote(sha256(data), len(data))


def test_bytes_in_pieces_read_back_and_promoted(store: DiskStore, tmp_path: Path) -> None:
    upload = staged(store, DATA[:100])
    with store.appending(upload) as file:
        file.write(100, DATA[100:])
        assert file.sha256(len(DATA)) == sha256(DATA)
        assert file.sha256(100) == sha256(DATA[:100])
        file.promote(sha256(DATA), len(DATA))
    digest = sha256(DATA)
    assert (tmp_path / "blobs" / digest[:2] / digest[2:4] / digest).read_bytes() == DATA
    assert store.staged_size(upload) is None
    assert store.has(digest)


def test_a_blob_is_not_writable(store: DiskStore) -> None:
    promote(store, DATA)
    assert store.path_of(sha256(DATA)).stat().st_mode & 0o222 == 0


def test_a_torn_tail_is_overwritten_and_cut(store: DiskStore) -> None:
    upload = staged(store, b"x" * (len(DATA) + 500))
    with store.appending(upload) as file:
        file.write(0, DATA)
        assert file.sha256(len(DATA)) == sha256(DATA)
        file.promote(sha256(DATA), len(DATA))
    assert store.path_of(sha256(DATA)).read_bytes() == DATA


def test_identical_bytes_are_one_file(store: DiskStore) -> None:
    promote(store, DATA)
    before = store.path_of(sha256(DATA)).stat()
    promote(store, DATA)
    after = store.path_of(sha256(DATA)).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_shorter_file_than_said_has_another_hash(store: DiskStore) -> None:
    with store.appending(staged(store, DATA[:-1])) as file:
        assert file.sha256(len(DATA)) != sha256(DATA)


def test_nothing_staged(store: DiskStore) -> None:
    upload = str(uuid4())
    assert store.staged_size(upload) is None
    store.discard(upload)
    with pytest.raises(StagingLost), store.appending(upload):
        pass


def test_a_full_disk_says_so(store: DiskStore, tmp_path: Path) -> None:
    upload = str(uuid4())
    (tmp_path / "blobs" / "staging" / upload).symlink_to("/dev/full")
    with store.appending(upload) as file, pytest.raises(StoreFull):
        file.write(0, DATA)


def test_who_waited_while_it_was_promoted_cannot_write_into_the_blob(store: DiskStore) -> None:
    upload, lost = staged(store, DATA), []

    def late() -> None:
        try:
            with store.appending(upload) as file:
                file.write(0, b"overwritten")
        except StagingLost:
            lost.append(upload)

    with store.appending(upload) as file:
        thread = threading.Thread(target=late)
        thread.start()
        time.sleep(0.05)  # it now waits for the lock; were it later, it would find no file, which is as good
        file.promote(sha256(DATA), len(DATA))
    thread.join()
    assert lost == [upload]
    assert store.path_of(sha256(DATA)).read_bytes() == DATA


def test_two_writers_take_turns(store: DiskStore) -> None:
    upload, order = staged(store, b""), []

    def late() -> None:
        with store.appending(upload):
            order.append("second")

    with store.appending(upload):
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_derived_files_lie_beside_and_replace_whole(store: DiskStore) -> None:
    promote(store, DATA)
    digest = sha256(DATA)
    assert store.derived(digest, "320.jpg") is None
    store.keep_derived(digest, "320.jpg", b"small")
    store.keep_derived(digest, "320.jpg", b"smaller")
    assert store.derived(digest, "320.jpg") == b"smaller"
    assert sorted(p.name for p in store.path_of(digest).parent.iterdir()) == [digest, f"{digest}.320.jpg"]


@pytest.mark.parametrize("name", ["../../x", "", "a" * 64 + "/x", "A" * 64, ".", "x\0y"])
def test_names_from_outside_never_leave_the_store(store: DiskStore, name: str) -> None:
    for call in (store.has, store.open, store.begin, store.staged_size, store.discard):
        with pytest.raises(ValueError, match="not a"):
            call(name)
    with pytest.raises(ValueError, match="not a"):
        store.derived("a" * 64, "../" + name)


def test_the_url_names_the_store(tmp_path: Path) -> None:
    assert open_store(f"file:{tmp_path / 'x'}") is open_store(f"file:{tmp_path / 'x'}")
    for url in ("s3://bucket", "file:", "/var/blobs"):
        with pytest.raises(ValueError, match="BLOB_URL"):
            open_store(url)
