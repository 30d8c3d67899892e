"""The states of an inspection and what stays open after its minutes are issued: one machine for tablets and office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.refusals import Refusal


class Status(StrEnum):
    """planned -> in_progress -> issued -> approved; issued -> returned -> issued; planned -> not_carried_out."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    ISSUED = "issued"
    RETURNED = "returned"
    APPROVED = "approved"
    NOT_CARRIED_OUT = "not_carried_out"


MINUTES = "minutes"
"""The pseudo-role of closing minutes: only a signed paper issues an inspection; one may say that it was not carried out."""
SUPERVISORS = frozenset({"supervisor", "admin"})
_TEAM = frozenset({("planned", "in_progress"), ("planned", "not_carried_out")})
_OFFICE = frozenset({("issued", "returned"), ("issued", "approved")})
_PAPER = frozenset({("in_progress", "issued"), ("returned", "issued")})
_ALWAYS_OPEN = frozenset({"signature", "requirement", "measure", "minutes", "payment"})
_PAPERS = frozenset({"signed_paper", "lab_report"})
_SAID = frozenset({"conclusion", "establishment_statement"})
"""What the team writes anew for amendment minutes; the first minutes keep their own words."""
_AFTERWARDS = frozenset({"handed_back"})
"""What the team writes of a slip after its last paper: which instruments their owner took home."""
_CLOSED = frozenset({Status.ISSUED, Status.APPROVED, Status.RETURNED})


class StepRefused(Refusal):
    """A change of status that the machine does not know: a conflict, the server's status stays."""

    def __init__(self, status: str, wanted: str) -> None:
        super().__init__("status_step", f"Không được chuyển từ “{status}” sang “{wanted}”.")
        self.status, self.wanted = status, wanted


def step(status: str, wanted: str, role: str) -> str:
    """Return the status after a step, or raise StepRefused.

    The team starts an inspection or declares it not carried out, supervisors return and approve, `minutes` issue.
    """
    allowed = _PAPER if role == MINUTES else _TEAM | _OFFICE if role in SUPERVISORS else _TEAM
    if (status, wanted) not in allowed:
        raise StepRefused(status, wanted)
    return wanted


def issue(status: str, ends_as: str = Status.ISSUED.value) -> tuple[str, bool]:
    """Return the status after closing minutes and whether that was a step of the machine.

    Paper wins: the paper exists, so the inspection is issued whatever the server thought; an approved one stays so.
    Minutes that it was not carried out never undo one that was begun: a person has to look at both.
    """
    if ends_as == Status.NOT_CARRIED_OUT:
        is_step = status in (Status.PLANNED, Status.NOT_CARRIED_OUT)
        return (ends_as if is_step else status), is_step
    if status == Status.APPROVED:
        return status, False
    return Status.ISSUED.value, (status, "issued") in _PAPER


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One finding that a supervisor sends back, with a remark."""

    finding_id: str
    remark: str


def review(
    state: Mapping[str, Any], decision: str, *, role: str, remark: str = "", items: Sequence[ReviewItem] = ()
) -> dict[str, Any]:
    """Return the inspection's state after a supervisor's decision, `returned` or `approved`.

    Refuses another role or status (StepRefused) and a return that names no reason.
    """
    if role not in SUPERVISORS:
        raise StepRefused(str(state.get("status")), decision)
    status = step(str(state.get("status")), decision, role)
    if decision == Status.RETURNED and not remark.strip() and not any(i.remark.strip() for i in items):
        raise Refusal("missing_reason", "Phải ghi lý do trả lại.")
    named = [{"finding_id": item.finding_id, "remark": item.remark} for item in items]
    return {**state, "status": status, "review": {"decision": decision, "remark": remark, "items": named}}


def reopened(state: Mapping[str, Any]) -> frozenset[str]:
    """Return the findings that a returned inspection opens again."""
    if state.get("status") != Status.RETURNED:
        return frozenset()
    items = (state.get("review") or {}).get("items") or []
    return frozenset(str(item.get("finding_id")) for item in items if isinstance(item, Mapping))


def is_frozen(
    inspection: Mapping[str, Any], kind: str, id: str, fields: Mapping[str, Any], snapshot: Collection[str], *,
    closed_by_paper: bool = False,
) -> bool:  # fmt: skip
    """Say whether an operation of the team comes after issue (protocol, row "minutes") and is held for a person.

    `snapshot` are the findings and samples that issued minutes list: frozen even before the closing minutes. `fields` are
    those of the photo or other child, of the inspection itself those that are written. Open after the closing minutes: signatures, photos of the signed paper and of a
    laboratory's report, requirements, measures, further minutes, and while `returned` the findings named in the review
    with their photos, and the words that amendment minutes print of the inspection itself; of a slip, at any time, which
    instruments were handed back. Payments are open, too. (The custody of a sample never
    gets here.) One that was not carried out is closed by its minutes (`closed_by_paper`), not by the status that the team
    gave it.
    """
    open_again = reopened(inspection)
    if kind in _ALWAYS_OPEN or (kind == "photo" and fields.get("purpose") in _PAPERS):
        return False
    if kind == "finding" and id in open_again:
        return False
    if kind == "photo" and fields.get("finding_id") in open_again:
        return False
    if kind == "inspection" and fields:
        said = _AFTERWARDS | (_SAID if inspection.get("status") == Status.RETURNED else frozenset())
        if fields.keys() <= said:
            return False
    if inspection.get("status") in _CLOSED or closed_by_paper:
        return True
    return kind in {"finding", "sample"} and id in snapshot
