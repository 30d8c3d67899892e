"""Reads what reports count: the inspections of a campaign or a period with everything recorded in them, a part at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Text, select, type_coerce
from sqlalchemy.orm import Session

from checklists import domains
from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import areas, case_acts, cases, inspection_list, review, samples, work_calendar
from server.services.areas import Area
from server.services.report_figures import Examined, Fined, Sampled
from server.services.report_scope import Scope
from server.services.working_days import Calendar
from sync.findings import inspected_on
from sync.paper_measures import standing_suspensions
from sync.samples import current

PART = 200
"""Inspections read at once: a year with a million findings must not stand in memory."""
COUNTED = ("finding", "requirement", "measure", "sample", "lab_result")
GENERAL = "general"
State = Mapping[str, Any]
_T = Document.__table__.c


@dataclass(frozen=True, slots=True)
class Read:
    """One inspection as read: what is counted of it, the documents behind it by kind, its site and its instruments."""

    counted: Examined
    site: State
    instruments: Mapping[str, State]
    family: Mapping[str, Sequence[State]]


@dataclass(frozen=True, slots=True)
class Planned:
    """One inspection of the scope before anything below it is read."""

    id: str
    campaign_id: str
    state: State
    on: date | None

    @property
    def establishment_id(self) -> str:
        """The inspected site."""
        return str(self.state.get("establishment_id"))


@dataclass(frozen=True, slots=True)
class Source:
    """What a report is made from. `campaign` is None for a period."""

    scope: Scope
    campaign: Document | None
    inspections: Sequence[Planned]
    shows_cases: bool


def source(session: Session, scope: Scope, user: User) -> Source:
    """Find the inspections of a scope that a person may read, by day; 404 for a campaign outside that person's teams."""
    visible = inspection_list.visible_campaigns(session, user)
    campaign = documents.get(session, "campaign", scope.campaign_id) if scope.campaign_id else None
    if scope.campaign_id and (campaign is None or (visible is not None and campaign.id not in visible)):
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm tra này, hoặc bạn không ở trong đoàn.")
    query = select(_T.id, _T.parent, _T.state).where(_T.kind == "inspection", _T.is_deleted.is_(False))
    if campaign is not None:
        query = query.where(_T.parent == campaign.id)
    else:
        query = query.join(InspectionSummary, InspectionSummary.id == _T.id)
        query = query.where(InspectionSummary.inspected_on.between(scope.first.isoformat(), scope.last.isoformat()))
    if campaign is None and visible is not None:
        query = query.where(_T.parent.in_(sorted(visible)))
    found = [Planned(id, str(parent), state, inspected_on(state)) for id, parent, state in session.execute(query)]
    found.sort(key=lambda one: (one.on or date.max, one.id))
    return Source(scope, campaign, found, review.may_review(user))


def read(session: Session, found: Source, today: date, more: Sequence[str] = ()) -> Iterator[Read]:
    """Read the inspections with what is below them, `more` kinds besides those that are counted."""
    reader = _Reader(session, found, today, (*COUNTED, *more))
    for start in range(0, len(found.inspections), PART):
        yield from reader.part(found.inspections[start : start + PART])


def domain_of(inspection: State) -> str:
    """Return the domain of an inspection: that of its first checklist that is not the general one; '' for none."""
    pinned = [str(pin.get("code")) for pin in inspection.get("checklists") or () if isinstance(pin, Mapping)]
    first = next((code for code in pinned if code != GENERAL), "")
    return next((name for name, domain in domains.load().items() if first in domain.checklists), "")


