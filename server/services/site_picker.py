"""Establishments to choose for a campaign: by area, line of business and words, overdue verification first, in SQL pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.services import areas, establishment_register, paging
from server.services.projection import parts
from server.services.register_rows import line_of
from server.services.wording import folded

PAGE_SIZE = 50
MAX_ALL = 1000
"""What “choose all that match” takes at once."""
_SITE, _OWNED = EstablishmentEntry, InstrumentEntry


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `area` = a commune's code, or `d:` with a district's name."""

    area: str = ""
    line: str = ""
    text: str = ""
    overdue: bool = False
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filter:
        """Read a query string or a form."""
        return cls(paging.words(args.get("area", "")), line_of(args.get("line", ""))[: paging.MAX_WORDS], paging.words(args.get("q", "")),
                   args.get("overdue") == "1", paging.asked(args.get("page", "")))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One establishment. `overdue_since` = the oldest verification of its instruments that has run out, "" = none."""

    id: str
    name: str
    address: str
    lines: str
    tax_code: str
    overdue_since: str
    overdue: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what matches."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int


def page(session: Session, wanted: Filter, on: date) -> Page:
    """Return one page: those with a verification that has run out by a day first, the oldest on top; then by name."""
    due = _due(on)
    where = _where(session, wanted, on)
    count = select(func.count()).select_from(_SITE).where(*where)
    query = select(_SITE.id, due.c.since, due.c.count).join(due, due.c.site_id == _SITE.id, isouter=not wanted.overdue)
    if wanted.overdue:
        count = count.where(_SITE.id.in_(select(due.c.site_id)))
    total = session.scalar(count) or 0
    shown, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    found = session.execute(_ordered(query.where(*where), due).limit(PAGE_SIZE).offset(part.start)).all()
    sites = documents.plain(session, "establishment", [id for id, _, _ in found])
    rows = [_row(id, since or "", overdue or 0, sites[id].state) for id, since, overdue in found]
    return Page(rows, total, shown, pages)


def all_ids(session: Session, wanted: Filter, on: date) -> list[str]:
    """Return the ids of what matches, in the order of the pages; at most one more than MAX_ALL."""
    due = _due(on)
    query = select(_SITE.id).join(due, due.c.site_id == _SITE.id, isouter=not wanted.overdue)
    return list(session.scalars(_ordered(query.where(*_where(session, wanted, on)), due).limit(MAX_ALL + 1)))


def rows_of(session: Session, ids: Collection[str], on: date) -> list[Row]:
    """Return these establishments, by area and name."""
    since = {}
    due = _due(on)
    wanted = sorted(ids)
    for part in parts(wanted, 400):
        for id, day, count in session.execute(select(due).where(due.c.site_id.in_(part))):
            since[id] = day, count
    sites = documents.plain(session, "establishment", wanted)
    found = [_row(id, *since.get(id, ("", 0)), d.state) for id, d in sites.items() if not d.is_deleted]
    return sorted(found, key=lambda r: (sites[r.id].scope, folded(r.name), r.id))


def districts(session: Session, on: date) -> dict[str, list[tuple[str, str]]]:
    """Return the communes of a day by district (or province where districts are no more): name -> (code, name)."""
    text, found = on.isoformat(), dict[str, list[tuple[str, str]]]()
    for area in areas.every(session):
        if area.valid_from <= text and (area.valid_to is None or text <= area.valid_to):
            found.setdefault(area.district or area.province, []).append((area.code, area.name))
    return dict(sorted(found.items(), key=lambda each: folded(each[0])))


def _due(on: date) -> Any:
    """The sites with instruments whose verification ran out before a day: since when, how many."""
    return (
        select(_OWNED.site_id, func.min(_OWNED.verified_until).label("since"), func.count().label("count"))
        .where(_OWNED.verified_until != "", _OWNED.verified_until < on.isoformat())
        .group_by(_OWNED.site_id)
        .subquery()
    )


def _where(session: Session, wanted: Filter, on: date) -> list[ColumnElement[bool]]:
    # what was merged away is chosen as its other self
    where = establishment_register.matching(wanted.text, wanted.line)
    if wanted.area.startswith("d:"):
        codes = [code for code, _ in districts(session, on).get(wanted.area[2:], ())]
        where.append(_SITE.area_code.in_(codes))
    elif wanted.area:
        where.append(_SITE.area_code == wanted.area)
    return where


def _ordered(query: Select[Any], due: Any) -> Select[Any]:
    return query.order_by(due.c.since.is_(None), due.c.since, _SITE.name_key, _SITE.id)


def _row(id: str, since: str, overdue: int, state: Mapping[str, Any]) -> Row:
    return Row(id, str(state.get("name") or "(chưa có tên cơ sở)"), str(state.get("address") or ""),
               ", ".join(map(str, state.get("business_lines") or ())), str(state.get("tax_code") or ""), since, overdue)  # fmt: skip
