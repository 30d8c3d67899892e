"""What only the store in a bucket has: what it asks of the server, its slots, and what it says when that fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from server.storage import open_store, s3
from server.storage.blobs import StoreUnavailable
from server.storage.s3 import SLOTS, S3Store
from server.storage.staging import address
from tests.pictures import sha256
from tests.seaweed import BUCKET, Seaweed
from tests.server.storage.acts import content, promote, staged

DATA = b"photo bytes" * 1000


@pytest.fixture
def store(s3_url: str, tmp_path: Path) -> S3Store:
    """An empty store."""
    found = open_store(s3_url, tmp_path)
    assert isinstance(found, S3Store)
    return found


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that takes connections and never answers."""
    monkeypatch.setattr(s3, "CONNECT_S", 1)
    monkeypatch.setattr(s3, "READ_S", 1)
    monkeypatch.setattr(s3, "SLOT_WAIT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield url


def test_an_object_lies_under_its_hash_and_was_checked_by_the_server(
    store: S3Store, s3_url: str, seaweed: Seaweed
) -> None:
    digest = promote(store, DATA)
    key = f"{s3_url.removeprefix(f's3://{BUCKET}/')}/{address(digest)}"
    found = seaweed.client().get_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert found["Body"].read() == DATA
    assert "ChecksumSHA256" in found


def test_an_object_is_never_put_over_by_a_second_promotion(store: S3Store, s3_url: str, seaweed: Seaweed) -> None:
    digest = promote(store, DATA)
    key = f"{s3_url.removeprefix(f's3://{BUCKET}/')}/{address(digest)}"
    before = seaweed.client().head_object(Bucket=BUCKET, Key=key)
    promote(store, DATA)
    after = seaweed.client().head_object(Bucket=BUCKET, Key=key)
    assert (before["LastModified"], before["ETag"]) == (after["LastModified"], after["ETag"])
    with pytest.raises(ClientError, match="PreconditionFailed"):
        seaweed.client().put_object(Bucket=BUCKET, Key=key, Body=DATA, IfNoneMatch="*")


def test_other_bytes_are_refused_by_the_server_and_stay_staged(store: S3Store) -> None:
    """Were staged bytes spoilt between hashing and putting, the checksum stops them."""
    upload = staged(store, b"X" + DATA[1:])
    with store.appending(upload) as file, pytest.raises(StoreUnavailable):
        file.promote(sha256(DATA), len(DATA))
    assert not store.has(sha256(DATA))
    assert store.staged_size(upload) == len(DATA)


def test_bytes_that_do_not_have_their_hash_are_never_given_out(store: S3Store, s3_url: str, seaweed: Seaweed) -> None:
    digest = promote(store, DATA)
    key = f"{s3_url.removeprefix(f's3://{BUCKET}/')}/{address(digest)}"
    seaweed.client().put_object(Bucket=BUCKET, Key=key, Body=b"X" + DATA[1:])
    with pytest.raises(StoreUnavailable, match="other bytes"):
        store.open(digest)


def test_a_stopped_server_is_unavailable_and_loses_nothing(store: S3Store, seaweed: Seaweed) -> None:
    digest, upload = promote(store, b"before"), staged(store, DATA)
    seaweed.stops()
    try:
        for act in (store.check, lambda: store.has(digest), lambda: store.open(digest)):
            with pytest.raises(StoreUnavailable):
                act()
        with store.appending(upload) as file, pytest.raises(StoreUnavailable):
            file.promote(sha256(DATA), len(DATA))
        assert store.staged_size(upload) == len(DATA)
    finally:
        seaweed.starts()
    with store.appending(upload) as file:
        file.promote(sha256(DATA), len(DATA))
    assert (content(store, digest), content(store, sha256(DATA))) == (b"before", DATA)


def test_a_bucket_that_is_not_there(s3_url: str, tmp_path: Path) -> None:
    store = open_store("s3://no-such-bucket", tmp_path)
    with pytest.raises(StoreUnavailable, match="no-such-bucket"):
        store.check()
    with pytest.raises(StoreUnavailable):
        promote(store, DATA)


def test_wrong_credentials_and_none(s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    S3Store(BUCKET, "", tmp_path).check()
    for secret, said in (("wrong", "403"), (None, "credentials")):
        if secret is None:
            monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
            monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        else:
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        with pytest.raises(StoreUnavailable, match=said):
            S3Store(BUCKET, "", tmp_path).check()


def test_a_silent_server_holds_no_more_threads_than_the_slots(s3_url: str, silent: str, tmp_path: Path) -> None:
    """Two wait for it; a third comes back without having asked."""
    store, said = S3Store(BUCKET, "", tmp_path), []

    def ask() -> None:
        with pytest.raises(StoreUnavailable) as caught:
            store.has(sha256(DATA))
        said.append("slow" if "enough requests wait" in str(caught.value) else "silent")

    threads = [threading.Thread(target=ask) for _ in range(SLOTS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(said) == ["silent"] * SLOTS + ["slow"]
