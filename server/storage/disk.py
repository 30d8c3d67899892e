"""The blob store on a local disk: `staging/<upload>`, `ab/cd/<sha256>`, `ab/cd/<sha256>.<derived>`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from server.storage.blobs import StagingLost, StoreUnavailable
from server.storage.staging import StagedFile, Staging, address, derived_address, disk_trouble, hash_of
from server.storage.whole_file import sync_folder

BLOB_MODE = 0o440
"""A blob is evidence: nobody writes into it again."""


class DiskStore(Staging):
    """Blobs as files under one folder. Staged bytes live on the same disk, so that promoting is a rename."""

    def __init__(self, root: Path) -> None:
        super().__init__(root / "staging")
        self._root = root

    def has(self, sha256: str) -> bool:
        """Whether this blob is stored."""
        return self.path_of(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading."""
        with disk_trouble():
            return self.path_of(sha256).open("rb")

    def derived(self, sha256: str, name: str) -> bytes | None:
        """Return a derived file, None where it was not made yet."""
        with disk_trouble():
            try:
                return self._derived(sha256, name).read_bytes()
            except FileNotFoundError:
                return None

    def keep_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Keep a derived file; not synced to the disk, because it can be made again."""
        path = self._derived(sha256, name)
        half = path.with_name(f"{path.name}.{uuid4().hex}")
        with disk_trouble():
            try:
                half.write_bytes(data)
                half.replace(path)
            finally:
                half.unlink(missing_ok=True)

    def check(self) -> None:
        """Look whether the folder is there and may be written."""
        if not os.access(self._staging, os.R_OK | os.W_OK | os.X_OK):
            raise StoreUnavailable(f"{self._staging} is not there or may not be written")

    def path_of(self, sha256: str) -> Path:
        """Where a blob lies."""
        return self._root / address(sha256)

    def _promote(self, staged: StagedFile, sha256: str, length: int) -> None:
        """Rename to the content address; identical bytes that are there already win."""
        if self._is_whole(sha256):
            staged.path.unlink(missing_ok=True)
            return
        folder = self._folder_for(sha256)
        os.fsync(staged.handle)
        try:
            staged.path.rename(self.path_of(sha256))
        except FileNotFoundError as error:
            raise StagingLost(staged.path.name) from error
        # Not before the rename: a crash in between would leave staged bytes that nobody may append to.
        os.fchmod(staged.handle, BLOB_MODE)
        sync_folder(folder)

    def _is_whole(self, sha256: str) -> bool:
        """Whether the blob is here with its hash: what a failing disk has spoilt must give way to good bytes."""
        try:
            with self.open(sha256) as file:
                return hash_of(file) == sha256
        except (FileNotFoundError, StoreUnavailable):
            return False

    def _folder_for(self, sha256: str) -> Path:
        """Make a blob's folder, durably."""
        folder = self.path_of(sha256).parent
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
            sync_folder(self._root)
        return folder

    def _derived(self, sha256: str, name: str) -> Path:
        return self._root / derived_address(sha256, name)
