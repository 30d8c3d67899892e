"""What every blob store promises: one suite, on a real disk and on a real object store."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from server.storage import open_store
from server.storage.blobs import BlobStore, StagingLost, StoreFull
from server.storage.staging import address
from tests.pictures import sha256
from tests.seaweed import BUCKET, Seaweed
from tests.server.storage.acts import content, promote, staged

DATA = b"photo bytes" * 1000


@pytest.fixture(params=["disk", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where this test's store lies."""
    return f"file:{tmp_path}" if request.param == "disk" else str(request.getfixturevalue("s3_url"))


@pytest.fixture
def store(url: str, tmp_path: Path) -> BlobStore:
    """An empty store, its staged files under tmp_path/staging."""
    return open_store(url, tmp_path)


def spoils(url: str, digest: str, data: bytes, seaweed: Seaweed) -> None:
    """Do what a failing disk or a careless person does: other bytes under a blob's name."""
    if url.startswith("file:"):
        path = Path(url.removeprefix("file:")) / address(digest)
        path.chmod(0o640)
        path.write_bytes(data)
    else:
        prefix = url.removeprefix(f"s3://{BUCKET}/")
        seaweed.client().put_object(Bucket=BUCKET, Key=f"{prefix}/{address(digest)}", Body=data)


def test_bytes_in_pieces_read_back_and_promoted(store: BlobStore) -> None:
    upload = staged(store, DATA[:100])
    assert store.staged_size(upload) == 100
    with store.appending(upload) as file:
        file.write(100, DATA[100:])
        assert file.sha256(len(DATA)) == sha256(DATA)
        assert file.sha256(100) == sha256(DATA[:100])
        assert not store.has(sha256(DATA))
        file.promote(sha256(DATA), len(DATA))
    assert store.has(sha256(DATA))
    assert content(store, sha256(DATA)) == DATA
    assert store.staged_size(upload) is None


@pytest.mark.parametrize("data", [b"", b"x", b"larger than a block" * 200_000], ids=["empty", "a byte", "3.8 MB"])
def test_any_size_comes_back_and_outlives_the_process(url: str, store: BlobStore, tmp_path: Path, data: bytes) -> None:
    digest = promote(store, data)
    open_store.cache_clear()
    again = open_store(url, tmp_path)
    assert again is not store
    assert content(again, digest) == data


def test_what_is_not_stored(store: BlobStore) -> None:
    assert not store.has(sha256(DATA))
    assert store.derived(sha256(DATA), "320.jpg") is None
    with pytest.raises(FileNotFoundError):
        store.open(sha256(DATA))


def test_a_torn_tail_is_overwritten_and_cut(store: BlobStore) -> None:
    upload = staged(store, b"x" * (len(DATA) + 500))
    with store.appending(upload) as file:
        file.write(0, DATA)
        assert file.sha256(len(DATA)) == sha256(DATA)
        file.promote(sha256(DATA), len(DATA))
    assert content(store, sha256(DATA)) == DATA


def test_promoting_the_same_bytes_again_is_harmless(store: BlobStore) -> None:
    promote(store, DATA)
    promote(store, DATA)
    assert content(store, sha256(DATA)) == DATA
    assert store.staged_before(time.time() + 60) == []


def test_the_same_bytes_promoted_by_many_at_once(store: BlobStore) -> None:
    uploads, failed = [staged(store, DATA) for _ in range(4)], []
    barrier = threading.Barrier(4)

    def run(upload: str) -> None:
        barrier.wait()
        try:
            with store.appending(upload) as file:
                file.promote(sha256(DATA), len(DATA))
        except Exception as error:  # noqa: BLE001 - a thread's error must reach the test
            failed.append(error)

    threads = [threading.Thread(target=run, args=(upload,)) for upload in uploads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert content(store, sha256(DATA)) == DATA


@pytest.mark.parametrize("wrong", [b"", DATA[:-1], b"other" + DATA[5:]], ids=["empty", "short", "changed"])
def test_a_blob_that_lost_its_hash_gives_way_to_the_right_bytes(
    store: BlobStore, url: str, seaweed: Seaweed, wrong: bytes
) -> None:
    spoils(url, promote(store, DATA), wrong, seaweed)
    promote(store, DATA)
    assert content(store, sha256(DATA)) == DATA


def test_a_shorter_file_than_said_has_another_hash(store: BlobStore) -> None:
    with store.appending(staged(store, DATA[:-1])) as file:
        assert file.sha256(len(DATA)) != sha256(DATA)


def test_nothing_staged(store: BlobStore) -> None:
    upload = str(uuid4())
    assert store.staged_size(upload) is None
    store.discard(upload)
    with pytest.raises(StagingLost), store.appending(upload):
        pass


def test_an_upload_given_up_while_it_was_promoted_leaves_no_half_blob(store: BlobStore) -> None:
    upload = staged(store, DATA)
    with store.appending(upload) as file:
        store.discard(upload)
        try:
            file.promote(sha256(DATA), len(DATA))
        except StagingLost:
            assert not store.has(sha256(DATA))
        else:
            assert content(store, sha256(DATA)) == DATA


def test_a_full_disk_says_so(store: BlobStore, tmp_path: Path) -> None:
    upload = str(uuid4())
    (tmp_path / "staging" / upload).symlink_to("/dev/full")
    with store.appending(upload) as file, pytest.raises(StoreFull):
        file.write(0, DATA)


def test_who_waited_while_it_was_promoted_cannot_write_into_the_blob(store: BlobStore) -> None:
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
    assert content(store, sha256(DATA)) == DATA


def test_two_writers_take_turns(store: BlobStore) -> None:
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


def test_beginning_again_keeps_what_is_staged(store: BlobStore) -> None:
    upload = staged(store, DATA)
    store.begin(upload)
    assert store.staged_size(upload) == len(DATA)


def test_what_nobody_touches_any_more_is_listed(store: BlobStore) -> None:
    upload = staged(store, DATA)
    assert store.staged_before(time.time() - 60) == []
    assert store.staged_before(time.time() + 60) == [upload]
    store.discard(upload)
    assert store.staged_before(time.time() + 60) == []


def test_derived_files_replace_whole(store: BlobStore) -> None:
    digest = promote(store, DATA)
    store.keep_derived(digest, "320.jpg", b"small")
    store.keep_derived(digest, "320.jpg", b"smaller")
    assert store.derived(digest, "320.jpg") == b"smaller"
    assert store.derived(digest, "1280.jpg") is None
    assert content(store, digest) == DATA


@pytest.mark.parametrize("name", ["../../x", "", "a" * 64 + "/x", "A" * 64, ".", "x\0y"])
def test_names_from_outside_never_leave_the_store(store: BlobStore, name: str) -> None:
    for call in (store.has, store.open, store.begin, store.staged_size, store.discard):
        with pytest.raises(ValueError, match="not a"):
            call(name)
    with pytest.raises(ValueError, match="not a"):
        store.derived("a" * 64, "../" + name)


def test_a_store_that_would_take_blobs_says_so(store: BlobStore) -> None:
    store.check()
