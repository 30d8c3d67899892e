"""Establishments that may have been entered twice: of one commune, with the same tax code or almost the same name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from server.db.registers import EstablishmentEntry
from server.services import paging
from server.services.establishment_register import Row, area_names, matching, rows_of

PAGE_SIZE = 20
MAX_GROUPS = 500
MAX_IN_GROUP = 12
FOUND = 20
_E = EstablishmentEntry
REASONS = {"tax_code": "cùng mã số thuế", "plain_name": "tên gần giống nhau"}


@dataclass(frozen=True, slots=True)
class Group:
    """Establishments that may be one, and what says so."""

    reasons: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the groups; `is_cut` = there are more than were counted."""

    groups: Sequence[Group]
    total: int
    page: int
    pages: int
    is_cut: bool


def listing(session: Session, page: str, today: date) -> Listing:
    """Return one page of the groups, by commune; a person judges each, nothing is merged by itself."""
    keys = [(name, *key) for name in REASONS for key in _keys(session, name)]
    members = _members(session, keys)
    by_ids: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in keys:
        by_ids[tuple(sorted(members[key]))].append(REASONS[key[0]])
    found = sorted(by_ids.items(), key=lambda item: (-len(item[1]), item[0]))
    shown, pages, part = paging.placed(paging.asked(page), len(found), PAGE_SIZE)
    names = area_names(session)
    ids = [id for each, _ in found[part] for id in each[:MAX_IN_GROUP]]
    rows = {row.id: row for row in rows_of(session, ids, names, today)}
    groups = [Group(why, [rows[id] for id in each[:MAX_IN_GROUP] if id in rows]) for each, why in found[part]]
    return Listing(groups, len(found), shown, pages, len(keys) >= MAX_GROUPS)


def others(session: Session, id: str, text: str, today: date) -> list[Row]:
    """Return what an establishment may be merged with: what the words find, or without words what looks like it."""
    own = session.get_one(EstablishmentEntry, id)
    said = paging.words(text)
    query = select(_E.id).where(*matching(said, ""), _E.id != id)
    if not said:
        alike = [_E.plain_name == own.plain_name, *([_E.tax_code == own.tax_code] if own.tax_code else [])]
        query = query.where(_E.area_code == own.area_code, or_(*alike))
    ids = session.scalars(query.order_by(_E.name_key, _E.id).limit(FOUND)).all()
    return rows_of(session, ids, area_names(session), today)


def _keys(session: Session, name: str) -> list[tuple[str, str]]:
    column: Any = getattr(_E, name)
    query = select(_E.area_code, column).where(_E.site_id == _E.id, column != "")
    query = query.group_by(_E.area_code, column).having(func.count() > 1).order_by(_E.area_code, column)
    return [(area, value) for area, value in session.execute(query.limit(MAX_GROUPS // 2))]


def _members(session: Session, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name in REASONS:
        column: Any = getattr(_E, name)
        wanted = [(area, value) for kind, area, value in keys if kind == name]
        query = select(_E.id, _E.area_code, column).where(_E.site_id == _E.id, tuple_(_E.area_code, column).in_(wanted))
        for id, area, value in session.execute(query.order_by(_E.name_key, _E.id)) if wanted else ():
            found[name, area, value].append(id)
    return found
