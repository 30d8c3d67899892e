"""One establishment as the office and its teams see it: what stands there, who was there, what is open, what it was called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import cases, establishment_merge, grants, history, inspection_list, instrument_register, review
from server.services.alphabet import stored_key
from server.services.establishment_register import area_names
from server.services.instrument_register import Row
from server.services.repeat_inspections import entity_column

SHOWN = 50
"""Visits and instruments on the page; the lists have them all."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection that took place or is planned. `samples` = their names."""

    summary: InspectionSummary
    campaign: str
    samples: Sequence[tuple[str, str]]
    cases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Merger:
    """One merger into an establishment. `changed_since`: somebody still changed the one that was merged away."""

    id: str
    state: State
    away: str
    changed_since: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the card.

    `mergers` into it, the newest first, undone ones too; `merged_from` = (id, name) of what stands under it now; `kin` =
    other sites of its legal entity.
    """

    id: str
    rev: int
    state: State
    area: str
    stands_for_it: tuple[str, str] | None
    merged_from: Sequence[tuple[str, str]]
    kin: Sequence[tuple[str, str]]
    instruments: Sequence[Row]
    instrument_count: int
    twins: Sequence[Sequence[Row]]
    """Instruments of one type and serial: after a merger often one that both establishments had."""
    visits: Sequence[Visit]
    visit_count: int
    mergers: Sequence[Merger]
    changes: Sequence[history.Entry]


def existing(session: Session, id: str, user: User) -> Document:
    """Return an establishment; 404 where there is none, and for a person whose campaigns have nothing in its commune."""
    found, readable = documents.get(session, "establishment", id), grants.readable(session, None, user)
    if found is None or (readable is not None and found.scope not in readable):
        raise Problem(ProblemCode.NOT_FOUND, "Không có cơ sở này, hoặc bạn không ở trong đoàn nào tại địa bàn đó.")
    return found


def page(session: Session, id: str, user: User, today: date) -> Page:
    """Return the card of one establishment with what belongs to those merged into it."""
    found = existing(session, id, user)
    entry, names = session.get_one(EstablishmentEntry, id), area_names(session)
    instruments = session.scalars(
        select(InstrumentEntry.id)
        .where(InstrumentEntry.site_id == id)
        .order_by(InstrumentEntry.verified_until, InstrumentEntry.id)
    ).all()
    visits = _summaries(session, id, user)
    own = select(entity_column()).where(EstablishmentEntry.id == id).correlate(None).scalar_subquery()
    kin = select(EstablishmentEntry.id).where(
        entity_column() == own, EstablishmentEntry.site_id == EstablishmentEntry.id, EstablishmentEntry.id != id
    )
    merged = select(EstablishmentEntry.id).where(EstablishmentEntry.merged_into == id)
    area = found.scope.removeprefix("area:")
    return Page(
        id, found.rev, found.state, names.get(area, area),
        next(iter(_named(session, [entry.site_id])), None) if entry.site_id != id else None,
        _named(session, session.scalars(merged).all()),
        _named(session, session.scalars(kin.order_by(EstablishmentEntry.name_key).limit(SHOWN)).all()) if entry.tax_code else [],
        instrument_register.rows_of(session, instruments[:SHOWN], names, today), len(instruments), _twins(session, id, names, today),
        _visits(session, visits[:SHOWN], user), len(visits), _mergers(session, id), history.of_document(session, id, 20),
    )  # fmt: skip


def family(session: Session, id: str) -> list[str]:
    """Return an establishment with all that were merged into it, over every step."""
    return list(session.scalars(select(EstablishmentEntry.id).where(EstablishmentEntry.site_id == id))) or [id]


def _twins(session: Session, id: str, names: Mapping[str, str], today: date) -> list[list[Row]]:
    """Return the instruments that are there twice by type and serial; one without a serial is like no other."""
    entry = InstrumentEntry
    rows = session.execute(
        select(entry.id, entry.type, entry.serial_key).where(entry.site_id == id, entry.serial_key != stored_key(""))
    )
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for own, type, serial in rows:
        alike[type, serial].append(own)
    groups = [sorted(own) for own in alike.values() if len(own) > 1][:SHOWN]
    known = {
        row.id: row for row in instrument_register.rows_of(session, [i for own in groups for i in own], names, today)
    }
    return [[known[each] for each in own if each in known] for own in groups]


def _mergers(session: Session, id: str) -> list[Merger]:
    found = establishment_merge.of_site(session, id)
    away = documents.many(session, [("establishment", str(each.state.get("away"))) for each in found])
    return [
        Merger(each.id, each.state, str(other.state.get("name")), other.rev != each.state.get("away_rev"))
        for each in found
        if (other := away.get(("establishment", str(each.state.get("away"))))) is not None
    ]


def _summaries(session: Session, id: str, user: User) -> list[InspectionSummary]:
    query = select(InspectionSummary).where(InspectionSummary.establishment_id.in_(family(session, id)))
    visible = inspection_list.visible_campaigns(session, user)
    if visible is not None:
        query = query.where(InspectionSummary.campaign_id.in_(sorted(visible)))
    order = InspectionSummary.inspected_on.desc(), InspectionSummary.planned_on.desc(), InspectionSummary.id
    return list(session.scalars(query.order_by(*order)))


def _visits(session: Session, found: Sequence[InspectionSummary], user: User) -> list[Visit]:
    ids = [each.id for each in found]
    campaigns = documents.many(session, {("campaign", each.campaign_id) for each in found})
    codes = {id: str(document.state.get("code")) for (_, id), document in campaigns.items()}
    kinds = ["sample", *([cases.KIND] if review.may_review(user) else [])]  # case files name offenders
    own: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for child in documents.of_parents(session, ids, kinds):
        own[str(child.parent), child.kind].append(child)
    return [
        Visit(each, codes.get(each.campaign_id, ""),
              [(d.id, str(d.state.get("product") or "Mẫu")) for d in own[each.id, "sample"]],
              [d.id for d in own[each.id, cases.KIND]])
        for each in found
    ]  # fmt: skip


def _named(session: Session, ids: Sequence[str]) -> list[tuple[str, str]]:
    found = documents.many(session, [("establishment", id) for id in ids])
    return [(id, str(document.state.get("name"))) for id in ids if (document := found.get(("establishment", id)))]
