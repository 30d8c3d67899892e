"""Mobile verification (kiểm định lưu động): where an instrument stands in the queue. Twin: judging/verification.ts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from checklists.conditions import is_answered
from checklists.model import Answer, Verdict

State = Mapping[str, Any]

CHECKLIST = "mobile-verification"
ADJUSTED, CONCLUSION = "KD10", "KD11"
# Receipt and return say nothing about testing: registration, nameplate, mode, procedure; marks, price, handing back.
_BESIDE = re.compile(r"KD(0[1-4]|1[2-8])", re.ASCII)


class Standing(StrEnum):
    """Where an instrument that was brought stands (decision 0022)."""

    RECEIVED = "received"
    UNDER_TEST = "under_test"
    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    HANDED_BACK = "handed_back"


_OF_CONCLUSION = {
    Verdict.PASS.value: Standing.PASSED,
    Verdict.FAIL.value: Standing.FAILED,
    Verdict.INCONCLUSIVE.value: Standing.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class Place:
    """An instrument in the queue. `conclusion` is what was recorded, known after handing back too."""

    standing: Standing
    conclusion: str | None
    adjusted: bool


def place_of(inspection: State, findings: Iterable[State], instrument_id: str) -> Place | None:
    """Return where an instrument of a slip stands, None where it was neither brought nor looked at.

    Computed from the slip's `received` and `handed_back` and its findings (states; those about other instruments are
    passed over), never stored. Total: what has another shape than expected counts as not said.
    """
    own = [f for f in findings if f.get("subject_id") == instrument_id and not f.get("voided")]
    values = _answer_to(own, CONCLUSION).get("values")
    conclusion = values.get("conclusion") if isinstance(values, Mapping) else None
    standing = _OF_CONCLUSION.get(conclusion) if isinstance(conclusion, str) else None
    if _entry(inspection, "handed_back", instrument_id):
        found = Standing.HANDED_BACK
    elif standing is not None:
        found = standing
    elif any(_is_test(f) for f in own):
        found = Standing.UNDER_TEST
    elif _entry(inspection, "received", instrument_id) or own:
        found = Standing.RECEIVED
    else:
        return None
    adjusted = _answer_to(own, ADJUSTED).get("answer") == Answer.CONFORMING.value
    return Place(found, None if standing is None else conclusion, adjusted)


def queue(inspection: State, findings: Iterable[State]) -> dict[str, Place]:
    """Return where every instrument of a slip stands: those received in their order of arrival, then any other that was
    looked at."""
    received = inspection.get("received")
    received = received if isinstance(received, Mapping) else {}
    arrived = sorted((_text(row, "at"), str(id)) for id, row in received.items() if isinstance(row, Mapping))
    rows = list(findings)
    looked_at = sorted(f["subject_id"] for f in rows if isinstance(f.get("subject_id"), str))
    found = {id: place_of(inspection, rows, id) for id in [id for _, id in arrived] + looked_at}
    return {id: place for id, place in found.items() if place is not None}


def _entry(inspection: State, name: str, instrument_id: str) -> bool:
    entries = inspection.get(name)
    return isinstance(entries, Mapping) and isinstance(entries.get(instrument_id), Mapping)


def _answer_to(findings: Sequence[State], item: str) -> State:
    ours = [f for f in findings if f.get("checklist") == CHECKLIST and f.get("item") == item]
    return ours[-1] if ours else {}


def _is_test(finding: State) -> bool:
    beside = finding.get("checklist") == CHECKLIST and _BESIDE.fullmatch(str(finding.get("item")))
    return not beside and is_answered(finding)


def _text(row: State, name: str) -> str:
    found = row.get(name)
    return found if isinstance(found, str) else ""
