"""The follow-up board (bảng hậu kiểm): each establishment of a decision, what is open and what is overdue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document, Light
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import (
    case_acts,
    case_clocks,
    cases,
    inspection_list,
    paging,
    paper_chain,
    review,
    samples,
    work_calendar,
)
from server.services.case_clocks import Clock
from server.services.case_forms import FINISHED as FINISHED_CASES
from server.services.follow_up_steps import FINISHED, STAGES, Due, Standing, Visit, standing
from server.services.wording import folded
from server.services.working_days import Calendar

PAGE_SIZE = 50
OVERDUE = "overdue"
_KINDS = ("minutes", "requirement", "measure")
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `stage` is one of the stages, or `overdue`."""

    stage: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, stage: str, text: str, page: str) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        known = stage if stage in STAGES or stage == OVERDUE else ""
        return cls(known, paging.words(text), paging.asked(page))


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A violation case of a row: where it stands, its first clock, what was decided and paid, in dong as typed."""

    id: str
    status: str
    clock: Clock
    decision: str | None
    amount: str | None
    paid: int

    @property
    def due(self) -> Due | None:
        """Return its clock while that runs."""
        clock = self.clock
        if clock.due_on is None or clock.state not in {case_clocks.RUNNING, case_clocks.OVERDUE}:
            return None
        return Due(clock.title.lower(), clock.due_on, not clock.bare_years)


@dataclass(frozen=True, slots=True)
class Row:
    """One establishment of the decision. `visits` = (inspection id, its status, planned day), the first visit first."""

    establishment_id: str
    name: str
    address: str
    visits: Sequence[tuple[str, str, str | None]]
    standing: Standing
    overdue: Sequence[Due]
    samples: Sequence[samples.Row]
    cases: Sequence[CaseRow]
    may_recheck: str | None
    """The visit that a re-check would follow: something of it is open and no later visit is planned."""
    papers: Sequence[str] = ()
    """The numbers of its closing minutes as printed; read only for the rows of the page that is shown."""


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board. `counts` = by stage and `overdue`, before the filter by stage."""

    campaign_id: str
    campaign: State
    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    size: int


def board(session: Session, campaign_id: str, wanted: Filter, user: User, today: date) -> Board:
    """Return one page of the board of a campaign; 404 for a person outside its team."""
    visible = inspection_list.visible_campaigns(session, user)
    campaign = documents.get(session, "campaign", campaign_id)
    if campaign is None or (visible is not None and campaign_id not in visible):
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm tra này, hoặc bạn không ở trong đoàn.")
    sites = {campaign.id: [str(id) for id in campaign.state.get("establishment_ids") or ()]}
    every = rows_of(session, sites, documents.children(session, campaign.id, "inspection"), user, today)[campaign.id]
    words = folded(wanted.text).split()
    found = [row for row in every if all(word in folded(f"{row.name} {row.address}") for word in words)]
    counted = Counter(row.standing.stage for row in found)
    counts = {OVERDUE: sum(bool(row.overdue) for row in found), **{stage: counted[stage] for stage in STAGES}}
    if wanted.stage:
        found = [row for row in found if (row.overdue if wanted.stage == OVERDUE else row.standing.stage == wanted.stage)]  # fmt: skip
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    shown = [replace(row, papers=_texts(session, row.standing.papers)) for row in found[part]]
    return Board(campaign.id, campaign.state, shown, len(found), page, pages, counts, len(every))


def rows_of(
    session: Session, sites: Mapping[str, Iterable[str]], inspections: Sequence[Document], user: User, today: date
) -> dict[str, list[Row]]:
    """Return the rows of each campaign in `sites` (campaign -> establishments), the most urgent first.

    Each kind of document is asked for once for them all. `inspections` = those to tell of; where they visit another
    establishment it gets its row, too.
    """
    ordered = sorted(inspections, key=lambda i: (str(i.state.get("planned_on") or ""), i.id))
    family = _family(session, ordered)
    signed = _signed(session, sites)
    sampled = defaultdict(list)
    for sample in samples.rows(session, today, frozenset(sites)):
        sampled[sample.inspection_id].append(sample)
    calendar = work_calendar.calendar(session)
    opened = defaultdict(list)
    shown = [cases.KIND] if review.may_review(user) else []  # case files name offenders (docs/decisions/0009)
    for case in documents.of_parents(session, [i.id for i in ordered], shown):
        opened[str(case.parent)].append(case_row(case, today, calendar))
    visits: dict[str, dict[str, list[Visit]]] = {campaign: {id: [] for id in own} for campaign, own in sites.items()}
    for each in ordered:
        visit = _visit(each, family, each.id in signed, sampled.get(each.id, ()), opened.get(each.id, ()))
        visits[str(each.parent)].setdefault(str(each.state.get("establishment_id")), []).append(visit)
    known = documents.many(session, [("establishment", id) for own in visits.values() for id in own])
    return {
        campaign: sorted(
            (_row(id, known.get(("establishment", id)), each, sampled, opened, today) for id, each in own.items()),
            key=lambda row: _urgency(row, today),
        )
        for campaign, own in visits.items()
    }


