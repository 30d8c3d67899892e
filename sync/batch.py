"""A pushed batch: numbering, replays, groups, waiting children, one result per operation. Pure and deterministic."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sync import findings, minutes
from sync.apply import Applied, apply
from sync.operations import (
    Operation,
    device_seq_of,
    digest,
    group_of,
    normalise,
    op_id_of,
    parse,
    writable,
)
from sync.overlay import Overlay
from sync.refusals import DETAILS, HELD, QUARANTINED, Refusal, Waiting
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
    "QuarantineEntry", "Receipt", "Rejudged", "Stored", "World", "apply_batch",
]  # fmt: skip

_log = logging.getLogger(__name__)
Validate = Callable[[Operation], Operation]


@dataclass(slots=True)
class _Slot:
    """One fresh operation: of this batch (`index`) or held from an earlier one (`quarantine_id`)."""

    raw: Any
    digest: str
    device: DeviceContext
    index: int | None = None
    device_seq: int | None = None
    quarantine_id: str | None = None
    operation: Operation | None = None


@dataclass(slots=True)
class _Unit:
    """Operations that stand or fall together: one, or a group."""

    slots: list[_Slot]
    refused: dict[int, Refusal] = field(default_factory=dict)


def apply_batch(
    raw_ops: Sequence[Any], world: World, device: DeviceContext, epoch: str, now: datetime, validate: Validate
) -> Outcome:
    """Apply a device's operations to the world and say what became of each, in order, exactly one result for each.

    `validate` is the strict shape check of the wire: it returns the operation or raises a Refusal. Raises DeviceGap
    where an operation is missing in between; nothing else escapes, whatever the operations are.
    """
    return _Batch(world, device, epoch, now, validate).run(raw_ops)


class _Batch:
    """The state of one batch: the outcome so far, the documents so far, and what waits for a parent."""

    def __init__(self, world: World, device: DeviceContext, epoch: str, now: datetime, validate: Validate) -> None:
        self.world, self.device, self.validate = world, device, validate
        self.at = now.isoformat()
        self.view = Overlay(world)
        self.outcome = Outcome(epoch, device.next_device_seq)
        self.waiting: dict[str, list[_Unit]] = {}
        self.fed: dict[str, set[tuple[str, str]]] = {}
        self.results: dict[int, dict[str, Any]] = {}
        self.stored_seen: dict[str, int] = {}
        self.known: dict[str, tuple[str, int]] = {}
        self.owners: dict[int, str | None] = {}
        self.repeats: list[tuple[int, int]] = []

    def run(self, raw_ops: Sequence[Any]) -> Outcome:
        """Number all operations first, then judge the fresh ones, then what still waits."""
        fresh = [slot for slot in map(self._number, range(len(raw_ops)), raw_ops) if slot is not None]
        for unit in self._units(fresh, raw_ops):
            self._settle(unit)
        for units in list(self.waiting.values()):
            for unit in units:
                self._give_up(unit)
        self._recompute()
        for index, first in self.repeats:
            self.results[index] = {**self.results[first], "replay": True}
            if first in self.outcome.seq_slots:
                self.outcome.seq_slots[index] = self.outcome.seq_slots[first]
        self.outcome.results = [self.results[index] for index in range(len(raw_ops))]
        self.outcome.changes = self.view.changes
        self.outcome.numbers += self.view.numbers
        return self.outcome

    # -- numbering (protocol, "Idempotency, order, failure")

    def _number(self, index: int, raw: Any) -> _Slot | None:
        """Take an operation's number; returns it where it is fresh, else writes its result."""
        slot = _Slot(raw, digest(raw), self.device, index, device_seq_of(raw))
        op_id = op_id_of(raw)
        if self._replayed(slot, op_id):
            return None
        expected = self.outcome.next_device_seq
        seq = expected if slot.device_seq is None else slot.device_seq
        if seq > expected:
            raise DeviceGap(expected)
        reused = op_id is not None and (op_id in self.known or self.world.receipt(op_id) is not None)
        if seq == expected:
            self.outcome.next_device_seq += 1
            self.owners[seq] = op_id
        slot.device_seq = seq
        if reused or seq < expected:
            self._refuse_number(slot, op_id, "op_id_reuse" if reused else "device_fork")
            return None
        if op_id is not None:
            self.known[op_id] = slot.digest, index
        return slot

    def _replayed(self, slot: _Slot, op_id: str | None) -> bool:
        """Answer an operation that was sent before with what was answered then."""
        index = slot.index
        if index is None:
            return False
        if op_id is not None and op_id in self.known and self.known[op_id][0] == slot.digest:
            self.repeats.append((index, self.known[op_id][1]))
            return True
        receipt = None if op_id is None else self.world.receipt(op_id)
        if receipt is not None and receipt.digest == slot.digest:
            self.results[index] = {**receipt.result, "replay": True}
            return True
        seen = self.stored_seen.get(slot.digest, 0)
        stored = self.world.quarantined(slot.digest)
        if seen >= len(stored):
            return False
        self.stored_seen[slot.digest] = seen + 1
        self.results[index] = self._result(slot, QUARANTINED, code=stored[seen].code, detail=stored[seen].detail)
        self.results[index]["replay"] = True
        return True

    def _refuse_number(self, slot: _Slot, op_id: str | None, code: str) -> None:
        """Quarantine an operation whose id or number is another's. It gets no receipt: that id or number has one."""
        self.outcome.forked |= code == "device_fork"
        refusal = Refusal(code, self._both_digests(op_id, slot) if code == "op_id_reuse" else None)
        self._quarantine(slot, refusal, receipt=False)

    def _both_digests(self, op_id: str | None, slot: _Slot) -> str:
        receipt = None if op_id is None else self.world.receipt(op_id)
        known = receipt.digest if receipt is not None else self.known[op_id][0] if op_id in self.known else ""
        return f"{DETAILS['op_id_reuse']} Đã nhận {known[:16]}…, lần này {slot.digest[:16]}…."

    # -- judging

    def _units(self, fresh: Sequence[_Slot], raw_ops: Sequence[Any]) -> Iterator[_Unit]:
        """Yield single operations and whole groups, each at the place of its first member.

        A group whose other part was refused in an earlier batch falls with it.
        """
        groups: dict[str, list[_Slot]] = {}
        for slot in fresh:
            if (name := group_of(slot.raw)) is not None:
                groups.setdefault(name, []).append(slot)
        failed = {
            name
            for index, result in self.results.items()
            if result["status"] in (QUARANTINED, HELD) and (name := group_of(raw_ops[index])) is not None
        }
        for slot in fresh:
            name = group_of(slot.raw)
            if name is None:
                yield _Unit([slot])
            elif (members := groups.pop(name, None)) is not None:
                if name in failed:
                    self._refuse_unit(_Unit(members), Refusal("group_failed"), 0)
                else:
                    yield _Unit(members)

    def _settle(self, unit: _Unit) -> None:
        """Judge a unit, then everything that waited for what it created, in order."""
        queue = [unit]
        while queue:
            landed = self._judge(queue.pop(0))
            for id in landed:
                queue += self.waiting.pop(id, [])
                queue += self._held_units(id)

    def _held_units(self, parent: str) -> list[_Unit]:
        """Return what earlier batches hold for a document, groups together."""
        units: dict[tuple[str, str], _Unit] = {}
        for row in self.world.held_for(parent):
            slot = _Slot(row.raw, digest(row.raw), row.device, quarantine_id=row.quarantine_id)
            key = row.device.device_id, group_of(row.raw) or f"one:{row.quarantine_id}"
            units.setdefault(key, _Unit([])).slots.append(slot)
        return list(units.values())

    def _judge(self, unit: _Unit) -> list[str]:
        """Apply a unit whole or not at all; returns the ids of the documents that it created."""
        draft = self.view.layer()
        done: dict[int, tuple[Applied, int]] = {}
        pending = list(range(len(unit.slots)))
        while pending:
            waits: dict[int, Waiting] = {}
            for place in pending:
                try:
                    done[place] = self._try(unit.slots[place], draft)
                except Waiting as refusal:
                    waits[place] = refusal
                except Refusal as refusal:
                    self._refuse_unit(unit, refusal, place)
                    return []
            if len(waits) == len(pending):
                place, refusal = next(iter(waits.items()))
                unit.refused = {place: refusal}
                self.waiting.setdefault(str(refusal.parent), []).append(unit)
                return []
            pending = list(waits)
        offset = len(self.view.changes)
        draft.keep()
        for place, (applied, position) in done.items():
            self._accept(unit.slots[place], applied, offset + position)
        return [c.id for c in draft.changes if c.type in {"create", "append"} and c.op_id is not None and c.rev == 1]

    def _try(self, slot: _Slot, draft: Overlay) -> tuple[Applied, int]:
        """Apply one operation in a layer of its own; whatever it throws spoils only itself (I9)."""
        layer = draft.layer()
        try:
            applied = apply(self._read(slot), layer, slot.device, self.at)
        except Refusal:
            raise
        except Exception:
            _log.exception("operation %s of device %s", op_id_of(slot.raw), slot.device.device_id)
            raise Refusal("internal") from None
        position = len(draft.changes)
        layer.keep()
        return applied, position

    def _read(self, slot: _Slot) -> Operation:
        operation = parse(slot.raw, slot.digest)
        slot.operation = operation
        if slot.device.revoked:
            raise Refusal("revoked_device")
        writable(operation)
        slot.operation = normalise(self.validate(operation))
        return slot.operation

    # -- what became of it

    def _accept(self, slot: _Slot, applied: Applied, change: int) -> None:
        document = applied.document
        if document.kind == "finding" and document.parent is not None:
            key = str(document.state.get("checklist")), str(document.state.get("item"))
            self.fed.setdefault(document.parent, set()).add(key)
        if slot.quarantine_id is not None:
            self.outcome.released.append(slot.quarantine_id)
            return
        result = self._result(slot, "merged" if applied.merged else "applied", document=document)
        result["conflicts"] = applied.conflicts
        if slot.index is not None:
            self.outcome.seq_slots[slot.index] = change
        self._record(slot, result, receipt=True)

    def _refuse_unit(self, unit: _Unit, refusal: Refusal, place: int) -> None:
        """Quarantine or hold every member: the failing one for its own reason, the others because of it."""
        is_held = refusal.state == HELD
        for at, slot in enumerate(unit.slots):
            if slot.operation is None and at != place:
                self._peek(slot)
            others = Refusal("group_held" if is_held else "group_failed", state=refusal.state, parent=refusal.parent)
            self._refuse(slot, refusal if at == place else others)

    def _peek(self, slot: _Slot) -> None:
        """Read a member that was never judged, as far as it can be read."""
        try:
            slot.operation = parse(slot.raw, slot.digest)
        except Refusal:
            return

    def _give_up(self, unit: _Unit) -> None:
        """At the batch's end: what a unit waits for has not come, so it is held."""
        for place, refusal in unit.refused.items():
            self._refuse_unit(unit, refusal, place)

    def _refuse(self, slot: _Slot, refusal: Refusal) -> None:
        if slot.quarantine_id is not None:
            self.outcome.rejudged.append(
                Rejudged(slot.quarantine_id, refusal.state, refusal.code, refusal.detail, refusal.parent)
            )
            return
        self._quarantine(slot, refusal, receipt=op_id_of(slot.raw) is not None)

    def _quarantine(self, slot: _Slot, refusal: Refusal, *, receipt: bool) -> None:
        if slot.operation is None:
            self._peek(slot)
        self.outcome.quarantine.append(
            QuarantineEntry(op_id_of(slot.raw), slot.device_seq, slot.raw, slot.digest, refusal.code, refusal.detail,
                            refusal.state, refusal.parent)
        )  # fmt: skip
        if slot.operation is not None and (use := minutes.refused_use(slot.operation, slot.device, self.view)):
            self.outcome.numbers.append(use)
        self._record(slot, self._result(slot, refusal.state, code=refusal.code, detail=refusal.detail), receipt=receipt)

    def _record(self, slot: _Slot, result: dict[str, Any], *, receipt: bool) -> None:
        if slot.index is None:
            return
        self.results[slot.index] = result
        op_id = op_id_of(slot.raw)
        if receipt and op_id is not None and slot.device_seq is not None:
            self.outcome.receipts.append(Receipt(op_id, self.device.device_id, slot.device_seq, slot.digest, result))

    def _result(
        self, slot: _Slot, status: str, *, document: Document | None = None, code: str | None = None,
        detail: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Write one result. `current` stands wherever the tablet's own picture may be wrong, within its grants (I8)."""
        accepted = document is not None
        shown = document if accepted else self._shown(slot)
        current = None
        if status != "applied":
            current = {"rev": shown.rev if shown else 0, "deleted": bool(shown and shown.deleted),
                       "state": shown.state if shown else None}  # fmt: skip
        return {
            "op_id": op_id_of(slot.raw), "status": status, "replay": False,
            "rev": document.rev if document else None, "scope": document.scope if document else None, "seq": None,
            "code": code, "detail": detail, "conflicts": {}, "current": current,
        }  # fmt: skip

    def _shown(self, slot: _Slot) -> Document | None:
        raw = slot.raw
        kind, id = (raw.get("kind"), raw.get("id")) if isinstance(raw, dict) else (None, None)
        if slot.device.revoked or not isinstance(kind, str) or not isinstance(id, str):
            return None
        found = self.view.get(kind, id)
        return found if found is not None and found.scope in slot.device.grants else None

    def _recompute(self) -> None:
        """Compute again the findings that feed on answers changed in this batch."""
        for inspection_id, changed in self.fed.items():
            inspection = self.view.live("inspection", inspection_id)
            if inspection is None:
                continue
            layer = self.view.layer()
            try:
                findings.recompute_dependents(layer, inspection, frozenset(changed))
            except Exception:
                _log.exception("computing inspection %s again", inspection_id)
                continue
            layer.keep()
