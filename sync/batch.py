"""A pushed batch: numbering, replays, forks, groups, one result per operation. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sync.judging import Judging, Slot, Unit, Validate
from sync.operations import device_seq_of, digest, group_of, op_id_of
from sync.refusals import DETAILS, HELD, QUARANTINED, Refusal
from sync.world import (
    Author,
    DeviceContext,
    DeviceGap,
    Document,
    HeldOperation,
    NumberState,
    NumberUse,
    Outcome,
    QuarantineEntry,
    Receipt,
    Rejudged,
    Stored,
    World,
)

__all__ = [
    "Author", "DeviceContext", "DeviceGap", "Document", "HeldOperation", "NumberState", "NumberUse", "Outcome",
    "QuarantineEntry", "Receipt", "Rejudged", "Stored", "Validate", "World", "apply_batch", "release",
]  # fmt: skip


def apply_batch(
    raw_ops: Sequence[Any], world: World, device: DeviceContext, epoch: str, now: datetime, validate: Validate
) -> Outcome:
    """Apply a device's operations to the world and say what became of each, in order, exactly one result for each.

    `validate` is the strict shape check of the wire: it returns the operation or raises a Refusal. Raises DeviceGap
    where an operation is missing in between; nothing else escapes, whatever the operations are.
    """
    outcome = Outcome(epoch, device.next_device_seq)
    judging = Judging(world, now.isoformat(), validate, outcome)
    numbering = _Numbering(world, device, judging, _places(raw_ops))
    fresh = [slot for index, raw in enumerate(raw_ops) if (slot := numbering.take(index, raw)) is not None]
    for unit in _units(fresh, _failed_groups(judging, raw_ops), judging):
        judging.settle(unit)
    judging.finish()
    for index, first in numbering.repeats:
        judging.results[index] = {**judging.results[first], "replay": True}
        if first in outcome.seq_slots:
            outcome.seq_slots[index] = outcome.seq_slots[first]
    outcome.results = [judging.results[index] for index in range(len(raw_ops))]
    return outcome


def release(
    held: Sequence[HeldOperation], world: World, epoch: str, now: datetime, validate: Validate, *, decided: bool = False
) -> Outcome:
    """Judge operations from quarantine again: what they waited for has come, or (`decided`) a supervisor released them.

    A decision overrules what was held for a person (after issue, issuing stopped) and a revoked tablet, nothing else:
    a bad signature stays one. The outcome has `released`, `rejudged`, `changes` and `numbers`, no results. The server
    calls it for documents that the office creates, too.
    """
    outcome = Outcome(epoch, 0)
    judging = Judging(world, now.isoformat(), validate, outcome)
    for unit in judging.take_up(held, decided=decided):
        judging.settle(unit)
    judging.finish()
    return outcome


class _Numbering:
    """Which operations are fresh: the device's own numbers and ids (protocol, "Idempotency, order, failure")."""

    def __init__(self, world: World, device: DeviceContext, judging: Judging, places: Sequence[int | None]) -> None:
        self.world, self.device, self.judging, self.places = world, device, judging, places
        self.repeats: list[tuple[int, int]] = []
        self._known: dict[str, tuple[str, int]] = {}
        self._stored_seen: dict[str, int] = {}

    def take(self, index: int, raw: Any) -> Slot | None:
        """Consume an operation's number; returns it where it is fresh, else writes its result."""
        slot = Slot(raw, digest(raw), self.device, index, device_seq_of(raw))
        op_id = op_id_of(raw)
        outcome = self.judging.outcome
        if self._replayed(slot, index, op_id):
            if slot.device_seq is None and self.places[index] == outcome.next_device_seq:
                outcome.next_device_seq += 1
            return None
        expected = outcome.next_device_seq
        # A malformed operation counts as the expected one, or every later number would be off.
        seq = slot.device_seq = expected if slot.device_seq is None else slot.device_seq
        if seq > expected:
            raise DeviceGap(expected)
        if seq == expected:
            outcome.next_device_seq += 1
        known = self._known_digest(op_id)
        if known is not None:
            detail = f"{DETAILS['op_id_reuse']} Đã nhận {known[:16]}…, lần này {slot.digest[:16]}…"
            self.judging.refuse(slot, Refusal("op_id_reuse", detail), receipt=False)
            return None
        if seq < expected:
            outcome.forked = True
            self.judging.refuse(slot, Refusal("device_fork"), receipt=False)
            return None
        if op_id is not None:
            self._known[op_id] = slot.digest, index
        return slot

    def _known_digest(self, op_id: str | None) -> str | None:
        if op_id is None:
            return None
        if op_id in self._known:
            return self._known[op_id][0]
        receipt = self.world.receipt(op_id)
        return None if receipt is None else receipt.digest

    def _replayed(self, slot: Slot, index: int, op_id: str | None) -> bool:
        """Answer an operation that was sent before with what was answered then."""
        if op_id is not None and op_id in self._known and self._known[op_id][0] == slot.digest:
            self.repeats.append((index, self._known[op_id][1]))
            return True
        receipt = None if op_id is None else self.world.receipt(op_id)
        if receipt is not None and (receipt.digest, receipt.device_id) == (slot.digest, self.device.device_id):
            self.judging.results[index] = {**self.judging.granted_part(slot, receipt.result), "replay": True}
            return True
        # Without a receipt of its own (malformed, reused or forked) it is known by its place among equal ones.
        seen, stored = self._stored_seen.get(slot.digest, 0), self.world.quarantined(slot.digest)
        if seen >= len(stored):
            return False
        self._stored_seen[slot.digest] = seen + 1
        row = stored[seen]
        result = self.judging.result(slot, QUARANTINED, refusal=Refusal(row.code, row.detail))
        self.judging.results[index] = {**result, "replay": True}
        return True


def _places(raw_ops: Sequence[Any]) -> list[int | None]:
    """Number operations as they stand in the outbox, also those whose own number cannot be read.

    Such a one, sent alone to a server that had been restored, took the first number for its own. Sent again in its place
    it is a replay, and what comes after it would wait for its number for ever.
    """
    places = [device_seq_of(raw) for raw in raw_ops]
    for index in range(1, len(places)):
        if places[index] is None and (before := places[index - 1]) is not None:
            places[index] = before + 1
    for index in range(len(places) - 2, -1, -1):
        if places[index] is None and (after := places[index + 1]) is not None:
            places[index] = after - 1
    return places


def _failed_groups(judging: Judging, raw_ops: Sequence[Any]) -> frozenset[str]:
    """Return the groups of which a part was refused already: they fall whole."""
    refused = (i for i, result in judging.results.items() if result["status"] in (QUARANTINED, HELD))
    return frozenset(name for i in refused if (name := group_of(raw_ops[i])) is not None)


def _units(fresh: Sequence[Slot], failed: frozenset[str], judging: Judging) -> Iterator[Unit]:
    """Yield single operations and whole groups, each at the place of its first member."""
    groups: dict[str, list[Slot]] = {}
    for slot in fresh:
        if (name := group_of(slot.raw)) is not None:
            groups.setdefault(name, []).append(slot)
    for slot in fresh:
        name = group_of(slot.raw)
        if name is None:
            yield Unit([slot])
        elif (members := groups.pop(name, None)) is None:
            continue
        elif name in failed:
            judging.refuse_unit(Unit(members), Refusal("group_failed"), 0)
        else:
            yield Unit(members)
