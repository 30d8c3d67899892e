"""Legal entities inspected more than once in a year, tablets' own visits too: shown to the office, never refused in sync."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaigns import CampaignEstablishment
from server.db.registers import EstablishmentEntry
from server.services import other_inspections, repeat_inspections
from server.services.repeat_inspections import Seen
from server.services.wording import folded

MAX_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Entity:
    """One legal entity with all its inspections of the year; `bases` = the recorded reasons, `is_odd` = one is missing."""

    name: str
    tax_code: str
    seen: Sequence[Seen]
    bases: Sequence[tuple[str, str]]
    is_odd: bool


def listing(session: Session, year: int) -> list[Entity]:
    """Return the entities, those that lack a basis first, then by name."""
    campaigns = {c.id: c for c in repeat_inspections.of_year(session, year)}
    sites = _suspects(session, list(campaigns)) | _with_others(session, list(campaigns), year)
    earlier = repeat_inspections.earlier(session, sites, year, campaigns=list(campaigns.values()))
    states = {id: row.state for id, row in documents.plain(session, "establishment", sites).items()}
    found: dict[str, Entity] = {}
    for site, seen in earlier.items():
        state = states[site]
        tax = str(state.get("tax_code") or "")
        key = other_inspections.entity(tax) or site
        own = {s.campaign_id for s in seen if s.campaign_id is not None}
        bases = [(str(b["text"]), str(b.get("document") or "")) for id in sorted(own)
                 for place, b in repeat_inspections.bases(campaigns[id].state).items() if place in sites and _same(states, place, key)]  # fmt: skip
        if key not in found and len(seen) > 1:
            found[key] = Entity(str(state.get("name") or ""), tax, seen, bases, len(bases) < len(seen) - 1)
    return sorted(found.values(), key=lambda e: (not e.is_odd, folded(e.name)))[:MAX_SHOWN]


def _same(states: Mapping[str, Mapping[str, Any]], site: str, key: str) -> bool:
    return (other_inspections.entity(str(states[site].get("tax_code") or "")) or site) == key


def _suspects(session: Session, campaigns: list[str]) -> set[str]:
    """The sites of entities that stand in more than one campaign of the year."""
    entity = repeat_inspections.entity_column()
    joined = select(entity.label("entity"), CampaignEstablishment.campaign_id, EstablishmentEntry.id).join(
        CampaignEstablishment, CampaignEstablishment.establishment_id == EstablishmentEntry.id
    )
    pairs = joined.where(CampaignEstablishment.campaign_id.in_(campaigns)).subquery()
    many = (
        select(pairs.c.entity)
        .group_by(pairs.c.entity)
        .having(func.count(pairs.c.campaign_id.distinct()) > 1)
        .limit(MAX_SHOWN)
    )
    return set(session.scalars(select(pairs.c.id).where(pairs.c.entity.in_(many))))


def _with_others(session: Session, campaigns: list[str], year: int) -> set[str]:
    """The sites of ours whose entity another agency inspected, too."""
    entities = {
        other_inspections.entity(r["tax_code"]) for r in other_inspections.of_year(session, year) if not r["struck"]
    }
    found: set[str] = set()
    for part in repeat_inspections.parts(entities):
        own = select(EstablishmentEntry.id).join(
            CampaignEstablishment, CampaignEstablishment.establishment_id == EstablishmentEntry.id
        )
        found |= set(
            session.scalars(
                own.where(
                    CampaignEstablishment.campaign_id.in_(campaigns), repeat_inspections.entity_column().in_(part)
                )
            )
        )
    return found
