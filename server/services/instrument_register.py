"""The register of instruments and whose verification is due: filtered, sorted and paged by the database, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from server.db.documents import Document
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.db.users import User
from server.services import grants, paging
from server.services.alphabet import order
from server.services.establishment_register import FEW, area_names, counted, of_area, sorted_by
from server.services.exports import DAY, NUMBER, Cell, Column, Listed
from server.services.projection import parts
from server.services.wording import folded
from sync.paper_words import INSTRUMENTS

PAGE_SIZE = 50
CHUNK = 500
OVERDUE, UNKNOWN, SUSPENDED = "overdue", "unknown", "suspended"
DUES = {OVERDUE: "Quá hạn", "30": "Trong 30 ngày", "60": "Trong 60 ngày", "90": "Trong 90 ngày", UNKNOWN: "Chưa ghi hạn",
        SUSPENDED: "Bị đình chỉ"}  # fmt: skip
"""The due list: each of 30, 60 and 90 days holds the shorter ones, none holds what is overdue."""
State = Mapping[str, Any]
_I, _E = InstrumentEntry, EstablishmentEntry


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `sort` names a column of SORTS, with `-` before it downwards."""

    text: str = ""
    area: str = ""
    type: str = ""
    due: str = ""
    sort: str = "due"
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        due, sort = asked.get("due", ""), asked.get("sort", "")
        return cls(paging.words(asked.get("q", "")), asked.get("area", "")[:54], asked.get("type", "")[:60],
                   due if due in DUES else "", sort if sort.removeprefix("-") in SORTS else "due",
                   paging.asked(asked.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """The filter as a query string has it, without the page."""
        sort = "" if self.sort == "due" else self.sort
        return {"q": self.text, "area": self.area, "type": self.type, "due": self.due, "sort": sort}


@dataclass(frozen=True, slots=True)
class Row:
    """One instrument on a day. `days` = until its verification ends, negative since it ended, None where none is known."""

    id: str
    state: State
    type: str
    site_id: str
    site: State
    """The establishment that stands for its own, empty where it is not known."""
    area: str
    until: str
    days: int | None
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the register. `counts` = by DUES, before that filter; `all` = without it."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    all: int
    areas: Sequence[tuple[str, str]]
    types: Sequence[tuple[str, str]]
    is_empty: bool


def listing(session: Session, wanted: Filter, user: User, today: date) -> Listing:
    """Return one page of the instruments that a person may read."""
    readable = _readable(session, user)
    base = [*_conditions(wanted), *readable]
    every, counts = counted(session, _I, base, _flags(today))
    total = counts[wanted.due] if wanted.due else every
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    ids = session.scalars(_ids(wanted, base, today, total > FEW).offset(part.start).limit(PAGE_SIZE)).all()
    names = area_names(session)
    known = session.scalars(select(_I.area_code).where(*readable).distinct()).all()
    types = session.scalars(select(_I.type).where(*readable).distinct()).all()
    return Listing(
        rows_of(session, ids, names, today), total, page, pages, counts, every,
        sorted(((code, names.get(code, code)) for code in known), key=lambda pair: order(pair[1])),
        sorted(((type, type_name(type)) for type in types), key=lambda pair: order(pair[1])), is_empty=not known,
    )  # fmt: skip


def export(session: Session, wanted: Filter, user: User, today: date) -> Listed:
    """Return all that the filter leaves, in its order, as a list to export; the headings are those that imports read."""
    columns = (
        Column("Tên cơ sở", width=36), Column("Mã số thuế", width=16), Column("Mã xã", width=9), Column("Xã, phường", width=30),
        Column("Loại phương tiện đo"), Column("Hãng sản xuất"), Column("Kiểu", width=16), Column("Số máy", width=16),
        Column("Năm sản xuất", NUMBER), Column("Hạn kiểm định", DAY), Column("Còn lại (ngày)", NUMBER),
        Column("Số tem", width=16), Column("Số giấy chứng nhận", width=18), Column("Giá trị mới", NUMBER), Column("Bị đình chỉ", width=11),
    )  # fmt: skip
    names = area_names(session)
    asked = (("Tìm", wanted.text), ("Địa bàn", names.get(wanted.area, wanted.area)), ("Loại", type_name(wanted.type)),
             ("Thời hạn", DUES.get(wanted.due, "")), ("Tính đến", f"{today:%d/%m/%Y}"))  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        base = [*_conditions(wanted), *_readable(session, user)]
        ids = session.scalars(_ids(wanted, base, today)).all()
        for part in parts(ids, CHUNK):
            yield from map(_cells, rows_of(session, part, names, today))

    return Listed("phuong-tien-do", "Phương tiện đo", columns, rows(), [(label, said) for label, said in asked if said])


def type_name(type: str) -> str:
    """Name a type of instrument."""
    return INSTRUMENTS.get(type, type)


def rows_of(session: Session, ids: Sequence[str], names: Mapping[str, str], today: date) -> list[Row]:
    """Return the rows of these instruments in their order, with one question."""
    owner = aliased(Document)
    query = select(_I.id, Document.state, _I.site_id, owner.state, _I.area_code, _I.verified_until, _I.is_suspended)
    query = query.join(Document, and_(Document.kind == "instrument", Document.id == _I.id))
    query = query.outerjoin(owner, and_(owner.kind == "establishment", owner.id == _I.site_id)).where(_I.id.in_(ids))
    found = {
        id: Row(id, state, type_name(str(state.get("type") or "")), site_id, site or {},
                names.get(area, area), until, (date.fromisoformat(until) - today).days if until else None, held)
        for id, state, site_id, site, area, until, held in session.execute(query)
    }  # fmt: skip
    return [found[id] for id in ids if id in found]


def _readable(session: Session, user: User) -> list[ColumnElement[bool]]:
    return of_area(grants.readable(session, None, user), _I.area_code)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Everything but the filter by day; a word may stand in the instrument or in its establishment.

    Establishments are searched once for themselves: joined to each instrument, their longer texts were read three times.
    """
    found: list[ColumnElement[bool]] = [
        or_(
            _I.search.contains(word, autoescape=True),
            _I.site_id.in_(select(_E.id).where(_E.search.contains(word, autoescape=True))),
        )
        for word in folded(wanted.text).split()
    ]
    if wanted.area:
        found.append(_I.area_code == wanted.area)
    if wanted.type:
        found.append(_I.type == wanted.type)
    return found


def _flags(today: date) -> dict[str, ColumnElement[bool]]:
    """The conditions behind DUES."""
    now, until = today.isoformat(), _I.verified_until
    within = {
        name: and_(until >= now, until <= (today + timedelta(days=int(name))).isoformat())
        for name in ("30", "60", "90")
    }
    return {OVERDUE: and_(until > "", until < now), **within, UNKNOWN: until == "", SUSPENDED: and_(_I.is_suspended)}


def _ids(wanted: Filter, base: Sequence[ColumnElement[bool]], today: date, by_index: bool = False) -> Select[str]:
    query: Select[str] = select(_I.id).outerjoin(_E, _E.id == _I.site_id).where(*base)
    if wanted.due:
        query = query.where(_flags(today)[wanted.due])
    return query.order_by(*sorted_by(SORTS[wanted.sort.removeprefix("-")], wanted.sort, by_index), _I.id)


SORTS: dict[str, tuple[Any, ...]] = {
    "due": (_I.verified_until,),
    "site": (_E.name_key, _I.verified_until),
    "area": (_I.area_code, _I.verified_until),
    "type": (_I.type, _I.serial_key),
    "serial": (_I.serial_key,),
}
"""By day, those without one come first: nobody has looked at them."""


def _cells(row: Row) -> Sequence[Cell]:
    state = row.state
    return (
        row.site.get("name"), row.site.get("tax_code"), row.site.get("area_code"), row.area, row.type, state.get("maker"), state.get("model"),
        state.get("serial"), state.get("year"), row.until, row.days, state.get("mark_serial"),
        state.get("certificate_number"), state.get("new_price"), row.is_suspended or None,
    )  # fmt: skip
