"""What only the store on a disk has: modes, folders, its name. What every store promises: test_stores.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import Settings, SettingsError
from server.storage import open_store
from server.storage.blobs import StoreUnavailable
from server.storage.disk import DiskStore
from tests.pictures import sha256
from tests.server.storage.acts import promote, staged

DATA = b"photo bytes" * 1000


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    """An empty store."""
    return DiskStore(tmp_path / "blobs")


def test_a_blob_is_not_writable(store: DiskStore) -> None:
    promote(store, DATA)
    assert store.path_of(sha256(DATA)).stat().st_mode & 0o222 == 0


def test_identical_bytes_are_one_file(store: DiskStore) -> None:
    promote(store, DATA)
    before = store.path_of(sha256(DATA)).stat()
    promote(store, DATA)
    after = store.path_of(sha256(DATA)).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_derived_files_lie_beside_and_replace_whole(store: DiskStore) -> None:
    promote(store, DATA)
    digest = sha256(DATA)
    assert store.derived(digest, "320.jpg") is None
    store.keep_derived(digest, "320.jpg", b"small")
    store.keep_derived(digest, "320.jpg", b"smaller")
    assert store.derived(digest, "320.jpg") == b"smaller"
    assert sorted(p.name for p in store.path_of(digest).parent.iterdir()) == [digest, f"{digest}.320.jpg"]


def test_the_url_names_the_store(tmp_path: Path) -> None:
    assert open_store(f"file:{tmp_path / 'x'}") is open_store(f"file:{tmp_path / 'x'}")
    for url in ("s3://", "s3:///prefix", "file:", "/var/blobs", "https://bucket"):
        with pytest.raises(ValueError, match="BLOB_URL"):
            open_store(url)


def test_a_folder_that_went_away_is_unavailable(store: DiskStore, tmp_path: Path) -> None:
    (tmp_path / "blobs").rename(tmp_path / "unmounted")
    for act in (store.check, lambda: staged(store, DATA)):
        with pytest.raises(StoreUnavailable):
            act()
    (tmp_path / "unmounted").rename(tmp_path / "blobs")
    store.check()
    promote(store, DATA)


@pytest.mark.parametrize("url", ["/var/blobs", "s3:bucket", "s3://", "file:"])
def test_a_url_that_names_no_store_is_refused_at_the_start(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOB_URL", url)
    with pytest.raises(SettingsError, match="BLOB_URL"):
        Settings.from_environ()