@dataclass(slots=True)
class _Reader:
    session: Session
    found: Source
    today: date
    kinds: Sequence[str]
    calendar: Calendar = field(init=False)
    units: Units = field(init=False)

    def __post_init__(self) -> None:
        self.calendar = work_calendar.calendar(self.session)
        self.units = Units.of(areas.every(self.session))

    def part(self, inspections: Sequence[Planned]) -> Iterator[Read]:
        kinds = (*self.kinds, cases.KIND) if self.found.shows_cases else self.kinds
        family = states_below(self.session, [one.id for one in inspections], kinds)
        places = {one.establishment_id for one in inspections}
        sites = states_of(self.session, "establishment", places)
        instruments = states_below(self.session, places, ("instrument",))
        ended = self._ended_at_sites(inspections, family)
        for one in inspections:
            own = {row["id"]: row for row in instruments.get((one.establishment_id, "instrument"), ())}
            below = {kind: family.get((one.id, kind), []) for kind in kinds}
            site = sites.get(one.establishment_id, {})
            yield Read(self._examined(one, site, own, below, ended), site, own, below)

    def _examined(
        self, one: Planned, site: State, instruments: Mapping[str, State], below: Mapping[str, Sequence[State]],
        ended: frozenset[str],
    ) -> Examined:  # fmt: skip
        suspended = [m for m in _kept(below["measure"]) if m.get("type") == "suspend"]
        standing = {str(s.get("measure_id")) for row in instruments.values() for s in row.get("suspensions") or ()}
        standing |= {m["id"] for m in suspended if not m.get("instrument_id") and m["id"] not in ended}
        return Examined(
            id=one.id,
            campaign_id=one.campaign_id,
            establishment_id=one.establishment_id,
            state=one.state,
            on=one.on,
            domain=domain_of(one.state),
            commune=self.units.on(str(site.get("area_code") or ""), one.on),
            types={id: str(row.get("type") or "") for id, row in instruments.items()},
            findings=below["finding"],
            requirements=_kept(below["requirement"]),
            suspensions=[m["id"] for m in suspended],
            standing=frozenset(standing),
            samples=self._samples(_kept(below["sample"]), below["lab_result"]),
            cases=[_fined(case) for case in below.get(cases.KIND, ())],
        )

    def _samples(self, taken: Sequence[State], said: Sequence[State]) -> list[Sampled]:
        results = defaultdict(list)
        for result in said:
            results[str(result.get("sample_id"))].append(result)
        found = []
        for sample in taken:
            stage = samples.stage(sample, results[sample["id"]])
            due = samples.send_by(sample, stage, self.calendar)
            concluded = [str(r.get("conclusion")) for r in current(results[sample["id"]])]
            found.append(Sampled(stage, due is not None and self.today > due, concluded))
        return found

    def _ended_at_sites(
        self, inspections: Sequence[Planned], family: Mapping[tuple[str, str], Sequence[State]]
    ) -> frozenset[str]:
        """Return the suspensions of whole sites that a later visit of the campaign ended: no instrument remembers them."""
        wide = {
            (one.campaign_id, one.establishment_id) for one in inspections
            if any(not m.get("instrument_id") and m.get("type") == "suspend" for m in family.get((one.id, "measure"), ()))
        }  # fmt: skip
        ended: set[str] = set()
        for campaign, site in wide:
            visits = [d.id for d in documents.children(self.session, campaign, "inspection")
                      if str(d.state.get("establishment_id")) == site]  # fmt: skip
            rows = states_below(self.session, visits, ("measure",)).values()
            own = [m for each in rows for m in each if not m.get("instrument_id")]
            ended |= {m["id"] for m in own} - {m["id"] for m in standing_suspensions(own)}
        return frozenset(ended)


@dataclass(frozen=True, slots=True)
class Units:
    """The communes of a map that changes: which one a code named on a day; `names` also of codes outside their time."""

    by_code: Mapping[str, Sequence[Area]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, known: Iterable[Area]) -> Units:
        """Sort the registered areas by code and validity."""
        by_code = defaultdict(list)
        for area in known:
            by_code[area.code].append(area)
        for own in by_code.values():
            own.sort(key=lambda area: area.valid_from)
        names = {code: f"{own[-1].full_name} (tên theo mã {code})" for code, own in by_code.items()}
        return cls(by_code, names | {f"{a.code}.{a.valid_from}": a.full_name for own in by_code.values() for a in own})

    def on(self, code: str, day: date | None) -> str:
        """Return `code.valid_from` of the unit on a day; the bare code where the map has none."""
        own = self.by_code.get(code, ())
        if day is None or not own:
            return code
        text = day.isoformat()
        found = own[bisect_right([area.valid_from for area in own], text) - 1] if own[0].valid_from <= text else None
        if found is None or (found.valid_to is not None and text > found.valid_to):
            return code
        return f"{code}.{found.valid_from}"


def _fined(case: State) -> Fined:
    decision = case.get("decision") or {}
    amount = str(decision.get("amount") or "")
    return Fined(bool(decision), int(amount) if amount.isdecimal() else 0, case_acts.paid(case))


def _kept(rows: Sequence[State]) -> list[State]:
    return [row for row in rows if not row.get("voided")]


def states_below(
    session: Session, parents: Iterable[str], kinds: Sequence[str]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the states below some documents, by parent and kind, in order of id.

    Their text is read past the ORM's types: a year has a million findings, and half of the time went there.
    """
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    wanted = sorted(set(parents))
    for start in range(0, len(wanted), PART):
        query = select(_T.parent, _T.kind, _T.id, type_coerce(_T.state, Text)).where(
            _T.parent.in_(wanted[start : start + PART]), _T.kind.in_(kinds), _T.is_deleted.is_(False)
        )
        for parent, kind, id, text in session.execute(query).all():
            state = orjson.loads(text)
            state["id"] = id
            found[parent, kind].append(state)
    for rows in found.values():
        rows.sort(key=lambda row: str(row["id"]))
    return found


def states_of(session: Session, kind: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    query = select(_T.id, _T.state).where(_T.kind == kind, _T.id.in_(sorted(ids)), _T.is_deleted.is_(False))
    return {row.id: row.state for row in session.execute(query)}
