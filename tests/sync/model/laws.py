"""Laws that can be asked before a batch is written, because the core is pure: clocks (I6) and poison (I9)."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from sync.batch import DeviceGap
from sync.operations import op_id_of
from tests.sync.model.memory import MemoryDriver

OTHER_CLOCK = {"at": "1999-01-01T00:00:00+00:00", "clock": None}


CLOCK_WARNINGS = frozenset({"clock_skewed", "clock_ahead"})
"""What minutes say of the clock that dated them: evidence shown beside the document, which no rule reads."""


def _evidence_aside(state: dict[str, Any] | None) -> dict[str, Any] | None:
    if state is None or "canonical" not in state:
        return state
    return {**state, "warnings": [w for w in state.get("warnings") or [] if w["code"] not in CLOCK_WARNINGS]}


class LawfulDriver(MemoryDriver):
    """Judges every batch twice more without writing it: with other clocks, and with poison in between."""

    def push(self, device_id: str, ops: Sequence[Any], *, protocol: int = 1) -> dict[str, Any]:
        self._refresh()
        known = {*self.server.receipts, *(row.entry.op_id for row in self.server.quarantine)}
        fresh = all(isinstance(raw, dict) and op_id_of(raw) not in known for raw in ops)
        if fresh and ops and len({str(raw.get("op_id")) for raw in ops}) == len(ops):
            i6_clock_free(self, device_id, ops)
            i9_poison(self, device_id, ops)
        return super().push(device_id, ops, protocol=protocol)

    def judged(self, device_id: str, ops: Sequence[Any]) -> tuple[list[Any], list[Any]] | None:
        """What a batch would come to: results, and documents with their order."""
        try:
            outcome = self.server.try_push(device_id, copy.deepcopy(list(ops)))
        except DeviceGap:
            return None
        changes = [(c.kind, c.id, c.scope, _evidence_aside(c.state), c.rev, c.taken, c.lost) for c in outcome.changes]
        return [{k: v for k, v in r.items() if k != "op_id"} for r in outcome.results], changes


def i6_clock_free(driver: LawfulDriver, device_id: str, ops: Sequence[Any]) -> None:
    """Permuting device clocks changes no document, no order."""
    skewed = [{**raw, **OTHER_CLOCK} if "at" in raw else raw for raw in ops]
    assert driver.judged(device_id, ops) == driver.judged(device_id, skewed), "I6"


def i9_poison(driver: LawfulDriver, device_id: str, ops: Sequence[Any]) -> None:
    """The results of the other operations equal those of the same batch without the poison."""
    place = len(ops) // 2
    while 0 < place < len(ops) and ops[place].get("group") and ops[place].get("group") == ops[place - 1].get("group"):
        place += 1
    late = [
        {**raw, "device_seq": raw["device_seq"] + 1} if type(raw.get("device_seq")) is int else raw
        for raw in ops[place:]
    ]
    clean, spoilt = driver.judged(device_id, ops), driver.judged(device_id, [*ops[:place], {"poison": 1.5}, *late])
    if clean is None or spoilt is None:
        assert clean == spoilt, "I9"
        return
    assert spoilt[0].pop(place)["status"] == "quarantined", "I9"
    assert clean == spoilt, "I9"
