"""The list of decisions: how many establishments of each are finished, and how many have something overdue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.services import cases, follow_up, inspection_list, projection, review, samples, work_calendar
from server.services.case_forms import FINISHED as FINISHED_CASES
from sync.paper_measures import standing_suspensions

CHUNK = 400
Site = tuple[str, str]
"""A campaign and an establishment of it."""
_S = InspectionSummary
_D = Document.__table__.c


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

    The database counts where establishments stand by the rows of their visits (follow_up_steps.stage_of); of documents
    only the suspensions of finished ones are read, and samples and cases.
    """
    visible = inspection_list.visible_campaigns(session, user)
    campaigns = [c for c in documents.light(session, "campaign") if visible is None or c.id in visible]
    stood = {row.campaign_id: row for row in session.execute(_standing())}
    waiting, late = _samples_and_cases(session, user, today)
    overdue = _overdue(session, late, today)
    not_finished = Counter(campaign for campaign, _ in _suspended(session) | _finished_among(session, waiting))
    found = []
    for each in campaigns:
        state, own = each.state, stood.get(each.id)
        sites = {str(id) for id in state.get("establishment_ids") or ()} | set(own.sites.split() if own else ())
        found.append(
            Decision(
                each.id, str(state.get("code")), str(state.get("title")), state.get("decision") or {},
                str(state.get("starts_on")), str(state.get("ends_on")), len(sites),
                (own.finished if own else 0) - not_finished[each.id], overdue[each.id],
            )
        )  # fmt: skip
    return sorted(found, key=lambda d: (d.overdue > 0, d.starts_on, d.code), reverse=True)


def _standing() -> Select[str, str, int]:
    """Ask of each campaign which establishments were visited, and how many of them are finished by their rows."""
    finished = func.sum(case((_is_finished(_S), 1), else_=0))
    query = select(
        _S.campaign_id, func.aggregate_strings(_S.establishment_id, " ").label("sites"), finished.label("finished")
    )
    return query.where(_is_last(_S)).group_by(_S.campaign_id)


def _is_last(visit: type[InspectionSummary]) -> ColumnElement[bool]:
    """Say that no later visit of the campaign went to the establishment."""
    later = aliased(InspectionSummary)
    place = tuple_(later.planned_on, later.id) > tuple_(visit.planned_on, visit.id)
    return ~exists().where(*_same_site(later, visit), place)


def _is_finished(last: type[InspectionSummary]) -> ColumnElement[bool]:
    """Say of a last visit that by the rows nothing more is to be done at its establishment."""
    other = aliased(InspectionSummary)
    asked = exists().where(*_same_site(other, last), other.open_requirements > 0)
    return or_(
        last.status == "not_carried_out",
        and_(last.status == "approved", last.has_signed_paper, last.open_requirements == 0, ~asked),
    )


def _same_site(one: type[InspectionSummary], other: type[InspectionSummary]) -> tuple[ColumnElement[bool], ...]:
    return one.campaign_id == other.campaign_id, one.establishment_id == other.establishment_id


def _finished(visit: type[InspectionSummary]) -> Select[str, str, str]:
    """Ask for visits of establishments whose last visit was approved and left nothing else open."""
    last = aliased(InspectionSummary)
    query = select(visit.campaign_id, visit.establishment_id, visit.id).join(last, and_(*_same_site(last, visit)))
    return query.where(last.status == "approved", _is_finished(last), _is_last(last))


def _suspended(session: Session) -> set[Site]:
    """Return the establishments that only a suspension keeps from being finished."""
    visits = {row.id: (row.campaign_id, row.establishment_id)
              for row in session.execute(_finished(_S).where(_S.measures > 0))}  # fmt: skip
    imposed: dict[Site, list[dict[str, Any]]] = defaultdict(list)
    measures = select(_D.id, _D.parent, _D.state).where(_D.kind == "measure", _D.is_deleted.is_(False)).order_by(_D.id)
    for part in projection.parts(sorted(visits), CHUNK):
        for id, parent, state in session.execute(measures.where(_D.parent.in_(part))):
            imposed[visits[parent]].append({"id": id, **state})
    return {site for site, own in imposed.items() if standing_suspensions(own)}


def _samples_and_cases(session: Session, user: User, today: date) -> tuple[set[str], set[str]]:
    """Return the inspections of which a sample or case waits, and those of which one is overdue."""
    calendar = work_calendar.calendar(session)
    results = defaultdict(list)
    for id, _, _, _, state in documents.light(session, "lab_result"):
        results[str(state.get("sample_id"))].append({"id": id, **state})
    waiting, late = set(), set()
    for id, _, _, parent, state in documents.light(session, "sample"):
        stage = samples.stage(state, results[id])
        due = samples.send_by(state, stage, calendar)
        waiting |= {str(parent)} if stage in samples.WAITING else set()
        late |= {str(parent)} if due is not None and due < today else set()
    for found in documents.light(session, cases.KIND) if review.may_review(user) else ():
        row = follow_up.case_row(found, today, calendar)
        waiting |= {str(found.parent)} if row.status not in FINISHED_CASES else set()
        late |= {str(found.parent)} if row.due is not None and row.due.on < today else set()
    return waiting, late


def _overdue(session: Session, late: Iterable[str], today: date) -> Counter[str]:
    """Count the establishments of each campaign with a requirement, sample or case past its day."""
    sites = select(_S.campaign_id, _S.establishment_id)
    found = set(_sites(session.execute(sites.where(_S.due_on > "", _S.due_on < today.isoformat()))))
    for part in projection.parts(sorted(late), CHUNK):
        found.update(_sites(session.execute(sites.where(_S.id.in_(part)))))
    return Counter(campaign for campaign, _ in found)


def _finished_among(session: Session, waiting: Iterable[str]) -> set[Site]:
    found: set[Site] = set()
    for part in projection.parts(sorted(waiting), CHUNK):
        found.update(_sites(session.execute(_finished(_S).where(_S.id.in_(part)))))
    return found


def _sites(rows: Iterable[Any]) -> Iterable[Site]:
    return ((row.campaign_id, row.establishment_id) for row in rows)
