"""What every blob store promises."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class StagingLost(Exception):
    """An upload's staged bytes are not there: never begun, already promoted, given up, or lost with a disk."""


class StoreFull(Exception):
    """The store has no room left; what was staged before stays."""


class StoreUnavailable(Exception):
    """The store cannot be reached, does not answer in time, or gave bytes back that are not what it was given."""


class Staged(Protocol):
    """One upload's staged bytes, held by one writer."""

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes at an offset and make them durable. What stood there (a torn tail) is overwritten."""
        ...

    def sha256(self, length: int) -> str:
        """Hash the first `length` bytes by reading them back."""
        ...

    def promote(self, sha256: str, length: int) -> None:
        """Make the first `length` bytes, which have this hash, the immutable blob of it: durably, all or nothing.

        Doing it again is harmless. A stored blob is replaced only where it no longer has its own hash.
        Raises StagingLost where the upload was given up meanwhile; the staged bytes stay on every other failure.
        """
        ...


class BlobStore(Protocol):
    """Staged uploads, blobs by content address, and files derived from them.

    Every method raises StoreFull or StoreUnavailable where the disk or the service behind it fails.
    """

    def begin(self, upload_id: str) -> None:
        """Stage an empty upload; an open upload always has its staged file."""
        ...

    def staged_size(self, upload_id: str) -> int | None:
        """Bytes staged, None where nothing is."""
        ...

    def appending(self, upload_id: str) -> AbstractContextManager[Staged]:
        """Hold an upload's staged bytes for a moment, alone among all workers; never across network reads.

        Raises StagingLost, and StoreUnavailable where another worker does not let go.
        """
        ...

    def discard(self, upload_id: str) -> None:
        """Drop staged bytes; nothing happens where there are none."""
        ...

    def staged_before(self, seconds: float) -> list[str]:
        """List the uploads whose staged bytes nobody has touched since an instant (Unix seconds)."""
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

    def check(self) -> None:
        """Ask the store, within seconds, whether it would take and give blobs now."""
        ...
