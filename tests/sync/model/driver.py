"""What the model asks of a server, and the picture of it that invariants look at: the same for memory and database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sync.lease import Lease
from sync.world import Document, Receipt

SERIES = "BB-ĐKT"
YEAR = 2026


class Gap(Exception):
    """409: the server waits for an earlier operation."""

    def __init__(self, next_device_seq: int) -> None:
        super().__init__(str(next_device_seq))
        self.next_device_seq = next_device_seq


class Resync(Exception):
    """410: the cursor is of another epoch."""


class Forbidden(Exception):
    """403: a revoked tablet, or one whose issuing is stopped."""


@dataclass(frozen=True)
class Kept:
    """One row of quarantine."""

    id: str
    device_id: str
    op_id: str | None
    digest: str
    code: str
    state: str
    parent: str | None

    @property
    def is_open(self) -> bool:
        """Whether the operation is here and not in the journal."""
        return self.state not in {"applied", "released"}


@dataclass(frozen=True)
class LeaseRow:
    """A range of numbers and who holds it."""

    id: str
    device_id: str
    lease: Lease
    is_returned: bool


@dataclass(frozen=True)
class Picture:
    """Everything that the server holds at one moment."""

    epoch: str
    documents: dict[tuple[str, str], Document]
    journal: dict[str, list[tuple[int, str, str]]]
    heads: dict[str, tuple[int, str]]
    feed: dict[tuple[str, str, str], tuple[int, str]]
    receipts: dict[str, Receipt]
    quarantine: list[Kept]
    numbers: dict[tuple[str, int, int], tuple[str | None, str]]
    leases: list[LeaseRow]
    bytes_of: dict[str, set[str]]
    """Photo -> SHA-256 of the files that were delivered whole for it, as read back."""

    def live(self, scope: str) -> dict[tuple[str, str], tuple[int, dict[str, Any]]]:
        """The live documents of a scope."""
        return {key: (d.rev, d.state) for key, d in self.documents.items() if d.scope == scope and not d.deleted}

    def children(self, parent: str, kind: str) -> list[Document]:
        """Live documents of a kind under a parent."""
        found = [d for d in self.documents.values() if d.parent == parent and d.kind == kind and not d.deleted]
        return sorted(found, key=lambda d: d.id)


class Driver(Protocol):
    """A server with its office. Every call is one request, or one act of the office in a transaction of its own."""

    def picture(self) -> Picture: ...

    def grants(self, device_id: str) -> frozenset[str]: ...

    # -- the office

    def hire(self, role: str) -> str: ...

    def enrol(self, user_id: str, key: bytes) -> str: ...

    def write(self, kind: str, id: str, scope: str, state: dict[str, Any], parent: str | None = None) -> None: ...

    def revoke(self, device_id: str) -> None: ...

    def review(self, inspection_id: str, decision: str, finding_ids: Sequence[str]) -> bool: ...

    def release(self, quarantine_ids: Sequence[str]) -> None: ...

    def discard(self, quarantine_id: str) -> None: ...

    def backup(self) -> None: ...

    def restore(self) -> None: ...

    # -- requests of tablets

    def push(self, device_id: str, ops: Sequence[Any], *, protocol: int = 1) -> dict[str, Any]: ...

    def crash(self, device_id: str, ops: Sequence[Any], statement: int) -> None: ...

    def pull(self, device_id: str, cursor: str | None, limit: int) -> dict[str, Any]: ...

    def hello(self, device_id: str, lowest: int | None) -> dict[str, Any]: ...

    def lease(self, device_id: str, count: int) -> LeaseRow: ...

    def give_back(self, device_id: str, lease_id: str, first_unused: int) -> None: ...

    def upload(self, device_id: str, photo_id: str, sha256: str, data: bytes) -> None: ...
