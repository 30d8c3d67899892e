"""The ledger of verification marks (sổ tem, chì): what became of every serial received, counted from documents alone.

A serial of a batch has exactly one fate, so that received = in stock + unsure + held + used + spoiled + written off. Leases
are matched to batches by their serials, not by an id: after a restore a batch may be received anew under another one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents, marks
from server.db.documents import Document
from server.db.marks import Place, Run
from server.services.mark_rows import LOST, SPOILED, USED
from server.services.paper_rows import CAMPAIGN
from sync.ids import normal_serial
from sync.mark_ranges import Span, cut, joined, number_of, numbers_of, serial

BATCH, LEASE, STOCKTAKE = "mark_batch", "mark_lease", "stocktake"
STICKER, SEAL = "sticker", "seal"
STOCK, UNSURE, HELD = "stock", "unsure", "held"
FATES = (STOCK, UNSURE, HELD, USED, SPOILED, LOST)
NEVER_RECEIVED, NEVER_LEASED, FORGOTTEN, WAS_WRITTEN_OFF, WARNED = (
    "never_received", "never_leased", "forgotten", "was_written_off", "warned",
)  # fmt: skip
Shelf = tuple[str, str, str, int]
"""An organisation, a kind, and of a roll's serials what stands before their figures and how many these are."""
_OUTSIDE = {STOCK: NEVER_LEASED, UNSURE: FORGOTTEN, LOST: WAS_WRITTEN_OFF}
_CODE = {fate: code for code, fate in enumerate(FATES)}
_D = Document.__table__.c


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
    """A mark that does not fit together with the rest. `batch_id` where the serial is of one."""

    code: str
    organisation_id: str
    kind: str
    serial: str
    batch_id: str | None


@dataclass
class Roll:
    """One batch with the fate of each of its serials."""

    batch: Row
    leases: Sequence[Row]
    is_marked: bool = False
    """Whether anything of it was used or spoiled."""
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

    def take(self, first: int, last: int, run: Run) -> None:
        """Note numbers that are of a run of marks; what says that one should not be out there is a finding."""
        start, end, self.is_marked = first - self.batch.whole[0], last + 1 - self.batch.whole[0], True
        before = self.fates[start:end]
        self.fates[start:end] = bytes([_CODE[run.fate]]) * len(before)
        if run.fate == LOST or (not run.is_odd and before.count(_CODE[HELD]) == len(before)):
            return
        state = self.batch.state
        for number, was in enumerate(before, first):
            code = _OUTSIDE.get(FATES[was], WARNED if run.is_odd else None)
            if code is not None:
                self.findings.append(
                    Finding(code, state["organisation_id"], state["kind"], self.batch.text(number), self.batch.id)
                )

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
        return not self.leases and not self.is_marked and not self.batch.state.get("written_off")

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
    runs: Mapping[Shelf, Sequence[Run]]
    """The marks by organisation, kind and roll."""
    strays: Sequence[Finding]
    """Used or spoiled, never received."""

    def roll(self, batch_id: str) -> Roll | None:
        """Return one batch that counts."""
        return next((roll for roll in self.rolls if roll.batch.id == batch_id), None)

    def of(self, organisation_id: str, kind: str) -> Iterator[Roll]:
        """Give the batches of an organisation and kind, the one received first at the head: so they are given out."""
        for roll in self.rolls:
            if (roll.batch.state["organisation_id"], roll.batch.state["kind"]) == (organisation_id, kind):
                yield roll

    def gone(self, lease: Row) -> set[int]:
        """Return the numbers of a lease that marks tell of."""
        shelf, ahead = _shelf(lease)
        spans, (first, last) = self._gone.get(shelf, []), (number + ahead for number in lease.whole)
        found: set[int] = set()
        for start, end in spans[max(0, bisect_left(spans, (first, first)) - 1) :]:
            if start > last:
                break
            found.update(range(max(start, first) - ahead, min(end, last) + 1 - ahead))
        return found

    @cached_property
    def findings(self) -> list[Finding]:
        """Everything that does not fit together, by serial."""
        found = [finding for roll in self.rolls for finding in roll.findings]
        return sorted([*found, *self.strays], key=lambda f: (f.kind, f.serial))

    @cached_property
    def _gone(self) -> dict[Shelf, list[Span]]:
        return {shelf: _merged((run.first, run.last) for run in own) for shelf, own in self.runs.items()}


def load(session: Session) -> Ledger:
    """Read the whole ledger: four questions, however long it is."""
    batches = sorted(rows(session, BATCH), key=lambda b: (str(b.state.get("received_on")), b.ends[0], b.id))
    leases = sorted(rows(session, LEASE), key=lambda lease: (str(lease.state["granted_at"]), lease.whole, lease.id))
    rolls = [Roll(batch, [le for le in leases if _shares(batch, le)]) for batch in batches if not batch.state.get("voided")]  # fmt: skip
    found = marks.runs(session)
    owners = _owners(session, {run.campaign_id for run in found})
    runs: dict[Shelf, list[Run]] = defaultdict(list)
    for run in found:
        runs[owners.get(run.campaign_id, ""), run.kind, run.head, run.width].append(run)
    strays = _placed(rolls, runs)
    return Ledger(rolls, [batch for batch in batches if batch.state.get("voided")], leases, runs, strays)


