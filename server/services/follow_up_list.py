"""The list of decisions: how many establishments of each are finished, and how many have something overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.services import cases, follow_up, inspection_list
from server.services.follow_up_steps import FINISHED, Visit, stage_of

_S = InspectionSummary
_LIGHT = select(
    _S.id,
    _S.campaign_id,
    _S.establishment_id,
    _S.status,
    _S.has_signed_paper,
    _S.open_requirements,
    _S.due_on,
    _S.measures,
).order_by(_S.planned_on, _S.id)
Light = Any
"""One row of it."""
Visits = Mapping[str, Mapping[str, Sequence[Light]]]


@dataclass(frozen=True, slots=True)
class Decision:
    """One campaign as the list of decisions shows it."""

    id: str
    code: str
    title: str
    decision: Mapping[str, Any]
    starts_on: str
    ends_on: str
    size: int
    finished: int
    overdue: int


def decisions(session: Session, user: User, today: date) -> list[Decision]:
    """Return the campaigns that a person may read: those with something overdue first, then the newest.

    Where most establishments stand, the rows of their visits say. Only those with measures, samples or cases are read
    document by document.
    """
    visible = inspection_list.visible_campaigns(session, user)
    campaigns = [c for c in documents.of_kind(session, "campaign") if visible is None or c.id in visible]
    visits = _visits(session, campaigns)
    followed = _followed(session)
    close: dict[str, list[str]] = {
        campaign: found
        for campaign, sites in visits.items()
        if (found := [site for site, own in sites.items() if any(v.measures or v.id in followed for v in own)])
    }
    rows = _rows(session, visits, close, user, today)
    listed = [
        _decision(each, visits[each.id], close.get(each.id, ()), rows.get(each.id, ()), today) for each in campaigns
    ]
    return sorted(listed, key=lambda d: (d.overdue > 0, d.starts_on, d.code), reverse=True)


def _visits(session: Session, campaigns: Sequence[Document]) -> Visits:
    found: dict[str, dict[str, list[Light]]] = {
        c.id: {str(id): [] for id in c.state.get("establishment_ids") or ()} for c in campaigns
    }
    for row in session.execute(_LIGHT):
        if row.campaign_id in found:
            found[row.campaign_id].setdefault(row.establishment_id, []).append(row)
    return found


def _followed(session: Session) -> Set[str]:
    """Return the inspections of which samples were taken or cases opened."""
    query = select(Document.parent).where(Document.kind.in_(("sample", cases.KIND)), Document.is_deleted.is_(False))
    return set(session.scalars(query.distinct()))


def _rows(
    session: Session, visits: Visits, close: Mapping[str, Iterable[str]], user: User, today: date
) -> dict[str, list[follow_up.Row]]:
    if not close:
        return {}
    wanted = [
        ("inspection", v.id) for campaign, sites in close.items() for site in sites for v in visits[campaign][site]
    ]
    inspections = [found for found in documents.many(session, wanted).values() if not found.is_deleted]
    return follow_up.rows_of(session, close, inspections, user, today)


def _decision(
    campaign: Document,
    visits: Mapping[str, Sequence[Light]],
    close: Iterable[str],
    rows: Sequence[follow_up.Row],
    today: date,
) -> Decision:
    looked_at, state, day = frozenset(close), campaign.state, today.isoformat()
    plain = [own for site, own in visits.items() if site not in looked_at]
    stages = [_stage(own) for own in plain] + [row.standing.stage for row in rows]
    overdue = sum(any(v.due_on and v.due_on < day for v in own) for own in plain)
    return Decision(
        campaign.id, str(state.get("code")), str(state.get("title")), state.get("decision") or {},
        str(state.get("starts_on")), str(state.get("ends_on")), len(visits),
        sum(stage in FINISHED for stage in stages), overdue + sum(bool(row.overdue) for row in rows),
    )  # fmt: skip


def _stage(visits: Sequence[Light]) -> str:
    last = [Visit(v.id, {"status": v.status}, has_signed_paper=v.has_signed_paper) for v in visits[-1:]]
    return stage_of(last, is_followed=any(v.open_requirements for v in visits))
