"""Faults seeded into the server on purpose: the model has to find each of them, or it would find nothing else either."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from sync import apply, marks, merge, minutes
from sync.feed import Change, canonical, entry_of
from sync.judging import Judging, Slot, Unit, _held_units
from sync.merge import Merged
from sync.world import HeldOperation, NumberState, Outcome, Receipt, Stored
from tests.sync.model.laws import LawfulDriver
from tests.sync.model.memory import Memory, MemoryDriver


@dataclass
class Fault:
    """One thing done wrong: another memory, another driver around it, or a part of the core replaced while it runs."""

    name: str
    memory: type[Memory] = Memory
    driver: type[MemoryDriver] = LawfulDriver
    core: Callable[[], AbstractContextManager[Any]] = nullcontext
    says: str = ""
    """What the invariant that finds it says."""


# -- the memory forgets


class ForgetsReceipts(Memory):
    """No idempotency: what was sent before is judged afresh."""

    def receipt(self, op_id: str) -> Receipt | None:
        return None

    def quarantined(self, digest: str) -> list[Stored]:
        return []


class DropsPoison(Memory):
    """What cannot be applied is thrown away."""

    def commit(self, device_id: str, outcome: Outcome) -> list[int]:
        outcome.quarantine.clear()
        return super().commit(device_id, outcome)


class ForgetsGone(Memory):
    """The old scope is not told that a document left."""

    def _record(self, change: Change) -> int:
        before = {key: row for key, row in self.feed.items() if key[0] == change.old_scope}
        seq = super()._record(change)
        self.feed |= before
        return seq


class NeverReleases(Memory):
    """A held child waits for ever."""

    def held_for(self, parent_id: str) -> list[HeldOperation]:
        return []


class LeasesAgain(Memory):
    """The same numbers are leased to two tablets."""

    def lease_range(self, count: int) -> tuple[int, int]:
        return 1, count


class TakesAnyNumber(Memory):
    """A number that is taken, or another's, is as good as a free one."""

    def number_state(self, series: str, year: int, number: int) -> NumberState:
        return NumberState("any", self._asking, 1, 10**6, None)


class BelievesBytes(Memory):
    """A photo is complete with whatever bytes came."""

    def bytes_fit(self, id: str, state: dict[str, Any]) -> bool:
        return True


class BreaksChain(Memory):
    """An entry is changed after it was hashed, which nobody checks."""

    def _journal(self, change: Change) -> int:
        rows = self.journal.setdefault(change.scope, [])
        entry, hash_hex = entry_of(change, len(rows) + 1, self.now, rows[-1][2] if rows else "0" * 64)
        if len(rows) == 2:
            entry = canonical({**json.loads(entry), "actor": "someone else"})
        rows.append((len(rows) + 1, entry, hash_hex))
        return len(rows)


class LosesHalfOnCrash(Memory):
    """Receipts are written before the rest, in a transaction of their own."""

    def remember(self, outcome: Outcome) -> None:
        """Write the receipts of a batch that will never be."""
        for receipt in outcome.receipts:
            self.receipts[receipt.op_id] = receipt


class WritesClocks(Memory):
    """The tablet's own time decides when a document was changed."""

    def try_push(self, device_id: str, raws: list[Any]) -> Outcome:
        outcome = super().try_push(device_id, raws)
        outcome.changes = [
            c if c.state is None else replace(c, state={**c.state, "changed_at": c.at}) for c in outcome.changes
        ]
        return outcome


@dataclass
class PlainSequence(Memory):
    """Every other commit gets its numbers at once and becomes visible only after the next one."""

    late: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)
    turn: int = 0

    def push(self, device_id: str, raws: list[Any]) -> list[dict[str, Any]]:
        before = dict(self.feed)
        results = super().push(device_id, raws)
        self.turn += 1
        hidden, self.late = self.late, {}
        if self.turn % 2:
            self.late = {key: row for key, row in self.feed.items() if before.get(key) != row}
            self.feed = before
        self.feed |= {key: row for key, row in hidden.items() if row[0] > self.feed.get(key, (0, ""))[0]}
        return results


# -- the driver around it


class NoEpoch(LawfulDriver):
    """A restored database says that it is the one of before."""

    def new_epoch(self) -> str:
        return self.server.epoch


class ShowsForeignScopes(LawfulDriver):
    """A pull shows whatever the cursor names, granted or not."""

    def readable(self, device_id: str) -> frozenset[str]:
        return frozenset(self.server.journal)


class CrashKeepsReceipts(LawfulDriver):
    """The transaction does not roll back whole."""

    def crash(self, device_id: str, ops: Any, statement: int) -> None:
        self._refresh()
        outcome = self.server.try_push(device_id, list(ops))
        assert isinstance(self.server, LosesHalfOnCrash)
        self.server.remember(outcome)
        self.server.change_device(device_id, next_device_seq=outcome.next_device_seq)


class PoisonSpoilsAll(LawfulDriver):
    """One operation that cannot be read costs the whole batch."""

    def judged(self, device_id: str, ops: Any) -> tuple[list[Any], list[Any]] | None:
        found = super().judged(device_id, ops)
        if found is not None and any(result["code"] == "malformed" for result in found[0]):
            return [{**result, "status": "quarantined"} for result in found[0]], []
        return found


# -- the core does it wrong


def _note_nothing(*_args: Any) -> None:
    return None


