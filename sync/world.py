"""What the batch needs to know and what it answers: the boundary between the pure core and the server's services."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sync.feed import Change

if TYPE_CHECKING:
    from checklists.limits import RuleSet
    from checklists.model import Checklist


@dataclass(frozen=True, slots=True)
class Document:
    """A document's present state; deleted ones stay known (`state` empty), so that they cannot come back.

    `state` is never changed in place: every revision is a new dict.
    """

    kind: str
    id: str
    parent: str | None
    scope: str
    rev: int
    state: dict[str, Any]
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """One inspector on one tablet, as the server knows them at this moment.

    `grants`: scopes this user may read and write. `led_campaigns`: campaign ids where the user is leader or written
    substitute; `verified_campaigns`: those where they are on the team as verifier. `stopped`: issuing stopped after a fork.
    """

    device_id: str
    user_id: str
    role: str
    grants: frozenset[str]
    next_device_seq: int
    revoked: bool
    stopped: bool
    public_key: bytes
    led_campaigns: frozenset[str]
    verified_campaigns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The stored answer to an operation. `result` is the protocol's result with `replay` false."""

    op_id: str
    device_id: str
    device_seq: int
    digest: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A quarantine row seen again: what it was called then."""

    op_id: str | None
    code: str
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class HeldOperation:
    """A held operation of any device, with that device as it stands now."""

    quarantine_id: str
    raw: Any
    device: DeviceContext


@dataclass(frozen=True, slots=True)
class NumberState:
    """Who holds a minutes number and who has used it.

    `taken_by`: id of minutes that are issued or conflicting under it (a quarantined paper does not count).
    `spent`: void, or otherwise never to be used again. No lease, or a returned one: the lease fields are None.
    `forgotten`: passed over when a backup was restored: it may have been leased to anyone, and a signed paper is the word.
    `awaits`: hex digest of the one paper that may still come under it (registered from its QR, its tablet lost).
    """

    lease_id: str | None
    lease_device: str | None
    lease_from: int | None
    lease_to: int | None
    taken_by: str | None
    spent: bool = False
    forgotten: bool = False
    awaits: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who last wrote a field, and when the server received it."""

    actor: str
    at: str


class World(Protocol):
    """What the core reads. The caller preloads (and locks) it; answers must not change during a batch."""

    def get(self, kind: str, id: str) -> Document | None:
        """Return a document, a deleted one too."""

    def children(self, parent_id: str, kind: str) -> list[Document]:
        """Return live documents of a kind under a parent, in a stable order."""

    def existing(self, kind: str, ids: Collection[str]) -> Collection[str]:
        """Return which of these ids are documents of a kind, deleted ones too; nothing is locked."""

    def inspections_at(self, establishment_id: str) -> list[Document]:
        """Return the live inspections of an establishment, in a stable order; closed ones may be left out."""

    def slips_of(self, session_id: str) -> list[Document]:
        """Return the live inspections of a verification session, in a stable order; closed ones may be left out."""

    def receipt(self, op_id: str) -> Receipt | None:
        """Return the receipt of an operation of any device."""

    def quarantined(self, digest: str) -> list[Stored]:
        """Return every row that this device has in quarantine with this digest, decided ones too, oldest first. Asked
        only for operations without a receipt of their digest."""

    def held_for(self, parent_id: str) -> list[HeldOperation]:
        """Return what is held for a document, any device, in order of device and device_seq. Asked once for every
        document that a batch creates: preload."""

    def checklist(self, code: str, version: int) -> Checklist | None:
        """Return an immutable published checklist."""

    def rules(self, version: str) -> RuleSet | None:
        """Return an immutable rule set."""

    def number_state(self, series: str, year: int, number: int) -> NumberState:
        """Return what is known of a minutes number."""

    def author(self, kind: str, id: str, field: str) -> Author | None:
        """Return who last wrote a field (from the journal); asked only in a conflict."""


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """An operation kept whole. `op_id` and `device_seq` as far as they could be read.

    `state`: `quarantined`, or `held` (then `parent` is what it waits for, None = a person).
    """

    op_id: str | None
    device_seq: int | None
    raw: Any
    digest: str
    code: str
    detail: str
    state: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class NumberUse:
    """What became of a minutes number: `issued`, `void`, `conflicting` or `quarantined`.

    Only `issued` may take the number, only its own minutes make it `void` (with their reason): the other two are shown
    beside it and never replace an `issued` or `void` row.
    """

    series: str
    year: int
    number: int
    minutes_id: str
    status: str
    device_id: str
    lease_id: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A held operation that was looked at again and still not applied: its new state, code and what it waits for."""

    quarantine_id: str
    state: str
    code: str
    detail: str
    parent: str | None


@dataclass(slots=True)
class Outcome:
    """Everything a batch did; the caller writes it in one transaction.

    `results` have `seq` null: for (result index -> change index) in `seq_slots` put the seq that the ledger gave to
    that change. `receipts` share their dicts with `results`, so filling one fills the other; store them afterwards.
    Each entry of `results` of a replay has its seq already. `released`: ids of held quarantine rows now in the journal.
    """

    epoch: str
    next_device_seq: int
    results: list[dict[str, Any]] = field(default_factory=list)
    seq_slots: dict[int, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    quarantine: list[QuarantineEntry] = field(default_factory=list)
    numbers: list[NumberUse] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    rejudged: list[Rejudged] = field(default_factory=list)
    forked: bool = False


class DeviceGap(Exception):
    """An operation is missing before this one: 409 with `next_device_seq`; nothing of the batch was applied."""

    def __init__(self, next_device_seq: int) -> None:
        super().__init__(f"waiting for device_seq {next_device_seq}")
        self.next_device_seq = next_device_seq
