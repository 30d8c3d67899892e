"""Staged uploads as local files, locked among threads and workers, and what a disk's failures are called."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from server.storage.blobs import StagingLost, StoreFull, StoreUnavailable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
STAGED_MODE = 0o640
_UPLOAD_ID = re.compile(r"[0-9a-f-]{36}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,30}")
_READ = 1024 * 1024
LOCK_WAIT_S, LOCK_POLL_S = 10.0, 0.02
"""A block is written in milliseconds and promoted in seconds: who waits longer stands behind a store that hangs."""


class Staging:
    """A folder with one file for each upload that is not finished."""

    def __init__(self, folder: Path) -> None:
        self._staging = folder
        with disk_trouble():
            folder.mkdir(parents=True, exist_ok=True)

    def begin(self, upload_id: str) -> None:
        """Stage an empty upload."""
        path = self._staged(upload_id)
        with disk_trouble():
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, STAGED_MODE))
            except FileNotFoundError as error:
                raise StoreUnavailable(f"{self._staging} is not there") from error

    def staged_size(self, upload_id: str) -> int | None:
        """Bytes staged, None where nothing is."""
        with disk_trouble():
            try:
                return self._staged(upload_id).stat().st_size
            except FileNotFoundError:
                return None

    @contextmanager
    def appending(self, upload_id: str) -> Iterator[StagedFile]:
        """Hold an upload's staged bytes for a moment, alone among all threads and workers."""
        path = self._staged(upload_id)
        with disk_trouble():
            handle = _locked(path)
        try:
            yield StagedFile(path, handle, self._promote)
        finally:
            os.close(handle)  # releases the lock too

    def discard(self, upload_id: str) -> None:
        """Drop staged bytes."""
        with disk_trouble():
            self._staged(upload_id).unlink(missing_ok=True)

    def staged_before(self, seconds: float) -> list[str]:
        """List the uploads whose staged bytes nobody has touched since an instant."""
        with disk_trouble(), os.scandir(self._staging) as files:
            return sorted(f.name for f in files if _UPLOAD_ID.fullmatch(f.name) and f.stat().st_mtime < seconds)

    def _promote(self, staged: StagedFile, sha256: str, length: int) -> None:
        """Make staged bytes a blob, as each store does it."""
        raise NotImplementedError

    def _staged(self, upload_id: str) -> Path:
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise ValueError("not an upload's id")
        return self._staging / upload_id


class StagedFile:
    """One upload's staged file, locked by this writer."""

    def __init__(self, path: Path, handle: int, promote: Callable[[StagedFile, str, int], None]) -> None:
        self.path, self.handle, self._promote = path, handle, promote

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset and make them durable."""
        view = memoryview(data)
        with disk_trouble():
            while view:
                done = os.pwrite(self.handle, view, offset)
                offset, view = offset + done, view[done:]
            os.fdatasync(self.handle)

    def sha256(self, length: int) -> str:
        """Hash the first `length` bytes by reading them back."""
        digest, at = hashlib.sha256(), 0
        with disk_trouble():
            while at < length and (data := os.pread(self.handle, min(_READ, length - at), at)):
                digest.update(data)
                at += len(data)
        return digest.hexdigest()

    def promote(self, sha256: str, length: int) -> None:
        """Make the first `length` bytes the blob of this hash."""
        with disk_trouble():
            os.ftruncate(self.handle, length)
            self._promote(self, sha256, length)


def address(sha256: str) -> str:
    """Where a blob lies, relative to its store: `ab/cd/<sha256>`."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a sha256")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def derived_address(sha256: str, name: str) -> str:
    """Where a derived file lies, beside its blob."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a derived file's name")
    return f"{address(sha256)}.{name}"


def hash_of(file: BinaryIO) -> str:
    """Hash a file from where it stands, a block at a time."""
    digest = hashlib.sha256()
    while data := file.read(_READ):
        digest.update(data)
    return digest.hexdigest()


@contextmanager
def disk_trouble() -> Iterator[None]:
    """Call a disk's failures by their names: StoreFull, StoreUnavailable. A missing file is the caller's matter."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise (StoreFull if error.errno in FULL else StoreUnavailable)(str(error)) from error


def _locked(path: Path) -> int:
    """Open and lock the file that lies at `path` now: whoever waited while it was promoted must not write into it."""
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError as error:
            raise StagingLost(path.name) from error
        try:
            _lock(handle, until)
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except FileNotFoundError as error:
            os.close(handle)
            raise StagingLost(path.name) from error
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock(handle: int, until: float) -> None:
    """Take the lock, not waiting for ever: threads behind one that hangs must come back."""
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise StoreUnavailable("another connection holds this upload") from error
            time.sleep(LOCK_POLL_S)
