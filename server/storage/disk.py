"""The blob store on a local disk: `staging/<upload>`, `ab/cd/<sha256>`, `ab/cd/<sha256>.<derived>`."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from server.storage.blobs import StagingLost, StoreFull

_UPLOAD_ID = re.compile(r"[0-9a-f-]{36}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,30}")
_READ = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
STAGED_MODE, BLOB_MODE = 0o640, 0o440
"""A blob is evidence: nobody writes into it again."""


class DiskStore:
    """Blobs as files under one folder. Staged bytes live on the same disk, so that promoting is a rename."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / "staging"
        self._staging.mkdir(parents=True, exist_ok=True)

    def begin(self, upload_id: str) -> None:
        """Stage an empty upload."""
        with _room():
            os.close(os.open(self._staged(upload_id), os.O_WRONLY | os.O_CREAT, STAGED_MODE))

    def staged_size(self, upload_id: str) -> int | None:
        """Bytes staged, None where nothing is."""
        try:
            return self._staged(upload_id).stat().st_size
        except FileNotFoundError:
            return None

    @contextmanager
    def appending(self, upload_id: str) -> Iterator[StagedFile]:
        """Hold an upload's staged bytes for a moment, alone among all threads and workers."""
        path = self._staged(upload_id)
        handle = _locked(path)
        try:
            yield StagedFile(self, path, handle)
        finally:
            os.close(handle)  # releases the lock too

    def discard(self, upload_id: str) -> None:
        """Drop staged bytes."""
        self._staged(upload_id).unlink(missing_ok=True)

    def has(self, sha256: str) -> bool:
        """Whether this blob is stored."""
        return self.path_of(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading."""
        return self.path_of(sha256).open("rb")

    def derived(self, sha256: str, name: str) -> bytes | None:
        """Return a derived file, None where it was not made yet."""
        try:
            return self._derived(sha256, name).read_bytes()
        except FileNotFoundError:
            return None

    def keep_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Keep a derived file; not synced to the disk, because it can be made again."""
        path = self._derived(sha256, name)
        half = path.with_name(f"{path.name}.{uuid4().hex}")
        with _room():
            try:
                half.write_bytes(data)
                half.replace(path)
            finally:
                half.unlink(missing_ok=True)

    def path_of(self, sha256: str) -> Path:
        """Where a blob lies."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a sha256")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def folder_for(self, sha256: str) -> Path:
        """Make a blob's folder, durably."""
        folder = self.path_of(sha256).parent
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)
            _sync_folder(self._root)
        return folder

    def _staged(self, upload_id: str) -> Path:
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise ValueError("not an upload's id")
        return self._staging / upload_id

    def _derived(self, sha256: str, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError("not a derived file's name")
        return self.path_of(sha256).with_name(f"{sha256}.{name}")


class StagedFile:
    """One upload's staged file, locked by this writer."""

    def __init__(self, store: DiskStore, path: Path, handle: int) -> None:
        self._store, self._path, self._handle = store, path, handle

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset and make them durable."""
        view = memoryview(data)
        with _room():
            while view:
                done = os.pwrite(self._handle, view, offset)
                offset, view = offset + done, view[done:]
            os.fdatasync(self._handle)

    def sha256(self, length: int) -> str:
        """Hash the first `length` bytes by reading them back."""
        digest, at = hashlib.sha256(), 0
        while at < length and (data := os.pread(self._handle, min(_READ, length - at), at)):
            digest.update(data)
            at += len(data)
        return digest.hexdigest()

    def promote(self, sha256: str, length: int) -> None:
        """Rename to the content address; identical bytes that are there already win."""
        if self._store.has(sha256):
            self._path.unlink(missing_ok=True)
            return
        folder = self._store.folder_for(sha256)
        os.ftruncate(self._handle, length)
        os.fchmod(self._handle, BLOB_MODE)
        os.fsync(self._handle)
        self._path.rename(self._store.path_of(sha256))
        _sync_folder(folder)


def _locked(path: Path) -> int:
    """Open and lock the file that lies at `path` now: whoever waited while it was promoted must not write into it."""
    while True:
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError as error:
            raise StagingLost(path.name) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except FileNotFoundError as error:
            os.close(handle)
            raise StagingLost(path.name) from error
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull(str(error)) from error
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
