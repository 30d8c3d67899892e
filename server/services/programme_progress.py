"""How far campaigns have come: sites planned and inspected, minutes, what waits, and each month's visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.services import verifiers
from server.services.days import day_of

INSPECTED = frozenset({"issued", "returned", "approved"})
FINISHED = frozenset({"issued", "approved", "not_carried_out"})
"""What the programme counts as done: the visit is over, its minutes are issued. One sent back to the team is not."""
WAITING = frozenset({"issued", "returned"})
_INSPECTION = InspectionSummary


@dataclass(slots=True)
class Month:
    """The visits planned in one month."""

    planned: int = 0
    finished: int = 0
    begun: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """One campaign. Counted by site but `minutes` and `waiting` (inspections waiting for approval or sent back)."""

    id: str
    code: str
    title: str
    decision: Mapping[str, str]
    starts_on: date
    ends_on: date
    sites: int
    inspected: int
    not_carried_out: int
    finished: int
    begun: int
    minutes: int
    waiting: int
    months: Mapping[tuple[int, int], Month] = field(default_factory=dict)
    unit: str = "cơ sở"
    """What is counted: a mobile verification counts its sessions, to which owners come of their own."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do at any of its sites."""
        return self.sites > 0 and self.finished == self.sites


def of_campaigns(session: Session, campaigns: Sequence[Document], *, count_minutes: bool = False) -> list[Progress]:
    """Return how far each campaign has come, in order of their beginning; two questions for them all.

    `minutes` are counted only where asked for: the papers of a year are many, and the year's board does not show them.
    """
    ids = [c.id for c in campaigns]
    months: dict[str, dict[tuple[int, int], Month]] = defaultdict(lambda: defaultdict(Month))
    waiting: Counter[str] = Counter()
    for campaign, month, status, count in session.execute(_by_month(ids)):
        waiting[campaign] += count if status in WAITING else 0
        if len(month) == 7:
            visits = months[campaign][int(month[:4]), int(month[5:])]
            visits.planned += count
            visits.finished += count if status in FINISHED else 0
            visits.begun += count if status != "planned" else 0
    sites = {row.campaign_id: row for row in session.execute(_by_site(ids))}
    minutes = _minutes(session, ids) if count_minutes else {}
    found = []
    for campaign in campaigns:
        state, counted = campaign.state, sites.get(campaign.id)
        starts = day_of(state.get("starts_on")) or date.min
        listed, visited = len(state.get("establishment_ids") or ()), 0 if counted is None else counted.visited
        found.append(
            Progress(
                id=campaign.id,
                code=str(state.get("code")),
                title=str(state.get("title")),
                decision=state.get("decision") or {},
                starts_on=starts,
                ends_on=day_of(state.get("ends_on")) or starts,
                sites=max(listed, visited),
                inspected=_of(counted, "inspected"),
                not_carried_out=_of(counted, "not_carried_out"),
                finished=_of(counted, "finished"),
                begun=_of(counted, "begun"),
                minutes=minutes.get(campaign.id, 0),
                waiting=waiting[campaign.id],
                months=dict(months[campaign.id]),
            )
        )
    held = _sessions(session, [c.id for c in campaigns if c.state.get("kind") == verifiers.KIND])
    found = [_of_sessions(each, held[each.id]) if each.id in held else each for each in found]
    return sorted(found, key=lambda p: (p.starts_on, p.code))


def _sessions(session: Session, campaigns: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the sessions of mobile verifications; campaigns that have none yet are left out."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in documents.of_parents(session, campaigns, ["verification_session"]) if campaigns else ():
        if not row.state.get("voided"):
            found[str(row.parent)].append(row.state)
    return found


def _of_sessions(progress: Progress, sessions: Sequence[Mapping[str, Any]]) -> Progress:
    """Count a campaign by its sessions: done is one that was closed, begun one whose air was read."""
    months: dict[tuple[int, int], Month] = defaultdict(Month)
    for each in sessions:
        on, closed = str(each.get("on")), bool(each.get("closed_at"))
        if day_of(on) is not None:
            month = months[int(on[:4]), int(on[5:7])]
            month.planned += 1
            month.finished += closed
            month.begun += closed or bool(each.get("environment"))
    done = sum(bool(each.get("closed_at")) for each in sessions)
    begun = sum(bool(each.get("closed_at") or each.get("environment")) for each in sessions)
    return replace(progress, sites=len(sessions), inspected=done, not_carried_out=0, finished=done, begun=begun,
                   months=dict(months), unit="phiên")  # fmt: skip


def _of(counted: Any, name: str) -> int:
    return 0 if counted is None else int(getattr(counted, name))


def _by_month(campaigns: Sequence[str]) -> Select[Any]:
    month = func.substr(_INSPECTION.planned_on, 1, 7)
    return (
        select(_INSPECTION.campaign_id, month, _INSPECTION.status, func.count())
        .where(_INSPECTION.campaign_id.in_(campaigns))
        .group_by(_INSPECTION.campaign_id, month, _INSPECTION.status)
    )


def _by_site(campaigns: Sequence[str]) -> Select[Any]:
    """Count sites: one is inspected by any visit, finished or not carried out by all of them."""

    def flag(statuses: frozenset[str]) -> Any:
        return case((_INSPECTION.status.in_(sorted(statuses)), 1), else_=0)

    site = (
        select(
            _INSPECTION.campaign_id,
            func.max(flag(INSPECTED)).label("inspected"),
            func.min(flag(FINISHED)).label("finished"),
            func.min(flag(frozenset({"not_carried_out"}))).label("not_carried_out"),
            func.min(flag(frozenset({"planned"}))).label("planned"),
        )
        .where(_INSPECTION.campaign_id.in_(campaigns))
        .group_by(_INSPECTION.campaign_id, _INSPECTION.establishment_id)
        .subquery()
    )
    names = ("inspected", "finished", "not_carried_out")
    sums = [func.sum(site.c[name]).label(name) for name in names]
    begun = func.sum(1 - site.c.planned).label("begun")
    return select(site.c.campaign_id, func.count().label("visited"), begun, *sums).group_by(site.c.campaign_id)


def _minutes(session: Session, campaigns: Sequence[str]) -> dict[str, int]:
    """Count the papers of each campaign, by the index of parents on both sides."""
    inspection, paper = aliased(Document), aliased(Document)
    query = (
        select(inspection.parent, func.count())
        .join(paper, (paper.parent == inspection.id) & (paper.kind == "minutes") & paper.is_deleted.is_(False))
        .where(inspection.kind == "inspection", inspection.parent.in_(campaigns))
        .group_by(inspection.parent)
    )
    return {str(campaign): count for campaign, count in session.execute(query)}
