"""What every blob store promises."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class StagingLost(Exception):
    """An upload's staged bytes are not there: never begun, already promoted, or lost with a disk."""


class StoreFull(Exception):
    """The store has no room left; what was staged before stays."""


class Staged(Protocol):
    """One upload's staged bytes, held by one writer."""

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset and make them durable. What stood there (a torn tail) is overwritten."""
        ...

    def sha256(self, length: int) -> str:
        """Hash the first `length` bytes by reading them back."""
        ...

    def promote(self, sha256: str, length: int) -> None:
        """Make the first `length` bytes the immutable blob of this hash, durably and in one step."""
        ...


class BlobStore(Protocol):
    """Staged uploads, blobs by content address, and files derived from them."""

    def begin(self, upload_id: str) -> None:
        """Stage an empty upload; an open upload always has its staged file."""
        ...

    def staged_size(self, upload_id: str) -> int | None:
        """Bytes staged, None where nothing is."""
        ...

    def appending(self, upload_id: str) -> AbstractContextManager[Staged]:
        """Hold an upload's staged bytes for a moment, alone among all workers; never across network reads.

        Raises StagingLost.
        """
        ...

    def discard(self, upload_id: str) -> None:
        """Drop staged bytes; nothing happens where there are none."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether this blob is stored."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading; FileNotFoundError where it is not stored."""
        ...

    def derived(self, sha256: str, name: str) -> bytes | None:
        """Return a file derived from a blob, None where it was not made yet."""
        ...

    def keep_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Keep a file derived from a blob; it can always be made again."""
        ...
