"""A supervisor's decision on an inspection: approve, or return for correction, by the same machine as the tablets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import history, ledger
from server.services.wording import INSPECTION_STATUSES, plain_text
from sync.inspection import SUPERVISORS, ReviewItem, Status, StepRefused, review, step
from sync.refusals import Refusal

DECISIONS = (Status.APPROVED.value, Status.RETURNED.value)
MAX_REMARK = 4000


@dataclass(frozen=True, slots=True)
class Decision:
    """What a supervisor wants. `seen` = the number of the last change that the page showed; None = not checked."""

    decision: str
    remark: str = ""
    items: Sequence[ReviewItem] = ()
    seen: int | None = None

    @classmethod
    def of(cls, decision: str, remark: str, items: Iterable[tuple[str, str]], seen: str) -> Decision:
        """Read a form; refuses another decision, overlong remarks and a form without its number."""
        if decision not in DECISIONS:
            raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn “Phê duyệt” hoặc “Trả lại để bổ sung”.")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 19):
            raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu không đầy đủ: hãy mở lại cuộc kiểm tra rồi duyệt.")
        named = tuple(ReviewItem(id, plain_text(said, lines=True)) for id, said in items)
        if decision == Status.APPROVED:
            named = ()
        said = plain_text(remark, lines=True)
        if any(len(text) > MAX_REMARK for text in (said, *(item.remark for item in named))):
            raise Problem(ProblemCode.INVALID_REQUEST, f"Ý kiến dài tối đa {MAX_REMARK} ký tự.")
        return cls(decision, said, named, int(seen))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: `done`, `already` (this very decision stands), or `stale` with what changed since the page."""

    result: str
    changes: Sequence[history.Entry] = field(default=())


def may_review(user: User) -> bool:
    """Say whether a person may approve and return."""
    return user.role in SUPERVISORS


def allowed(status: str, user: User) -> list[str]:
    """Return the decisions that a person may take on an inspection in this status."""
    return [d for d in DECISIONS if may_review(user) and _is_step(status, d, user.role)]


def check(session: Session, inspection_id: str, wanted: Decision, *, user: User) -> Outcome:
    """Say what deciding now would come to, without deciding; refuses what `decide` refuses."""
    return _judge(session, _existing(session, inspection_id), wanted, user.role)[0]


def decide(session: Session, inspection_id: str, wanted: Decision, *, actor: str, role: str, now: datetime) -> Outcome:
    """Write the decision; the caller holds the write transaction.

    Sending it twice is harmless. Where anything in the inspection changed since the page was read, nothing is written
    and the changes are told. Refuses another step of the machine and a return without a reason.
    """
    locked = documents.many(session, [("inspection", inspection_id)], lock=True).get(("inspection", inspection_id))
    if locked is None or locked.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này.")
    outcome, state = _judge(session, locked, wanted, role)
    if state is None:
        return outcome
    state["review"] = {**state["review"], "by": actor, "at": now.isoformat(timespec="seconds")}
    change = ledger.change(session, "inspection", locked.id, locked.scope, state, actor=actor, at=now.isoformat())
    ledger.record(session, [change], now)
    return outcome


def _judge(
    session: Session, inspection: Document, wanted: Decision, role: str
) -> tuple[Outcome, dict[str, Any] | None]:
    """Return the outcome, and the new state where there is one to write."""
    if _stands(inspection.state, wanted):
        return Outcome("already"), None
    if wanted.seen is not None:  # first: somebody else's decision is told with all that came of it, not only refused
        changes = history.of_inspection(session, inspection.id, inspection.scope, after=wanted.seen)
        if changes:
            return Outcome("stale", changes), None
    _check_items(session, inspection.id, wanted.items)
    try:
        state = review(inspection.state, wanted.decision, role=role, remark=wanted.remark, items=wanted.items)
    except StepRefused as refused:
        raise Problem(ProblemCode.CONFLICT, no_step(inspection.state, wanted.decision)) from refused
    except Refusal as refused:
        raise Problem(ProblemCode.INVALID_REQUEST, refused.detail) from refused
    return Outcome("done"), state


def _stands(state: Mapping[str, Any], wanted: Decision) -> bool:
    """Say whether exactly this decision was taken before: a form sent twice."""
    present = state.get("review")
    if state.get("status") != wanted.decision or not isinstance(present, Mapping):
        return False
    items = [{"finding_id": item.finding_id, "remark": item.remark} for item in wanted.items]
    return (present.get("decision"), present.get("remark"), present.get("items")) == (
        wanted.decision,
        wanted.remark,
        items,
    )


def _check_items(session: Session, inspection_id: str, items: Sequence[ReviewItem]) -> None:
    known = {d.id for d in documents.children(session, inspection_id, "finding") if not d.state.get("voided")}
    if any(item.finding_id not in known for item in items):
        raise Problem(ProblemCode.CONFLICT, "Một kết quả đã chọn không còn trong cuộc kiểm tra: hãy mở lại trang.")


def no_step(state: Mapping[str, Any], decision: str) -> str:
    """Say why a decision is no step of the machine from here."""
    status = INSPECTION_STATUSES.get(str(state.get("status")), str(state.get("status")))
    act = "phê duyệt" if decision == Status.APPROVED else "trả lại"
    return (
        f"Cuộc kiểm tra đang ở trạng thái “{status}” nên không {act} được. "
        "Chỉ duyệt hoặc trả lại khi biên bản đã phát hành và đang chờ duyệt."
    )


def _is_step(status: str, wanted: str, role: str) -> bool:
    try:
        step(status, wanted, role)
    except StepRefused:
        return False
    return True


def _existing(session: Session, id: str) -> Document:
    found = documents.get(session, "inspection", id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này.")
    return found
