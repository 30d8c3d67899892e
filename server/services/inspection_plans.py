"""Planned inspections: which establishment is visited when, by whom, with which checklists and rules pinned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import ledger, rules
from server.services.creation import created
from server.services.days import day_of
from sync.feed import Change

GENERAL = "general"
"""The checklist that is part of every inspection."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One visit to plan. `lead_user_id` None = the leader; `checklists` None = all of the campaign's."""

    establishment_id: str
    planned_on: str
    lead_user_id: str | None = None
    checklists: Sequence[str] | None = None
    standards: Sequence[str] = ()
    follows: str | None = None


def plan(session: Session, campaign_id: str, plan: Plan, *, actor: str, at: datetime) -> str:
    """Plan one inspection and return its id."""
    return plan_all(session, campaign_id, [plan], actor=actor, at=at)[0]


def plan_all(session: Session, campaign_id: str, plans: Sequence[Plan], *, actor: str, at: datetime) -> list[str]:
    """Plan several inspections of a campaign and return their ids.

    Pins the latest checklists and the current rules. Refuses an establishment that the campaign does not target, a day
    outside its period, a lead who is not on the team, a checklist that it does not have, and a second visit to one
    establishment that does not say which inspection it follows.
    """
    campaign = documents.get(session, "campaign", campaign_id)
    if campaign is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm tra này.")
    existing = documents.children(session, campaign_id, "inspection")
    if errors := list(_faults(campaign.state, existing, plans)):
        raise Problem(ProblemCode.INVALID_REQUEST, " ".join(errors))
    rules.remember_shipped(session, at)
    current = rules.current(session)
    pinned = {"version": current.version, "sha256": current.sha256}
    changes = [_change(campaign, p, pinned, actor) for p in plans]
    ledger.record(session, changes, at)
    return [c.id for c in changes]


def _change(campaign: Document, plan: Plan, rules: Mapping[str, str], actor: str) -> Change:
    codes = [c for c in (plan.checklists or campaign.state["checklists"]) if c != GENERAL]
    pinned = [catalog.load().latest(code) for code in (GENERAL, *codes)]
    lead = plan.lead_user_id or next((m["user_id"] for m in campaign.state["team"] if m["role"] == "leader"), None)
    state: dict[str, Any] = {
        "campaign_id": campaign.id, "establishment_id": plan.establishment_id,
        "checklists": [{"code": c.code, "version": c.version, "sha256": c.sha256} for c in pinned],
        "rules": dict(rules), "planned_on": plan.planned_on, "status": "planned", "lead_user_id": lead, "visits": [],
        "decision_announced_at": None, "follows": plan.follows, "standards": list(plan.standards), "conclusion": None,
        "establishment_statement": None, "review": None,
    }  # fmt: skip
    return created("inspection", f"campaign:{campaign.id}", state, actor=actor, parent=campaign.id)


def _faults(campaign: Mapping[str, Any], existing: Iterable[Document], plans: Sequence[Plan]) -> Iterable[str]:
    targets, team = set(campaign["establishment_ids"]), {m["user_id"] for m in campaign["team"]}
    taken = {d.state["establishment_id"] for d in existing}
    ids = {d.id for d in existing}
    for plan in plans:
        if day_of(plan.planned_on) is None:
            yield f"Ngày {plan.planned_on!r} không có dạng NĂM-THÁNG-NGÀY."
        elif not campaign["starts_on"] <= plan.planned_on <= campaign["ends_on"]:
            yield f"Ngày {plan.planned_on} nằm ngoài đợt ({campaign['starts_on']} đến {campaign['ends_on']})."
        if plan.establishment_id not in targets:
            yield f"Cơ sở {plan.establishment_id} không có trong đợt."
        if plan.lead_user_id is not None and plan.lead_user_id not in team:
            yield "Người phụ trách không ở trong đoàn."
        if unknown := set(plan.checklists or ()) - {GENERAL, *campaign["checklists"]}:
            yield f"Đợt không dùng danh mục: {', '.join(sorted(unknown))}."
        if plan.follows is None and plan.establishment_id in taken:
            yield f"Cơ sở {plan.establishment_id} đã có trong kế hoạch; kiểm tra lại thì ghi cuộc trước ở “follows”."
        if plan.follows is not None and plan.follows not in ids:
            yield "Cuộc kiểm tra trước (follows) không thuộc đợt này."
        taken.add(plan.establishment_id)
