"""The ledger of verification marks (sổ tem, chì): what became of every serial received, counted from documents alone.

A serial of a batch has exactly one fate, so that received = in stock + unsure + held + used + spoiled + written off. Leases
are matched to batches by their serials, not by an id: after a restore a batch may be received anew under another one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.documents import Document
from sync.ids import normal_serial
from sync.mark_ranges import number_of, numbers_of, serial

BATCH, LEASE, MARK, STOCKTAKE = "mark_batch", "mark_lease", "mark", "stocktake"
STICKER, SEAL = "sticker", "seal"
STOCK, UNSURE, HELD, USED, SPOILED, LOST = "stock", "unsure", "held", "used", "spoiled", "lost"
FATES = (STOCK, UNSURE, HELD, USED, SPOILED, LOST)
NEVER_RECEIVED, NEVER_LEASED, FORGOTTEN, WAS_WRITTEN_OFF, WARNED = (
    "never_received", "never_leased", "forgotten", "was_written_off", "warned",
)  # fmt: skip
_CODE = {fate: code for code, fate in enumerate(FATES)}
_D = Document.__table__.c
_COLUMNS = (_D.id, _D.rev, _D.scope, _D.parent, _D.state)


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the ledger as it stands."""

    id: str
    rev: int
    scope: str
    parent: str | None
    state: dict[str, Any]

    @property
    def whole(self) -> tuple[int, int]:
        """The first and the last running number of a batch or a lease."""
        return self.state["first"], self.state["last"]

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last serial of a batch or a lease as printed."""
        first, last = self.whole
        return self.text(first), self.text(last)

    def text(self, number: int) -> str:
        """Write a running number of this batch or lease as printed."""
        return serial(self.state["prefix"], number, self.state["digits"])

    def number(self, text: str) -> int | None:
        """Read a serial, as printed or only its number, that lies within this batch or lease; else None."""
        said = normal_serial(text)
        found = number_of(said, self.state["prefix"], self.state["digits"])
        if found is None and said.isascii() and said.isdigit() and len(said) <= self.state["digits"]:
            found = int(said)
        return found if found is not None and self.whole[0] <= found <= self.whole[1] else None

    @property
    def device_id(self) -> str:
        """The tablet that holds a lease."""
        return str(self.state.get("device_id"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A sticker or a seal that left the roll, of the organisation of its campaign."""

    row: Row
    organisation_id: str

    @property
    def kind(self) -> str:
        """`sticker` or `seal`."""
        return str(self.row.state.get("kind"))

    @property
    def serial(self) -> str:
        """Its serial in the form in which serials are one and the same."""
        return normal_serial(str(self.row.state.get("serial") or ""))

    @property
    def fate(self) -> str:
        """What became of it. One whose record was taken back is nowhere anybody can name: written off."""
        if self.row.state.get("voided"):
            return LOST
        return SPOILED if self.row.state.get("fate") == "spoiled" else USED


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not fit together. `batch_id` where the serial is of one."""

    code: str
    mark: Mark
    batch_id: str | None


@dataclass
class Roll:
    """One batch with the fate of each of its serials."""

    batch: Row
    leases: Sequence[Row]
    marks: dict[int, Mark] = field(default_factory=dict)
    fates: bytearray = field(init=False)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        first, last = self.batch.whole
        self.fates = bytearray(last - first + 1)  # all in stock
        for lease in self.leases:
            self._put(numbers_of(lease.state.get("written_off"), self._part(lease)), LOST)
        # Whatever came back and went out again is out: by no clock, which may stand still or be set back.
        for lease in self.leases:
            self._put(self._held(lease), HELD)
        state = self.batch.state
        self._put((n for n in numbers_of(state.get("passed_over"), self.batch.whole) if self.fate(n) == STOCK), UNSURE)
        self._put(numbers_of(state.get("written_off"), self.batch.whole), LOST)

    def take(self, number: int, mark: Mark) -> None:
        """Note a mark; what says that it should not be out there is a finding."""
        before = self.fate(number)
        self.marks[number] = mark
        self._put((number,), mark.fate)
        if mark.row.state.get("voided"):
            return
        code = {STOCK: NEVER_LEASED, UNSURE: FORGOTTEN, LOST: WAS_WRITTEN_OFF}.get(before)
        if code is not None or mark.row.state.get("warnings"):
            self.findings.append(Finding(code or WARNED, mark, self.batch.id))

    def fate(self, number: int) -> str:
        """Say what became of a number of this batch."""
        return FATES[self.fates[number - self.batch.whole[0]]]

    def numbers(self, *fates: str) -> list[int]:
        """Return the numbers with these fates, in order; all of them where none is named."""
        first, codes = self.batch.whole[0], {_CODE[fate] for fate in fates or FATES}
        return [first + place for place, code in enumerate(self.fates) if code in codes]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many serials have each fate."""
        found = Counter(self.fates)
        return {fate: found[code] for fate, code in _CODE.items()}

    @cached_property
    def leased(self) -> int:
        """How many serials were given out, each time that they were."""
        return sum(self._share(lease) for lease in self.leases)

    @cached_property
    def returned(self) -> int:
        """How many came back, each time that they did."""
        return sum(len(numbers_of(lease.state.get("returned"), self._part(lease))) for lease in self.leases)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing of it was ever given out, used or written off."""
        return not self.leases and not self.marks and not self.batch.state.get("written_off")

    def holder_of(self, number: int) -> Row | None:
        """Return the lease that a number did not come back from; the last one where it came back from each."""
        of = [lease for lease in reversed(self.leases) if lease.whole[0] <= number <= lease.whole[1]]
        out = (lease for lease in of if number not in numbers_of(lease.state.get("returned"), lease.whole))
        return next(out, of[0] if of else None)

    def _part(self, lease: Row) -> tuple[int, int]:
        return max(self.batch.whole[0], lease.whole[0]), min(self.batch.whole[1], lease.whole[1])

    def _held(self, lease: Row) -> set[int]:
        part = self._part(lease)
        gone = (numbers_of(lease.state.get(name), part) for name in ("returned", "written_off"))
        return set(range(part[0], part[1] + 1)).difference(*gone)

    def _share(self, lease: Row) -> int:
        first, last = self._part(lease)
        return last - first + 1

    def _put(self, numbers: Iterable[int], fate: str) -> None:
        first, code = self.batch.whole[0], _CODE[fate]
        for number in numbers:
            self.fates[number - first] = code


@dataclass
class Ledger:
    """All batches with what became of them, and all that fits no batch."""

    rolls: Sequence[Roll]
    voided: Sequence[Row]
    leases: Sequence[Row]
    marks: Sequence[Mark]
    strays: Sequence[Mark]
    """Used or spoiled, never received."""

    def roll(self, batch_id: str) -> Roll | None:
        """Return one batch that counts."""
        return next((roll for roll in self.rolls if roll.batch.id == batch_id), None)

    def of(self, organisation_id: str, kind: str) -> Iterator[Roll]:
        """Give the batches of an organisation and kind, the one received first at the head: so they are given out."""
        for roll in self.rolls:
            if (roll.batch.state["organisation_id"], roll.batch.state["kind"]) == (organisation_id, kind):
                yield roll

    def gone(self, lease: Row) -> set[str]:
        """Return the serials that marks tell of, of a lease's organisation and kind."""
        return self._gone.get((lease.state["organisation_id"], lease.state["kind"]), set())

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything that does not fit together, by serial."""
        found = [finding for roll in self.rolls for finding in roll.findings]
        found += [Finding(NEVER_RECEIVED, mark, None) for mark in self.strays]
        return sorted(found, key=lambda f: (f.mark.kind, f.mark.serial))

    @cached_property
    def _gone(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for mark in self.marks:
            found[mark.organisation_id, mark.kind].add(mark.serial)
        return found


def load(session: Session) -> Ledger:
    """Read the whole ledger: four questions, however long it is."""
    batches = sorted(rows(session, BATCH), key=lambda b: (str(b.state.get("received_on")), b.ends[0], b.id))
    leases = sorted(rows(session, LEASE), key=lambda lease: (str(lease.state["granted_at"]), lease.whole, lease.id))
    owners = {f"campaign:{row.id}": str(row.state.get("organisation_id")) for row in rows(session, "campaign")}
    marks = [Mark(row, owners.get(row.scope, "")) for row in rows(session, MARK)]
    rolls = [Roll(batch, [le for le in leases if _shares(batch, le)]) for batch in batches if not batch.state.get("voided")]  # fmt: skip
    strays = _placed(rolls, marks)
    return Ledger(rolls, [batch for batch in batches if batch.state.get("voided")], leases, marks, strays)


def _placed(rolls: Sequence[Roll], marks: Sequence[Mark]) -> list[Mark]:
    """Put every mark into its batch; return those that are of none, but for records taken back."""
    shelf: dict[tuple[str, str], dict[tuple[str, int], list[Roll]]] = defaultdict(lambda: defaultdict(list))
    for roll in rolls:
        state = roll.batch.state
        shelf[state["organisation_id"], state["kind"]][state["prefix"], state["digits"]].append(roll)
    strays = []
    for mark in marks:
        found = _place(shelf[mark.organisation_id, mark.kind], mark.serial)
        if found is not None:
            found[0].take(found[1], mark)
        elif not mark.row.state.get("voided"):
            strays.append(mark)
    return strays


def _place(shelf: Mapping[tuple[str, int], Sequence[Roll]], text: str) -> tuple[Roll, int] | None:
    """Find the batch of a serial, and its number there."""
    for (prefix, digits), known in shelf.items():
        number = number_of(text, prefix, digits)
        for roll in known if number is not None else ():
            if number is not None and roll.batch.whole[0] <= number <= roll.batch.whole[1]:
                return roll, number
    return None


def _shares(batch: Row, lease: Row) -> bool:
    same = all(batch.state[name] == lease.state.get(name) for name in ("organisation_id", "kind", "prefix", "digits"))
    return same and batch.whole[0] <= lease.whole[1] and lease.whole[0] <= batch.whole[1]


def rows(session: Session, kind: str) -> list[Row]:
    """Read the live documents of a kind, at a fifth of what whole objects cost."""
    query = select(*_COLUMNS).where(_D.kind == kind, _D.is_deleted.is_(False))
    return [Row(*row) for row in session.connection().execute(query)]


def row_of(session: Session, kind: str, id: str) -> Row | None:
    """Read one document of the ledger."""
    query = select(*_COLUMNS).where(_D.kind == kind, _D.id == id, _D.is_deleted.is_(False))
    found = session.connection().execute(query).first()
    return None if found is None else Row(*found)