def marks_of(session: Session, roll: Roll, numbers: Iterable[int]) -> dict[int, Mark]:
    """Return the marks of numbers of a batch, by number."""
    (organisation_id, kind, head, width), ahead = _shelf(roll.batch)
    found = named(session, [(head, width, number + ahead) for number in numbers])
    own = [mark for mark in found if (mark.organisation_id, mark.kind) == (organisation_id, kind)]
    return {cut(mark.serial)[2] - ahead: mark for mark in own}


def named(session: Session, places: Iterable[Place]) -> list[Mark]:
    """Return the marks of serials, cut, of every organisation and kind."""
    found = [Row(*row) for row in documents.light_of(session, "mark", marks.named(session, places))]
    owners = _owners(session, {row.scope.removeprefix(CAMPAIGN) for row in found})
    return [Mark(row, owners.get(row.scope.removeprefix(CAMPAIGN), "")) for row in found]


def moments(session: Session, leases: Iterable[Row]) -> dict[str, list[tuple[float, int]]]:
    """Return when numbers of leases were used or spoiled, by lease: (instant, number), the first at the head."""
    placed = {lease.id: (*_shelf(lease), lease.whole) for lease in leases}
    spans: dict[Shelf, list[Span]] = defaultdict(list)
    for shelf, ahead, (first, last) in placed.values():
        spans[shelf].append((first + ahead, last + ahead))
    asked = {
        (kind, head, width, first, last)
        for (_, kind, head, width), own in spans.items()
        for first, last in _merged(own)
    }
    rows = marks.moments(session, sorted(asked))
    owners = _owners(session, {row[0] for row in rows})
    found: dict[Shelf, list[tuple[int, float]]] = defaultdict(list)
    for campaign_id, kind, head, width, number, at in rows:
        found[owners.get(campaign_id, ""), kind, head, width].append((number, at))
    for each in found.values():
        each.sort()
    return {id: sorted((at, number - ahead) for number, at in _between(found.get(shelf, []), first + ahead, last + ahead))
            for id, (shelf, ahead, (first, last)) in placed.items()}  # fmt: skip


def _between(found: list[tuple[int, float]], first: int, last: int) -> list[tuple[int, float]]:
    return found[bisect_left(found, (first, 0.0)) : bisect_left(found, (last + 1, 0.0))]


def _placed(rolls: Sequence[Roll], runs: Mapping[Shelf, Sequence[Run]]) -> list[Finding]:
    """Put every run into its batches; return the marks that are of none, but for records taken back."""
    own_roll = {roll.batch.id: roll for roll in rolls}
    batches = {shelf: [(own_roll[row.id], *row.whole, ahead) for row, ahead in own]
               for shelf, own in shelved(roll.batch for roll in rolls).items()}  # fmt: skip
    strays = []
    for shelf, own in runs.items():
        organisation_id, kind, head, width = shelf
        for run in own:
            left = [(run.first, run.last)]
            for roll, first, last, ahead in batches.get(shelf, ()):
                if first + ahead <= run.last and run.first <= last + ahead:
                    left = list(_taken(roll, ahead, left, run))
            if run.fate != LOST:
                strays += [Finding(NEVER_RECEIVED, organisation_id, kind, joined(head, width, number), None)
                           for start, end in left for number in range(start, end + 1)]  # fmt: skip
    return strays


def _taken(roll: Roll, ahead: int, left: Iterable[Span], run: Run) -> Iterator[Span]:
    """Put what a batch has of these numbers into it, and give the others back."""
    first, last = (number + ahead for number in roll.batch.whole)
    for start, end in left:
        if start <= last and first <= end:
            roll.take(max(start, first) - ahead, min(end, last) - ahead, run)
        yield from (part for part in ((start, min(end, first - 1)), (max(start, last + 1), end)) if part[0] <= part[1])


def shelved(found: Iterable[Row]) -> dict[Shelf, list[tuple[Row, int]]]:
    """Put batches or leases where their marks stand, in their order, each with how much its numbers there are ahead."""
    shelves: dict[Shelf, list[tuple[Row, int]]] = defaultdict(list)
    for row in found:
        shelf, ahead = _shelf(row)
        shelves[shelf].append((row, ahead))
    return shelves


def _shelf(row: Row) -> tuple[Shelf, int]:
    """Return where marks of a batch or a lease stand, and by how much their numbers there are ahead of its own."""
    head, width, number = cut(row.ends[0])
    return (row.state["organisation_id"], row.state["kind"], head, width), number - row.whole[0]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch, in order."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def _owners(session: Session, campaigns: Iterable[str]) -> dict[str, str]:
    """Return the organisations of campaigns, by campaign."""
    query = select(_D.id, _D.state).where(_D.kind == "campaign", _D.id.in_(sorted(campaigns)), _D.is_deleted.is_(False))
    return {id: str(state.get("organisation_id")) for id, state in session.connection().execute(query)}


def _shares(batch: Row, lease: Row) -> bool:
    same = all(batch.state[name] == lease.state.get(name) for name in ("organisation_id", "kind", "prefix", "digits"))
    return same and batch.whole[0] <= lease.whole[1] and lease.whole[0] <= batch.whole[1]


def rows(session: Session, kind: str) -> list[Row]:
    """Read the live documents of a kind."""
    return [Row(*row) for row in documents.light(session, kind)]


def row_of(session: Session, kind: str, id: str) -> Row | None:
    """Read one document of the ledger."""
    return next((Row(*row) for row in documents.light_of(session, kind, [id])), None)
