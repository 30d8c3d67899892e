"""How far campaigns have come: sites planned and inspected, minutes, what waits, and each month's visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesPaper
from server.services import verifiers
from server.services.days import day_of

INSPECTED = frozenset({"issued", "returned", "approved"})
FINISHED = frozenset({"issued", "approved", "not_carried_out"})
"""What the programme counts as done: the visit is over, its minutes are issued. One sent back to the team is not."""
WAITING = frozenset({"issued", "returned"})
_INSPECTION = InspectionSummary
Visits = Counter[tuple[str, str]]
"""How many by month (2021-08, "" where no day is planned) and status."""


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
    visits = _visits(session, ids)
    again = _visited_again(session, ids)
    minutes = _minutes(session, ids) if count_minutes else {}
    found = []
    for campaign in campaigns:
        state, own = campaign.state, visits.get(campaign.id, Counter())
        starts = day_of(state.get("starts_on")) or date.min
        sites = _sites(own, again[campaign.id])
        found.append(
            Progress(
                id=campaign.id,
                code=str(state.get("code")),
                title=str(state.get("title")),
                decision=state.get("decision") or {},
                starts_on=starts,
                ends_on=day_of(state.get("ends_on")) or starts,
                sites=max(len(state.get("establishment_ids") or ()), sites["visited"]),
                inspected=sites["inspected"],
                not_carried_out=sites["not_carried_out"],
                finished=sites["finished"],
                begun=sites["begun"],
                minutes=minutes.get(campaign.id, 0),
                waiting=sum(count for (_, status), count in own.items() if status in WAITING),
                months=_months(own),
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


def _visits(session: Session, campaigns: Sequence[str]) -> dict[str, Visits]:
    """Count the visits of each campaign by month and status.

    The database strings them together in the order of an index: sorted there by month they cost three times as much.
    """
    said = func.substr(_INSPECTION.planned_on, 1, 7).concat("/").concat(_INSPECTION.status)
    query = select(_INSPECTION.campaign_id, func.aggregate_strings(said, "\n"))
    query = query.where(_INSPECTION.campaign_id.in_(campaigns)).group_by(_INSPECTION.campaign_id)
    found: dict[str, Visits] = {}
    for campaign, visits in session.execute(query):
        counted = Counter(visits.split("\n")).items()
        found[campaign] = Counter({(month, status): count for each, count in counted for month, _, status in [each.partition("/")]})  # fmt: skip
    return found


def _visited_again(session: Session, campaigns: Sequence[str]) -> dict[str, list[list[str]]]:
    """Return, of each campaign, the statuses of the visits of each site that has more than one: few of them have."""
    site = (_INSPECTION.campaign_id, _INSPECTION.establishment_id)
    more = (
        select(*site).where(_INSPECTION.campaign_id.in_(campaigns)).group_by(*site).having(func.count() > 1).subquery()
    )
    query = select(*site, _INSPECTION.status).join(
        more, and_(more.c.campaign_id == site[0], more.c.establishment_id == site[1])
    )
    statuses: dict[tuple[str, str], list[str]] = defaultdict(list)
    for campaign, establishment, status in session.execute(query):
        statuses[campaign, establishment].append(status)
    found: dict[str, list[list[str]]] = defaultdict(list)
    for (campaign, _), own in statuses.items():
        found[campaign].append(own)
    return found


def _sites(visits: Visits, again: Sequence[Sequence[str]]) -> Counter[str]:
    """Count sites: one is inspected by any visit, finished or not carried out by all of them."""
    once: Counter[str] = Counter()
    for (_, status), count in visits.items():
        once[status] += count
    once.subtract(status for own in again for status in own)
    found: Counter[str] = Counter()
    for own, count in [*(([status], count) for status, count in once.items()), *((own, 1) for own in again)]:
        found["visited"] += count
        found["begun"] += count * any(status != "planned" for status in own)
        found["inspected"] += count * any(status in INSPECTED for status in own)
        found["finished"] += count * all(status in FINISHED for status in own)
        found["not_carried_out"] += count * all(status == "not_carried_out" for status in own)
    return found


def _months(visits: Visits) -> dict[tuple[int, int], Month]:
    found: dict[tuple[int, int], Month] = defaultdict(Month)
    for (on, status), count in visits.items():
        if len(on) == 7:
            month = found[int(on[:4]), int(on[5:])]
            month.planned += count
            month.finished += count if status in FINISHED else 0
            month.begun += count if status != "planned" else 0
    return dict(found)


def _minutes(session: Session, campaigns: Sequence[str]) -> dict[str, int]:
    """Count the papers of each campaign; one registered from its QR alone has no minutes."""
    query = select(MinutesPaper.campaign_id, func.count()).group_by(MinutesPaper.campaign_id)
    query = query.where(MinutesPaper.campaign_id.in_(campaigns), MinutesPaper.status != "lost")
    return {str(campaign): count for campaign, count in session.execute(query)}
