"""The register of establishments: searched without diacritics, filtered, sorted and paged by the database, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.db.users import User
from server.services import areas, grants, paging
from server.services.alphabet import order
from server.services.exports import DAY, NUMBER, Cell, Column, Listed
from server.services.projection import parts
from server.services.register_rows import line_of
from server.services.wording import folded

PAGE_SIZE = 50
CHUNK = 500
FEW = 1000
"""Up to so many found rows are sorted; of more the first ones are met soon enough in the order of an index."""
OVERDUE, SUSPENDED, NEVER = "overdue", "suspended", "never"
STATES = {OVERDUE: "Có phương tiện quá hạn", SUSPENDED: "Có phương tiện bị đình chỉ", NEVER: "Chưa kiểm tra lần nào"}
VISITED = ("in_progress", "issued", "returned", "approved")
"""Statuses of an inspection that took place."""
NO_DAY = "9999"
State = Mapping[str, Any]
_E = EstablishmentEntry
_I = InstrumentEntry
_S = InspectionSummary


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `sort` names a column of SORTS, with `-` before it downwards."""

    text: str = ""
    area: str = ""
    line: str = ""
    state: str = ""
    sort: str = "name"
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        state, sort = asked.get("state", ""), asked.get("sort", "")
        return cls(paging.words(asked.get("q", "")), asked.get("area", "")[:54], paging.words(asked.get("line", "")),
                   state if state in STATES else "", sort if sort.removeprefix("-") in SORTS else "name",
                   paging.asked(asked.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """The filter as a query string has it, without the page."""
        sort = "" if self.sort == "name" else self.sort
        return {"q": self.text, "area": self.area, "line": self.line, "state": self.state, "sort": sort}


@dataclass(frozen=True, slots=True)
class Row:
    """One establishment with what stands at it. Days are ISO days, "" where there is none."""

    id: str
    state: State
    area: str
    instruments: int
    overdue: int
    suspended: int
    due: str
    inspections: int
    inspected_on: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the register. `counts` = by STATES, before the filter by state; `all` = without it."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    all: int
    areas: Sequence[tuple[str, str]]
    lines: Sequence[str]
    is_empty: bool


def listing(session: Session, wanted: Filter, user: User, today: date) -> Listing:
    """Return one page of the establishments that a person may read; those merged into another are not listed."""
    readable = _readable(session, user)
    base = [*_conditions(wanted), *readable]
    every, counts = counted(session, _E, base, _flags(today))
    total = counts[wanted.state] if wanted.state else every
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    ids = session.scalars(_ids(wanted, base, today, total > FEW).offset(part.start).limit(PAGE_SIZE)).all()
    names = area_names(session)
    known = session.scalars(select(_E.area_code).where(*readable).distinct()).all()
    return Listing(
        rows_of(session, ids, names, today), total, page, pages, counts, every,
        sorted(((code, names.get(code, code)) for code in known), key=lambda area: order(area[1])),
        lines(session, readable), is_empty=not known,
    )  # fmt: skip


def export(session: Session, wanted: Filter, user: User, today: date) -> Listed:
    """Return all that the filter leaves, in its order, as a list to export; the headings are those that imports read."""
    columns = (
        Column("Tên cơ sở", width=40), Column("Mã số thuế", width=16), Column("Địa chỉ", width=40), Column("Mã xã", width=9),
        Column("Xã, phường", width=30), Column("Điện thoại", width=16), Column("Người đại diện"), Column("Chức vụ"),
        Column("Vĩ độ", width=11), Column("Kinh độ", width=11), Column("Ngành nghề"), Column("Phương tiện đo", NUMBER),
        Column("Quá hạn kiểm định", NUMBER), Column("Bị đình chỉ", NUMBER), Column("Hạn kiểm định gần nhất", DAY),
        Column("Số lần kiểm tra", NUMBER), Column("Kiểm tra gần nhất", DAY),
    )  # fmt: skip
    names = area_names(session)
    asked = (("Tìm", wanted.text), ("Địa bàn", names.get(wanted.area, wanted.area)), ("Ngành nghề", wanted.line),
             ("Tình trạng", STATES.get(wanted.state, "")), ("Tính đến", f"{today:%d/%m/%Y}"))  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        base = [*_conditions(wanted), *_readable(session, user)]
        ids = session.scalars(_ids(wanted, base, today)).all()
        for part in parts(ids, CHUNK):
            yield from map(_cells, rows_of(session, part, names, today))

    return Listed("co-so", "Cơ sở", columns, rows(), [(label, said) for label, said in asked if said])


def counted(
    session: Session, of: type[EstablishmentEntry | InstrumentEntry], within: Sequence[ColumnElement[bool]],
    flags: Mapping[str, ColumnElement[bool]],
) -> tuple[int, dict[str, int]]:  # fmt: skip
    """Count rows: all of them, and those for which each flag is so, with one question."""
    sums = (func.sum(case((flag, 1), else_=0)) for flag in flags.values())
    asked: Select[*tuple[Any, ...]] = select(func.count(), *sums).select_from(of)
    every, *found = session.execute(asked.where(*within)).one()
    return int(every), {name: int(number or 0) for name, number in zip(flags, found, strict=True)}


def matching(text: str, line: str) -> list[ColumnElement[bool]]:
    """Keep what stands for itself, holds every word without diacritics, and has the line of business; "" asks nothing."""
    found: list[ColumnElement[bool]] = [_E.site_id == _E.id]
    found += [_E.search.contains(word, autoescape=True) for word in folded(text).split()]
    if line:
        found.append(_E.lines.contains(f"|{line_of(line)}|", autoescape=True))
    return found


def lines(session: Session, within: Sequence[ColumnElement[bool]] = ()) -> list[str]:
    """Return the lines of business in the register, in the order of the alphabet."""
    written = session.scalars(select(_E.lines).where(_E.lines != "", *within).distinct())
    return sorted({line for each in written for line in each.strip("|").split("|")}, key=order)


def area_names(session: Session) -> dict[str, str]:
    """Name each commune by its code, as it was last called."""
    return {area.code: area.full_name for area in areas.every(session)}


def sorted_by(keys: Sequence[Any], sort: str, by_index: bool) -> Iterator[Any]:
    """Give the keys of an order, each downwards where `sort` begins with `-`.

    Without `by_index` the first goes through a function: SQLite then reads the table from one end to the other and sorts
    what it found. In the order of an index it jumps to every row: 185 ms instead of 40 for six of 60,000.
    """
    first = keys[0] if by_index else func.coalesce(keys[0], keys[0])
    return ((key.desc() if sort.startswith("-") else key) for key in (first, *keys[1:]))


def of_area(scopes: frozenset[str] | None, column: Any) -> list[ColumnElement[bool]]:
    """Keep what lies in the areas among these scopes; None = everywhere."""
    if scopes is None:
        return []
    return [column.in_(sorted(scope.removeprefix("area:") for scope in scopes if scope.startswith("area:")))]


def _readable(session: Session, user: User) -> list[ColumnElement[bool]]:
    return of_area(grants.readable(session, None, user), _E.area_code)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Everything but the filter by state."""
    return matching(wanted.text, wanted.line) + ([_E.area_code == wanted.area] if wanted.area else [])


def _ids(wanted: Filter, base: Sequence[ColumnElement[bool]], today: date, by_index: bool = False) -> Select[str]:
    query = select(_E.id).where(*base)
    if wanted.state:
        query = query.where(_flags(today)[wanted.state])
    name = wanted.sort.removeprefix("-")
    if name in _SUMS:
        found = _SUMS[name]()
        query = query.outerjoin(found, found.c.site_id == _E.id)
        keys: Sequence[Any] = (func.coalesce(found.c.value, _NOTHING[name]), _E.name_key)
    else:
        keys = SORTS[name]
    return query.order_by(*sorted_by(keys, wanted.sort, by_index), _E.id)


def _flags(today: date) -> dict[str, ColumnElement[bool]]:
    """The conditions behind STATES: each one set that the database makes once, not a question for each establishment."""
    overdue = select(_I.site_id).where(_I.verified_until > "", _I.verified_until < today.isoformat())
    visited = select(_S.establishment_id).where(func.coalesce(_S.status, "").in_(VISITED))  # see _last_visits
    own = aliased(EstablishmentEntry)
    merged = (
        own.site_id != own.id
    )  # few are: looked for one by one, all of them cost as much as the rest of the page's counts
    visit = exists().where(_S.establishment_id == own.id, _S.status.in_(VISITED))
    return {
        OVERDUE: _E.id.in_(overdue),
        SUSPENDED: _E.id.in_(select(_I.site_id).where(_I.is_suspended)),
        NEVER: and_(_E.id.not_in(visited), _E.id.not_in(select(own.site_id).where(merged, visit))),
    }


def _visits(*columns: Any) -> Select[Any]:
    """Ask of the inspections that took place at an establishment, or at one that was merged into it."""
    own = aliased(EstablishmentEntry)
    query = select(*columns).select_from(_S).join(own, own.id == _S.establishment_id)
    return query.where(own.site_id == _E.id, _S.status.in_(VISITED)).correlate(_E)


def _of_instruments(column: Any) -> ScalarSelect[Any]:
    return select(column).where(_I.site_id == _E.id).correlate(_E).scalar_subquery()


def _first_due() -> Any:
    return func.coalesce(func.min(func.nullif(_I.verified_until, "")), NO_DAY)


def _instruments_of_sites(value: Any, *which: ColumnElement[bool]) -> Subquery:
    return select(_I.site_id, value.label("value")).where(*which).group_by(_I.site_id).subquery()


def _last_visits() -> Subquery:
    """Ask when each establishment was last inspected: for all at once, a question for each cost twice as much."""
    own = aliased(EstablishmentEntry)
    query = select(own.site_id, func.max(_S.inspected_on).label("value")).join(_S, _S.establishment_id == own.id)
    # The function keeps SQLite from the index by status, which lacks the rest: 57 ms instead of 120 for 40,000.
    return query.where(func.coalesce(_S.status, "").in_(VISITED)).group_by(own.site_id).subquery()


_SUMS: dict[str, Callable[[], Subquery]] = {
    "instruments": lambda: _instruments_of_sites(func.count()),
    "due": lambda: _instruments_of_sites(func.min(_I.verified_until), _I.verified_until > ""),
    "inspected": _last_visits,
}
_NOTHING: dict[str, Any] = {"instruments": 0, "due": NO_DAY, "inspected": ""}
"""What stands for an establishment that a sum knows nothing of."""
SORTS: dict[str, Sequence[Any]] = {
    "name": (_E.name_key,),
    "area": (_E.area_code, _E.name_key),
    **dict.fromkeys(_SUMS, ()),
}


def rows_of(session: Session, ids: Sequence[str], names: Mapping[str, str], today: date) -> list[Row]:
    """Return the rows of these establishments in their order, with one question."""
    late = and_(_I.verified_until > "", _I.verified_until < today.isoformat())
    query = select(
        _E.id, Document.state, _E.area_code, _of_instruments(func.count()),
        _of_instruments(func.coalesce(func.sum(case((late, 1), else_=0)), 0)),
        _of_instruments(func.coalesce(func.sum(case((_I.is_suspended, 1), else_=0)), 0)), _of_instruments(_first_due()),
        _visits(func.count()).scalar_subquery(), _visits(func.coalesce(func.max(_S.inspected_on), "")).scalar_subquery(),
    )  # fmt: skip
    query = query.join(Document, and_(Document.kind == "establishment", Document.id == _E.id)).where(_E.id.in_(ids))
    found = {
        id: Row(id, state, names.get(area, area), count, late, held, "" if due in (None, NO_DAY) else due, visits, on or "")
        for id, state, area, count, late, held, due, visits, on in session.execute(query)
    }  # fmt: skip
    return [found[id] for id in ids if id in found]


def _cells(row: Row) -> Sequence[Cell]:
    state = row.state
    person = state.get("representative")
    said = person if isinstance(person, Mapping) else {}
    lines = state.get("business_lines")
    return (
        state.get("name"), state.get("tax_code"), state.get("address"), state.get("area_code"), row.area, state.get("phone"),
        said.get("name"), said.get("title"), state.get("lat"), state.get("lon"),
        "; ".join(map(str, lines)) if isinstance(lines, list) else "", row.instruments, row.overdue, row.suspended,
        row.due, row.inspections, row.inspected_on,
    )  # fmt: skip