@contextmanager
def loser_forgotten() -> Iterator[None]:
    """A conflict's losing value is nowhere."""
    with patch.object(merge, "note_conflict", _note_nothing):
        yield


@contextmanager
def stale_base_overwrites() -> Iterator[None]:
    """Last writer wins."""

    def take(merged: Merged, name: str, current: Any, mine: Any, base: Any, writer: Any) -> Any:
        merged.taken[name] = mine
        return mine

    with patch.object(merge, "_decide", take):
        yield


@contextmanager
def frozen_is_writable() -> Iterator[None]:
    """Issued minutes freeze nothing."""
    with patch.object(apply, "is_frozen", lambda *_args, **_more: False):
        yield


@contextmanager
def deleted_comes_back() -> Iterator[None]:
    """An edit of a deleted document brings it back, in the scope that it names."""

    def revive(act: Any, view: Any, before: Any) -> Any:
        after = replace(before, rev=before.rev + 1, deleted=False, state=dict(act.operation.set))
        return apply.Applied(view.write(act, before, after, taken=dict(act.operation.set), lost={}))

    with patch.object(apply, "_on_deleted", revive):
        yield


@contextmanager
def group_is_cut() -> Iterator[None]:
    """The members of a group are judged one by one."""
    judge = Judging.settle

    def settle(self: Judging, unit: Unit) -> None:
        for slot in unit.slots:
            judge(self, Unit([slot]))

    with patch.object(Judging, "settle", settle):
        yield


@contextmanager
def fork_goes_through() -> Iterator[None]:
    """A tablet's copy may use its numbers a second time."""
    from sync import batch

    class Careless(batch._Numbering):
        def take(self, index: int, raw: Any) -> Any:
            slot = super().take(index, raw)
            if (
                slot is None
                and self.judging.outcome.quarantine
                and self.judging.outcome.quarantine[-1].code == "device_fork"
            ):
                entry = self.judging.outcome.quarantine.pop()
                self.judging.results.pop(index)
                return Slot(entry.raw, entry.digest, self.device, index, entry.device_seq)
            return slot

    with patch.object(batch, "_Numbering", Careless):
        yield


@contextmanager
def revoked_is_trusted() -> Iterator[None]:
    """A revoked tablet goes on writing."""
    read = Judging._read

    def trusting(self: Judging, slot: Any) -> Any:
        slot.device = replace(slot.device, revoked=False)
        return read(self, slot)

    with patch.object(Judging, "_read", trusting):
        yield


@contextmanager
def seal_is_not_checked() -> Iterator[None]:
    """Any signature is a right one."""
    with patch.object(minutes, "check_seal", lambda *_args: None):
        yield


@contextmanager
def held_is_applied_twice() -> Iterator[None]:
    """What waits in two places is judged in both."""

    def take_up(_judging: Judging, rows: Any, *, decided: bool = False) -> list[Unit]:
        return _held_units(rows, decided=decided)

    with patch.object(Judging, "take_up", take_up):
        yield


@contextmanager
def mark_id_is_not_checked() -> Iterator[None]:
    """A sticker may have any id, so that one serial is two documents."""
    with patch.object(marks, "check_id", lambda *_args: None):
        yield


@contextmanager
def second_use_overwrites() -> Iterator[None]:
    """Who records a serial later is believed."""
    again = apply._create_again

    def believe(act: Any, kind: Any, view: Any, before: Any) -> Any:
        if kind.name != "mark":
            return again(act, kind, view, before)
        said = dict(act.operation.set)
        after = replace(before, rev=before.rev + 1, state={**before.state, **said})
        return apply.Applied(view.write(act, before, after, taken=said, lost={}), merged=True)

    with patch.object(marks, "refuse_second", lambda *_args: None), patch.object(apply, "_create_again", believe):
        yield


FAULTS = (
    Fault("no idempotency", ForgetsReceipts),
    Fault("plain sequence", PlainSequence),
    Fault("dropped poison", DropsPoison, says="I2"),
    Fault("missing gone", ForgetsGone),
    Fault("held child never released", NeverReleases, says="I15"),
    Fault("numbers leased twice", LeasesAgain, says="one number in two leases"),
    Fault("a taken number is taken again", TakesAnyNumber, says="two valid papers"),
    Fault("photo hash unchecked", BelievesBytes, says="I13"),
    Fault("chain hash unchecked", BreaksChain),
    Fault("clock decides", WritesClocks, says="I6"),
    Fault("no epoch", driver=NoEpoch),
    Fault("foreign scope shown", driver=ShowsForeignScopes, says="I8"),
    Fault("half a transaction survives", LosesHalfOnCrash, CrashKeepsReceipts),
    Fault("poison spoils its batch", driver=PoisonSpoilsAll, says="I9"),
    Fault("lost value forgotten", core=loser_forgotten, says="I7"),
    Fault("stale base overwrites", core=stale_base_overwrites, says="I7"),
    Fault("frozen findings writable", core=frozen_is_writable, says="I12"),
    Fault("deleted comes back", core=deleted_comes_back),
    Fault("group cut", core=group_is_cut, says="was cut"),
    Fault("fork goes through", core=fork_goes_through, says="I3"),
    Fault("revoked tablet trusted", core=revoked_is_trusted),
    Fault("seal unchecked", core=seal_is_not_checked),
    Fault("held applied twice", core=held_is_applied_twice),
    Fault("mark id unchecked", core=mark_id_is_not_checked, says="marks:"),
    Fault("second use overwrites", core=second_use_overwrites, says="used twice silently"),
)
