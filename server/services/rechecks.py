"""Re-checks (kiểm tra lại): a new inspection of a site where something of an earlier one is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import inspection_plans
from server.services.inspection_plans import GENERAL, Plan
from sync.paper_measures import standing_suspensions

CLOSED = frozenset({"issued", "approved"})
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a re-check would look at, and what may be chosen for it. `team` = (user id, name); `checklists` = (code, title)."""

    inspection: Document
    establishment: State
    campaign: State
    requirements: Sequence[State]
    suspensions: Sequence[State]
    team: Sequence[tuple[str, str]]
    checklists: Sequence[tuple[str, str]]


def offered(session: Session, inspection_id: str) -> Recheck:
    """Return what is open of an inspection; refuses one where nothing is, or that a later one follows already."""
    inspection = documents.get(session, "inspection", inspection_id)
    if inspection is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này.")
    campaign = documents.get(session, "campaign", str(inspection.parent))
    if campaign is None or inspection.state.get("status") not in CLOSED:
        raise Problem(
            ProblemCode.CONFLICT, "Chỉ lập cuộc kiểm tra lại sau khi cuộc này đã phát hành biên bản kết thúc."
        )
    if any(i.state.get("follows") == inspection_id for i in documents.children(session, campaign.id, "inspection")):
        raise Problem(ProblemCode.CONFLICT, "Cuộc kiểm tra lại của cuộc này đã có trong kế hoạch.")
    asked = [d.state for d in documents.children(session, inspection_id, "requirement")]
    asked = [state for state in asked if state.get("state", "open") == "open" and not state.get("voided")]
    suspended = standing_suspensions(
        [{"id": d.id, **d.state} for d in documents.children(session, inspection_id, "measure")]
    )
    if not asked and not suspended:
        raise Problem(ProblemCode.CONFLICT, "Cuộc này không còn yêu cầu khắc phục hay biện pháp tạm dừng nào đang mở.")
    site = documents.get(session, "establishment", str(inspection.state.get("establishment_id")))
    return Recheck(
        inspection=inspection,
        establishment={} if site is None else site.state,
        campaign=campaign.state,
        requirements=sorted(asked, key=lambda state: str(state.get("due_on") or "9999")),
        suspensions=suspended,
        team=[(str(m["user_id"]), str(m.get("name"))) for m in campaign.state.get("team") or () if m.get("user_id")],
        checklists=[
            (str(c["code"]), _title(str(c["code"])))
            for c in inspection.state.get("checklists") or ()
            if c.get("code") != GENERAL
        ],
    )


def plan(
    session: Session, inspection_id: str, *, planned_on: str, lead: str, codes: Sequence[str], actor: str, at: datetime
) -> str:
    """Plan the re-check and return its id; the caller holds the write transaction."""
    documents.many(session, [("inspection", inspection_id)], lock=True)  # two people who plan at once meet here
    found = offered(session, inspection_id)
    wanted = Plan(
        establishment_id=str(found.inspection.state.get("establishment_id")),
        planned_on=planned_on,
        lead_user_id=lead or None,
        checklists=[code for code, _ in found.checklists if code in codes],
        standards=found.inspection.state.get("standards") or (),
        follows=inspection_id,
    )
    if not wanted.checklists and found.checklists:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn ít nhất một danh mục để kiểm tra lại.")
    return inspection_plans.plan(session, str(found.inspection.parent), wanted, actor=actor, at=at)


def _title(code: str) -> str:
    try:
        return catalog.load().latest(code).title.vi
    except KeyError:  # pinned by a newer server, before a restore
        return code
