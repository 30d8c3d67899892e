"""Fresh operations judged against the documents: alone or in groups, waiting for parents, whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync import findings, minutes
from sync.apply import Applied, apply
from sync.ids import is_uuid
from sync.kinds import KINDS
from sync.operations import MAX_NAME, Operation, digest, group_of, normalise, op_id_of, parse, writable
from sync.overlay import Overlay
from sync.refusals import HELD, Refusal, Waiting
from sync.world import DeviceContext, Document, HeldOperation, Outcome, QuarantineEntry, Receipt, Rejudged, World

_log = logging.getLogger(__name__)
Validate = Callable[[Operation], Operation]


@dataclass(slots=True)
class Slot:
    """One operation to judge: of this batch (`index`, `device_seq`) or held from an earlier one (`quarantine_id`)."""

    raw: Any
    digest: str
    device: DeviceContext
    index: int | None = None
    device_seq: int | None = None
    quarantine_id: str | None = None
    decided: bool = False
    operation: Operation | None = None


@dataclass(slots=True)
class Unit:
    """Operations that stand or fall together: one, or a group. `refused`: which member waits, and for what."""

    slots: list[Slot]
    refused: tuple[int, Refusal] | None = None


@dataclass(slots=True)
class Judging:
    """The documents so far, what became of every operation so far, and what waits for a parent."""

    world: World
    at: str
    validate: Validate
    outcome: Outcome
    view: Overlay = field(init=False)
    results: dict[int, dict[str, Any]] = field(default_factory=dict)
    _waiting: dict[str, list[Unit]] = field(default_factory=dict)
    _fed: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    _measured: dict[str, str | None] = field(default_factory=dict)
    _sessions: set[str] = field(default_factory=set)
    _taken_up: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.view = Overlay(self.world, self.at)

    def settle(self, unit: Unit) -> None:
        """Judge a unit, then everything that waited for what it created, in order."""
        queue = [unit]
        while queue:
            for id in self._judge(queue.pop(0)):
                queue += self._waiting.pop(id, [])
                queue += self.take_up(self.world.held_for(id))

    def take_up(self, rows: Sequence[HeldOperation], *, decided: bool = False) -> list[Unit]:
        """Return operations from quarantine as units, each row once: what is released with its parent must not be applied
        a second time when the parent lands."""
        fresh = [row for row in rows if row.quarantine_id not in self._taken_up]
        self._taken_up |= {row.quarantine_id for row in fresh}
        return _held_units(fresh, decided=decided)

    def finish(self) -> None:
        """End the batch: what still waits is held, verdicts that feed on changed answers are computed again."""
        for units in list(self._waiting.values()):
            for unit in units:
                if unit.refused is not None:
                    self.refuse_unit(unit, unit.refused[1], unit.refused[0])
        self._recompute()
        self.outcome.changes = self.view.changes
        self.outcome.numbers += self.view.numbers

    def _judge(self, unit: Unit) -> list[str]:
        """Apply a unit whole or not at all; returns the ids of the documents that it created."""
        if any(isinstance(slot.raw, dict) and slot.raw.get("kind") == "minutes" for slot in unit.slots):
            self._recompute()  # minutes freeze verdicts: what answers of this batch still feed must be in them first
        draft = self.view.layer()
        done: dict[int, tuple[Applied, int]] = {}
        pending = list(range(len(unit.slots)))
        while pending:
            waits: dict[int, Waiting] = {}
            for place in pending:
                try:
                    done[place] = self._try(unit.slots[place], draft)
                except Waiting as waiting:
                    waits[place] = waiting
                except Refusal as refusal:
                    self.refuse_unit(unit, refusal, place)
                    return []
            if len(waits) == len(pending):
                unit.refused = next(iter(waits.items()))
                self._waiting.setdefault(str(unit.refused[1].parent), []).append(unit)
                return []
            pending = list(waits)
        offset = len(self.view.changes)
        draft.keep()
        for place in sorted(done):
            applied, position = done[place]
            self._accept(unit.slots[place], applied, offset + position)
        return [c.id for c in draft.changes if c.type in {"create", "append"} and c.op_id is not None and c.rev == 1]

    def _try(self, slot: Slot, draft: Overlay) -> tuple[Applied, int]:
        """Apply one operation in a layer of its own; whatever it throws spoils only itself (I9)."""
        layer = draft.layer()
        try:
            applied = apply(self._read(slot), layer, slot.device, decided=slot.decided)
        except Refusal:
            raise
        except Exception:  # noqa: BLE001 - a fault of ours in one operation must not cost the others (I9)
            _log.exception("operation %s of device %s", op_id_of(slot.raw), slot.device.device_id)
            raise Refusal("internal") from None
        position = len(draft.changes)
        layer.keep()
        return applied, position

    def _read(self, slot: Slot) -> Operation:
        operation = slot.operation = parse(slot.raw, slot.digest)
        if slot.device.revoked and not slot.decided:
            raise Refusal("revoked_device")
        if slot.quarantine_id is not None:
            self._refuse_reused(operation)
        writable(operation)
        slot.operation = normalise(self.validate(operation))
        return slot.operation

    def _refuse_reused(self, operation: Operation) -> None:
        """Refuse an operation from quarantine whose id stands for another content: nobody's word makes that one of two."""
        receipt = self.world.receipt(operation.op_id)
        if receipt is not None and receipt.digest != operation.digest:
            raise Refusal("op_id_reuse")

    def _accept(self, slot: Slot, applied: Applied, change: int) -> None:
        document = applied.document
        if document.kind == "finding" and document.parent is not None:
            key = str(document.state.get("checklist")), str(document.state.get("item"))
            self._fed.setdefault(document.parent, set()).add(findings.ANY if document.deleted else key)
        elif document.kind == "inspection" and findings.judged_by(self.view.changes[change].taken):
            self._fed.setdefault(document.id, set()).add(findings.ANY)
        elif document.kind == "instrument" and (self.view.changes[change].taken or document.deleted):
            self._measured[document.id] = document.parent
        elif document.kind == "verification_session" and findings.judged_by(self.view.changes[change].taken):
            self._sessions.add(document.id)
        if slot.quarantine_id is not None:
            self.outcome.released.append(slot.quarantine_id)
            return
        result = self.result(slot, "merged" if applied.merged else "applied", document=document)
        result["conflicts"] = applied.conflicts
        if slot.index is not None:
            self.outcome.seq_slots[slot.index] = change
        self._record(slot, result, receipt=True)

    def refuse_unit(self, unit: Unit, refusal: Refusal, place: int) -> None:
        """Quarantine or hold every member: the failing one for its own reason, the others because of it."""
        others = Refusal("group_held" if refusal.state == HELD else "group_failed", state=refusal.state, parent=refusal.parent)  # fmt: skip
        for at, slot in enumerate(unit.slots):
            self.refuse(slot, refusal if at == place else others)

    def refuse(self, slot: Slot, refusal: Refusal, *, receipt: bool = True) -> None:
        """Keep an operation whole in quarantine and answer so. No receipt where its id or number is another's."""
        if slot.quarantine_id is not None:
            self.outcome.rejudged.append(
                Rejudged(slot.quarantine_id, refusal.state, refusal.code, refusal.detail, refusal.parent)
            )
            return
        op_id = op_id_of(slot.raw)
        self.outcome.quarantine.append(
            QuarantineEntry(op_id, slot.device_seq, slot.raw, slot.digest, refusal.code, refusal.detail, refusal.state,
                            refusal.parent)
        )  # fmt: skip
        operation = slot.operation or _readable(slot)
        if operation is not None and (use := minutes.refused_use(operation, slot.device, self.view)):
            self.outcome.numbers.append(use)
        self._record(slot, self.result(slot, refusal.state, refusal=refusal), receipt=receipt)

    def _record(self, slot: Slot, result: dict[str, Any], *, receipt: bool) -> None:
        if slot.index is None:
            return
        self.results[slot.index] = result
        op_id = op_id_of(slot.raw)
        if receipt and op_id is not None and slot.device_seq is not None:
            self.outcome.receipts.append(Receipt(op_id, slot.device.device_id, slot.device_seq, slot.digest, result))

    def result(
        self, slot: Slot, status: str, *, document: Document | None = None, refusal: Refusal | None = None
    ) -> dict[str, Any]:
        """Write one result. `current` stands wherever the tablet's own picture may be wrong, within its grants (I8)."""
        shown = document or self._shown(slot)
        present = {"rev": shown.rev, "deleted": shown.deleted, "state": shown.state} if shown else _ABSENT
        return {
            "op_id": _echo(slot.raw), "status": status, "replay": False,
            "rev": document.rev if document else None, "scope": document.scope if document else None, "seq": None,
            "code": refusal.code if refusal else None, "detail": refusal.detail if refusal else None, "conflicts": {},
            "current": None if status == "applied" else present,
        }  # fmt: skip

    def granted_part(self, slot: Slot, stored: dict[str, Any]) -> dict[str, Any]:
        """Return a stored result without the document that this device may no longer see (I8)."""
        if stored["current"] in (None, _ABSENT) or self._shown(slot) is not None:
            return stored
        return {**stored, "conflicts": {}, "current": _ABSENT}

    def _shown(self, slot: Slot) -> Document | None:
        kind, id = (slot.raw.get("kind"), slot.raw.get("id")) if isinstance(slot.raw, dict) else (None, None)
        if slot.device.revoked or not isinstance(kind, str) or kind not in KINDS or not is_uuid(id):
            return None
        found = self.view.get(kind, id)
        return found if found is not None and found.scope in slot.device.grants else None

    def _recompute(self) -> None:
        self._feed_around()
        fed, self._fed = self._fed, {}
        for inspection_id, changed in fed.items():
            inspection = self.view.live("inspection", inspection_id)
            layer = self.view.layer()
            try:
                if inspection is not None:
                    findings.recompute_dependents(layer, inspection, frozenset(changed))
            except Exception:  # noqa: BLE001 - the answers are safe; only a verdict is missing
                _log.exception("computing inspection %s again", inspection_id)
            else:
                layer.keep()

    def _feed_around(self) -> None:
        """Name the verdicts about instruments that changed: those of open inspections at their establishments; and all of the
        open slips of a session whose day or standards did."""
        measured, self._measured = self._measured, {}
        for id, site in measured.items():
            for inspection in self.view.inspections_at(site) if site is not None else ():
                if inspection.state.get("status") in findings.OPEN:
                    self._fed.setdefault(inspection.id, set()).add(findings.of_subject(id))
        sessions, self._sessions = self._sessions, set()
        for slip in (slip for id in sorted(sessions) for slip in self.view.slips_of(id)):
            if slip.state.get("status") in findings.OPEN:
                self._fed.setdefault(slip.id, set()).add(findings.ANY)


_ABSENT: dict[str, Any] = {"rev": 0, "deleted": False, "state": None}


def _held_units(rows: Sequence[HeldOperation], *, decided: bool) -> list[Unit]:
    """Return operations from quarantine as units, groups together."""
    units: dict[tuple[str, str], Unit] = {}
    for row in rows:
        slot = Slot(row.raw, digest(row.raw), row.device, quarantine_id=row.quarantine_id, decided=decided)
        if decided:
            slot.device = replace(row.device, revoked=False, stopped=False)
        group = group_of(row.raw)
        key = row.device.device_id, f"one:{row.quarantine_id}" if group is None else f"group:{group}"
        units.setdefault(key, Unit([])).slots.append(slot)
    return list(units.values())


def _readable(slot: Slot) -> Operation | None:
    """Read an operation that was never judged, as far as it can be read."""
    try:
        return parse(slot.raw, slot.digest)
    except Refusal:
        return None


def _echo(raw: Any) -> str | None:
    """Give the op_id back as it came, so that a tablet finds its own malformed operation."""
    found = raw.get("op_id") if isinstance(raw, dict) else None
    return found if isinstance(found, str) and len(found) <= MAX_NAME else None
