"""One inspection of a legal entity within a year: where it was inspected or is planned already, by us or by others.

The department's rule, as its programme asks that one site is not visited twice; no article of law stands behind it here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaigns import CampaignEstablishment
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.registers import EstablishmentEntry
from server.services import other_inspections
from server.services.campaign_kinds import is_inspection
from server.services.days import day_of

BASES = "repeat_bases"
"""The field of a campaign that keeps why a site is inspected again: [{establishment_id, text, document, seen, by, at}]."""
_CHUNK = 400
_CARRIED_OUT = frozenset({"in_progress", "issued", "returned", "approved"})
_SITE = EstablishmentEntry


@dataclass(frozen=True, slots=True)
class Seen:
    """One earlier or planned inspection of a legal entity. `campaign_id` None = another agency's, as imported."""

    campaign_id: str | None
    who: str
    what: str
    site: str
    when: str
    document: str

    @property
    def line(self) -> str:
        """The whole in one line, as it is kept beside the basis."""
        return f"{self.who}: {self.what}, {self.site}, {self.when}{f', {self.document}' if self.document else ''}"


def earlier(
    session: Session, establishments: Collection[str], year: int, *, but: str | None = None,
    campaigns: Sequence[Document] | None = None,
) -> dict[str, list[Seen]]:  # fmt: skip
    """Return, of these establishments, those whose legal entity was inspected or is planned in the year, and where.

    Counts every campaign of the year but `but`, and what was imported of other agencies. A visit that did not take place
    does not count. An establishment without a tax code is its own entity. `campaigns` = those of the year, where read.
    """
    entities = _entities(session, establishments)
    families = _families(session, set(entities.values()))
    owner = {site: entity for entity, sites in families.items() for site in sites}
    found: dict[str, list[Seen]] = defaultdict(list)
    counted = [c for c in (of_year(session, year) if campaigns is None else campaigns) if c.id != but]
    own = {c.id: _ours(c) for c in counted}
    for campaign, site in _counted(session, counted, sorted(owner)):
        found[owner[site]].append(replace(own[campaign], site=site))
    _name(session, found)
    for entity, rows in other_inspections.of_entities(session, set(entities.values()), year).items():
        found[entity] += [_theirs(row) for row in rows]
    return {id: found[entity] for id, entity in entities.items() if found.get(entity)}


def of_year(session: Session, year: int) -> list[Document]:
    """Return the campaigns that inspect within a year."""
    first, last = date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
    return [
        c
        for c in documents.of_kind(session, "campaign")
        if is_inspection(c.state.get("kind"))
        and str(c.state.get("starts_on")) <= last
        and str(c.state.get("ends_on")) >= first
    ]


def reserve(session: Session, establishments: Collection[str]) -> None:
    """Take the legal entities until the transaction ends, so that two people who plan one at once meet here."""
    documents.reserve(
        session, [("legal_entity", entity) for entity in set(_entities(session, establishments).values())]
    )


def bases(campaign: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the recorded bases of a campaign by establishment."""
    return {str(b.get("establishment_id")): b for b in campaign.get(BASES) or () if isinstance(b, Mapping)}


def entity_column() -> ColumnElement[str]:
    """The legal entity of a row of the register, in SQL; an establishment without a tax code is its own."""
    digits = case((func.length(_SITE.tax_code) == 12, _SITE.tax_code), else_=func.substr(_SITE.tax_code, 1, 10))
    return case((_SITE.tax_code == "", _SITE.site_id), else_=digits)


def parts(ids: Iterable[str]) -> Iterable[list[str]]:
    """Cut ids into what one question may name."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


def _entities(session: Session, establishments: Collection[str]) -> dict[str, str]:
    column = entity_column()
    return {
        id: entity
        for part in parts(establishments)
        for id, entity in session.execute(select(_SITE.id, column).where(_SITE.id.in_(part)))
    }


def _families(session: Session, entities: Collection[str]) -> dict[str, list[str]]:
    """Return every establishment of each legal entity: its branches, and what was merged into one."""
    found: dict[str, list[str]] = defaultdict(list)
    column = entity_column()
    for part in parts(entities):
        for id, entity in session.execute(select(_SITE.id, column).where(column.in_(part))):
            found[entity].append(id)
    return found


def _counted(session: Session, campaigns: Sequence[Document], sites: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of campaign and site that count: planned and not given up, or begun."""
    ids = {c.id for c in campaigns}
    pairs, statuses = set(), defaultdict(set)
    for part in parts(sites):
        own = select(CampaignEstablishment.campaign_id, CampaignEstablishment.establishment_id)
        pairs |= {
            (campaign, site)
            for campaign, site in session.execute(own.where(CampaignEstablishment.establishment_id.in_(part)))
            if campaign in ids
        }
        visits = select(InspectionSummary.campaign_id, InspectionSummary.establishment_id, InspectionSummary.status)
        for campaign, site, status in session.execute(visits.where(InspectionSummary.establishment_id.in_(part))):
            if campaign in ids:
                statuses[campaign, site].add(status)
    listed = {c.id: set(c.state.get("establishment_ids") or ()) for c in campaigns}
    return [
        (campaign, site)
        for campaign, site in sorted(pairs)
        if statuses[campaign, site] & _CARRIED_OUT
        or (site in listed[campaign] and statuses[campaign, site] != {"not_carried_out"})
    ]


def _ours(campaign: Document) -> Seen:
    """Say of a campaign what is said of each of its sites."""
    state, decision = campaign.state, campaign.state.get("decision") or {}
    starts, ends = (_day(state.get(name)) for name in ("starts_on", "ends_on"))
    return Seen(campaign.id, str((state.get("organisation") or {}).get("name") or "Cơ quan ta"), str(state.get("title")), "",
                f"{starts} đến {ends}", f"quyết định số {decision.get('number')}" if decision.get("number") else "")  # fmt: skip


def _theirs(row: Mapping[str, Any]) -> Seen:
    until = f" đến {_day(row['ended_on'])}" if row.get("ended_on") and row["ended_on"] != row["began_on"] else ""
    return Seen(None, row["agency"], row["subject"], row["name"], f"{_day(row['began_on'])}{until}",
                f"quyết định số {row['decision']}" if row.get("decision") else "")  # fmt: skip


def _name(session: Session, found: Mapping[str, list[Seen]]) -> None:
    """Put the sites' names where their ids stand."""
    ids = {seen.site for each in found.values() for seen in each}
    names = {id: row.state.get("name") for id, row in documents.plain(session, "establishment", ids).items()}
    for each in found.values():
        each[:] = [replace(s, site=str(names.get(s.site) or "(chưa có tên cơ sở)")) for s in each]


def _day(value: Any) -> str:
    found = day_of(value)
    return f"{found:%d/%m/%Y}" if found else str(value or "")
