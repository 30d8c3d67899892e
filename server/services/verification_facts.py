"""Reads the sessions of mobile verification teams with everything under them: slips, instruments, papers, marks, money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists.verification import Place, queue
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.services.days import day_of
from server.services.projection import parts
from server.services.report_facts import states_below, states_of

SESSION = "verification_session"
RECORD, CERTIFICATE = "verification_record", "verification_certificate"
EVERYTHING = ("finding", "payment", "minutes")
PART = 400
"""Documents that one question may name."""
State = Mapping[str, Any]
_S = InspectionSummary.__table__.c


@dataclass(frozen=True, slots=True)
class Brought:
    """An instrument that an owner brought: where it stands, and the papers about it that are in force."""

    id: str
    state: State
    place: Place
    papers: Mapping[str, State] = field(default_factory=dict)
    """Form -> the paper, of those that were not voided."""
    findings: Sequence[State] = ()

    @property
    def type(self) -> str:
        """Its kind; '' where the register lost it."""
        return str(self.state.get("type") or "")


@dataclass(frozen=True, slots=True)
class Slip:
    """What one owner brought on one day."""

    id: str
    state: State
    site_id: str
    site: State
    brought: Sequence[Brought]
    payments: Sequence[State]
    """Voided ones too."""

    @property
    def number(self) -> str:
        """The slip's number; '' for an inspection that is none."""
        return str(self.state.get("slip") or "")

    @property
    def is_done(self) -> bool:
        """Whether everything that was brought was handed back."""
        return bool(self.brought) and all(one.place.standing == "handed_back" for one in self.brought)


@dataclass(frozen=True, slots=True)
class Held:
    """One session (phiên kiểm định) with everything under it."""

    id: str
    rev: int
    campaign_id: str
    state: State
    slips: Sequence[Slip]
    marks: Sequence[State]
    stocktakes: Sequence[State]

    @property
    def on(self) -> date | None:
        """Its day."""
        return day_of(self.state.get("on"))

    @property
    def area(self) -> str:
        """The code of the commune where it was."""
        return str(self.state.get("area_code") or "")

    @property
    def brought(self) -> list[Brought]:
        """Every instrument of every slip."""
        return [one for slip in self.slips for one in slip.brought]


def read(session: Session, sessions: Iterable[Document]) -> list[Held]:
    """Read sessions in their order; the number of questions does not grow with them (until four hundred parents)."""
    wanted = list(sessions)
    of_session = _slips(session, wanted)
    ids = set(of_session)
    slips = [slip for own in of_session.values() for slip in own]
    family = states_below(session, [slip["id"] for slip in slips], EVERYTHING)
    queues = {slip["id"]: queue(slip, family.get((slip["id"], "finding"), ())) for slip in slips}
    instruments = _states(session, "instrument", {id for places in queues.values() for id in places})
    sites = _states(session, "establishment", {str(slip.get("establishment_id")) for slip in slips})
    under = states_below(session, ids, ("mark", "stocktake"))

    def made(slip: dict[str, Any]) -> Slip:
        found = {kind: family.get((slip["id"], kind), []) for kind in EVERYTHING}
        brought = [_brought(id, place, instruments, found) for id, place in queues[slip["id"]].items()]
        site = str(slip.get("establishment_id"))
        return Slip(slip["id"], slip, site, sites.get(site, {}), brought, found.get("payment", ()))

    return [
        Held(row.id, row.rev, str(row.parent), row.state,
             sorted(map(made, of_session[row.id]), key=lambda slip: (slip.number, slip.id)),
             under.get((row.id, "mark"), []), under.get((row.id, "stocktake"), []))
        for row in wanted
    ]  # fmt: skip


def slip(session: Session, id: str, state: State) -> Slip:
    """Read one slip (its state) with everything in it."""
    family = states_below(session, [id], EVERYTHING)
    found = {kind: family.get((id, kind), []) for kind in EVERYTHING}
    places = queue(state, found["finding"])
    instruments = _states(session, "instrument", set(places))
    site = str(state.get("establishment_id"))
    brought = [_brought(each, place, instruments, found) for each, place in places.items()]
    owner = _states(session, "establishment", {site}).get(site, {})
    return Slip(id, {"id": id, **state}, site, owner, brought, found["payment"])


def kept(rows: Iterable[State]) -> list[State]:
    """Leave out what was voided."""
    return [row for row in rows if not row.get("voided")]


def _slips(session: Session, wanted: Sequence[Document]) -> dict[str, list[dict[str, Any]]]:
    """Return the slips of each session, of its own campaign alone."""
    parents = {row.id: str(row.parent) for row in wanted}
    named: dict[str, str] = {}
    for part in parts(sorted(parents), PART):
        query = select(_S.id, _S.session_id, _S.campaign_id).where(_S.session_id.in_(part))
        named |= {id: of for id, of, campaign in session.execute(query) if campaign == parents[of]}
    found: dict[str, list[dict[str, Any]]] = {id: [] for id in parents}
    for id, state in _states(session, "inspection", set(named)).items():
        found[named[id]].append({**state, "id": id})
    return found


def _brought(id: str, place: Place, instruments: Mapping[str, State], found: Mapping[str, Sequence[State]]) -> Brought:
    about = [m for m in found.get("minutes", ()) if m.get("instrument_id") == id and not _is_void(m)]
    papers = {str(m.get("form")): m for m in sorted(about, key=lambda m: str(m.get("issued_at") or ""))}
    findings = [f for f in found.get("finding", ()) if f.get("subject_id") == id and not f.get("voided")]
    return Brought(id, instruments.get(id, {}), place, papers, findings)


def _is_void(paper: State) -> bool:
    return bool(paper.get("voided")) or paper.get("status") == "void"


def _states(session: Session, kind: str, ids: set[str]) -> dict[str, Any]:
    found = dict[str, Any]()
    for part in parts(sorted(ids), PART):
        found |= states_of(session, kind, part)
    return found
