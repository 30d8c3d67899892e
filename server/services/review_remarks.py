"""What supervisors say about single findings while they review: kept in the office until an inspection is returned with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import accounts, ledger
from server.services.creation import created
from server.services.history import who
from server.services.review import MAX_REMARK
from server.services.wording import plain_text

KIND = "review_remark"
SCOPE = "office:review"
"""No tablet is granted it: the team reads a remark only where a return carries it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One remark. `withdrawn_by` names who took it back, "" where it stands."""

    id: str
    text: str
    who: str
    at: str
    withdrawn_by: str


def of_inspection(session: Session, inspection_id: str) -> dict[str, list[Said]]:
    """Return the remarks of an inspection by finding, the oldest first."""
    found: dict[str, list[Said]] = defaultdict(list)
    kept = sorted(documents.children(session, inspection_id, KIND), key=lambda d: (str(d.state["at"]), d.id))
    people = accounts.names(session) if kept else {}
    for remark in kept:
        found[remark.state["finding_id"]].append(_said(remark, people))
    return dict(found)


def standing(remarks: Mapping[str, Sequence[Said]]) -> dict[str, str]:
    """Return what stands of each finding's remarks as one text, to begin a return with."""
    texts = {id: [one.text for one in said if not one.withdrawn_by] for id, said in remarks.items()}
    return {id: "\n".join(said)[:MAX_REMARK] for id, said in texts.items() if said}


def add(session: Session, inspection_id: str, finding_id: str, text: str, *, actor: str, now: datetime) -> bool:
    """Write a remark; False where this person's last one already says so (a form sent twice).

    Refuses an empty or overlong one and a finding that is not in the inspection. The caller holds the write transaction.
    """
    said = plain_text(text, lines=True)
    if not said:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy ghi nhận xét.")
    if len(said) > MAX_REMARK:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Nhận xét dài tối đa {MAX_REMARK} ký tự.")
    documents.many(session, [("inspection", inspection_id)], lock=True)  # the same form sent twice at once meets here
    finding = documents.get(session, "finding", finding_id)
    if finding is None or finding.parent != inspection_id:
        raise Problem(ProblemCode.NOT_FOUND, "Cuộc kiểm tra này không có kết quả đó.")
    own = [d for d in documents.children(session, inspection_id, KIND)
           if (d.state["finding_id"], d.state["by"]) == (finding_id, actor)]  # fmt: skip
    last = max(own, key=lambda d: str(d.state["at"]), default=None)
    if last is not None and last.state["text"] == said and not last.state["withdrawn"]:
        return False
    at = now.isoformat()
    state = {"inspection_id": inspection_id, "finding_id": finding_id, "text": said, "by": actor, "at": at,
             "withdrawn": None}  # fmt: skip
    ledger.record(session, [created(KIND, SCOPE, state, actor=actor, parent=inspection_id, at=at)], now)
    return True


def withdraw(session: Session, inspection_id: str, remark_id: str, *, actor: str, now: datetime) -> None:
    """Take a remark back: its text stays in the journal and on the page. Doing so twice is harmless."""
    found = documents.many(session, [(KIND, remark_id)], lock=True).get((KIND, remark_id))
    if found is None or found.parent != inspection_id:
        raise Problem(ProblemCode.NOT_FOUND, "Cuộc kiểm tra này không có nhận xét đó.")
    if found.state["withdrawn"]:
        return
    at = now.isoformat()
    state = {**found.state, "withdrawn": {"by": actor, "at": at}}
    ledger.record(session, [ledger.change(session, KIND, remark_id, SCOPE, state, actor=actor, at=at)], now)


def _said(remark: Document, people: Mapping[str, Any]) -> Said:
    state = remark.state
    taken_back = state["withdrawn"]
    return Said(remark.id, state["text"], who(people, state["by"]), state["at"],
                who(people, taken_back["by"]) if taken_back else "")  # fmt: skip
