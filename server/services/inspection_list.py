"""The list of inspections: filtered by campaign, status and words without diacritics, counted, in pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaigns import CampaignMember
from server.db.documents import Document
from server.db.users import READS_ALL, User
from server.services import accounts, paging
from server.services.wording import INSPECTION_STATUSES, folded

PAGE_SIZE = 25
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all."""

    campaign: str = ""
    status: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, campaign: str, status: str, text: str, page: str) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        known = status if status in INSPECTION_STATUSES else ""
        return cls(campaign.strip(), known, paging.words(text), paging.asked(page))


@dataclass(frozen=True, slots=True)
class Row:
    """One inspection as the list shows it."""

    id: str
    establishment: str
    address: str
    campaign_code: str
    planned_on: str | None
    status: str
    lead: str
    nonconforming: int
    conflicts: int
    minutes: Sequence[str]
    awaits_signed_paper: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list. `counts` = by status, before the filter by status; `is_empty` = nothing to list at all."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: dict[str, int]
    campaigns: Sequence[tuple[str, str, str]]
    is_empty: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    campaign: str
    state: dict[str, Any]


def visible_campaigns(session: Session, user: User) -> frozenset[str] | None:
    """Return the campaigns whose inspections a person may read; None = all."""
    if user.role in READS_ALL:
        return None
    return frozenset(session.scalars(select(CampaignMember.campaign_id).where(CampaignMember.user_id == user.id)))


def listing(session: Session, wanted: Filter, user: User) -> Listing:
    """Return one page of the inspections that a person may read."""
    visible = visible_campaigns(session, user)
    campaigns = {d.id: d.state for d in documents.of_kind(session, "campaign") if visible is None or d.id in visible}
    everything = list(_inspections(session, visible))
    names = accounts.names(session)
    found = [f for f in everything if not wanted.campaign or f.campaign == wanted.campaign]
    if wanted.text:
        found = _matching(session, found, campaigns, names, wanted.text)
    counts = Counter(str(f.state.get("status")) for f in found)
    if wanted.status:
        found = [f for f in found if f.state.get("status") == wanted.status]
    found.sort(key=lambda f: (str(f.state.get("planned_on") or ""), f.id), reverse=True)
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    return Listing(
        rows=_rows(session, found[part], campaigns, names),
        total=len(found),
        page=page,
        pages=pages,
        counts={status: counts[status] for status in INSPECTION_STATUSES},
        campaigns=sorted(
            ((id, str(c.get("code")), str(c.get("title"))) for id, c in campaigns.items()), key=lambda c: c[1]
        ),
        is_empty=not everything,
    )


def _inspections(session: Session, visible: frozenset[str] | None) -> Iterator[_Found]:
    query = select(Document.id, Document.parent, Document.state)
    query = query.where(Document.kind == "inspection", Document.is_deleted.is_(False))
    if visible is not None:
        query = query.where(Document.parent.in_(sorted(visible)))
    for id, campaign, state in session.execute(query):
        yield _Found(id, str(campaign), state)


def _matching(
    session: Session, found: list[_Found], campaigns: dict[str, dict[str, Any]], names: dict[str, str], text: str
) -> list[_Found]:
    """Keep what holds every word: in name, address, tax code of the site, the campaign, or the lead's name."""
    words = folded(text).split()
    sites = _states(session, "establishment", {str(f.state.get("establishment_id")) for f in found})

    def is_match(one: _Found) -> bool:
        site = sites.get(str(one.state.get("establishment_id")), {})
        campaign = campaigns.get(one.campaign, {})
        parts = (site.get("name"), site.get("address"), site.get("tax_code"), campaign.get("code"), campaign.get("title"),
                 names.get(str(one.state.get("lead_user_id"))), one.id)  # fmt: skip
        whole = folded(" ".join(str(p) for p in parts if p))
        return all(word in whole for word in words)

    return [one for one in found if is_match(one)]


def _rows(
    session: Session, shown: Sequence[_Found], campaigns: dict[str, dict[str, Any]], names: dict[str, str]
) -> list[Row]:
    sites = _states(session, "establishment", {str(f.state.get("establishment_id")) for f in shown})
    family = _children(session, [f.id for f in shown])
    rows = []
    for one in shown:
        site = sites.get(str(one.state.get("establishment_id")), {})
        findings = [s for s in family.get((one.id, "finding"), []) if not s.get("voided")]
        minutes = sorted(family.get((one.id, "minutes"), []), key=lambda m: str(m.get("issued_at")))
        signed = any(
            p.get("purpose") == "signed_paper" for p in family.get((one.id, "photo"), []) if not p.get("voided")
        )
        rows.append(
            Row(
                id=one.id,
                establishment=str(site.get("name") or "(chưa có tên cơ sở)"),
                address=str(site.get("address") or ""),
                campaign_code=str(campaigns.get(one.campaign, {}).get("code") or ""),
                planned_on=one.state.get("planned_on"),
                status=str(one.state.get("status")),
                lead=names.get(str(one.state.get("lead_user_id")), ""),
                nonconforming=sum(is_nonconforming(s) for s in findings),
                conflicts=sum(bool(s.get("conflicts")) for s in (*findings, one.state)),
                minutes=[
                    f"{m.get('number'):02d}/{m.get('series')}" for m in minutes if isinstance(m.get("number"), int)
                ],
                awaits_signed_paper=bool(minutes) and not signed,
            )
        )
    return rows


def is_nonconforming(finding: dict[str, Any]) -> bool:
    """Say whether the inspector or the computation found against the site."""
    return finding.get("answer") == "nonconforming" or (finding.get("computed") or {}).get("verdict") == "fail"


def _states(session: Session, kind: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = sorted(ids)
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(Document.id, Document.state).where(
            Document.kind == kind, Document.id.in_(wanted[start : start + _CHUNK])
        )
        found.update(session.execute(query).all())
    return found


def _children(session: Session, ids: Sequence[str]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for child in documents.of_parents(session, ids, ("finding", "minutes", "photo")):
        found.setdefault((str(child.parent), child.kind), []).append(child.state)
    return found