def case_row(case: Document | Light, today: date, calendar: Calendar) -> CaseRow:
    """Return the row of one case."""
    state, decision = case.state, case.state.get("decision") or {}
    return CaseRow(case.id, case_acts.status_of(state), case_clocks.report_clock(state, today, calendar),
                   decision.get("number"), decision.get("amount"), case_acts.paid(state))  # fmt: skip


def _signed(session: Session, campaigns: Iterable[str]) -> frozenset[str]:
    """Return the inspections whose signed paper was photographed: from their rows, for photos are the most of all documents."""
    query = select(InspectionSummary.id).where(InspectionSummary.campaign_id.in_(sorted(campaigns)))
    return frozenset(session.scalars(query.where(InspectionSummary.has_signed_paper)))


def _family(session: Session, inspections: Iterable[Document]) -> dict[tuple[str, str], list[Document]]:
    found: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for child in documents.of_parents(session, [i.id for i in inspections], _KINDS):
        if not child.state.get("voided"):
            found[str(child.parent), child.kind].append(child)
    return found


def _row(
    id: str,
    site: Document | None,
    visits: Sequence[Visit],
    sampled: Mapping[str, Sequence[samples.Row]],
    opened: Mapping[str, Sequence[CaseRow]],
    today: date,
) -> Row:
    where = standing(visits)
    state = {} if site is None else site.state
    open_here = where.requirements_open or where.suspended
    return Row(
        establishment_id=id,
        name=str(state.get("name") or "(chưa có tên cơ sở)"),
        address=str(state.get("address") or ""),
        visits=[(v.id, str(v.state.get("status")), v.state.get("planned_on")) for v in visits],
        standing=where,
        overdue=where.overdue(today),
        samples=[sample for v in visits for sample in sampled.get(v.id, ())],
        cases=[case for v in visits for case in opened.get(v.id, ())],
        may_recheck=visits[-1].id if open_here and visits[-1].state.get("status") in {"issued", "approved"} else None,
    )


def _visit(
    inspection: Document,
    family: Mapping[tuple[str, str], Sequence[Document]],
    has_signed_paper: bool,
    sampled: Sequence[samples.Row],
    opened: Sequence[CaseRow],
) -> Visit:
    minutes = [
        {"id": m.id, **{name: m.state.get(name) for name in ("form", "status", "issued_at")}}
        for m in family.get((inspection.id, "minutes"), ())
    ]
    dues = [Due(f"bàn giao mẫu {s.name}", s.send_by, s.is_sure) for s in sampled if s.send_by is not None]
    dues += [case.due for case in opened if case.due is not None]
    return Visit(
        id=inspection.id,
        state=inspection.state,
        minutes=sorted(minutes, key=lambda m: str(m["issued_at"])),
        requirements=[d.state for d in family.get((inspection.id, "requirement"), ())],
        measures=[{"id": d.id, **d.state} for d in family.get((inspection.id, "measure"), ())],
        samples_waiting=sum(s.stage in samples.WAITING for s in sampled),
        has_signed_paper=has_signed_paper,
        has_open_case=any(case.status not in FINISHED_CASES for case in opened),
        dues=dues,
    )


def _texts(session: Session, minutes: Iterable[str]) -> list[str]:
    found = (documents.get(session, "minutes", id) for id in minutes)
    return [paper_chain.paper_of(each)["text"] for each in found if each is not None]


def _urgency(row: Row, today: date) -> tuple[Any, ...]:
    """Overdue first, the longest of them on top; then what is open by the day it is due; finished rows last."""
    first = row.standing.dues[0].on if row.standing.dues else date.max
    return (
        row.standing.stage in FINISHED,
        first if row.overdue else today,
        first,
        folded(row.name),
        row.establishment_id,
    )
