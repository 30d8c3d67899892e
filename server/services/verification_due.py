"""Whose verification runs out in a year: counted by commune and month, and the owners to invite; by the database alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesPaper
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.printing.sheets import Column, Section, Sheet
from server.services import establishment_register, exports, paging
from server.services.alphabet import order
from server.services.establishment_register import area_names
from server.services.exports import DAY, NUMBER, Listed
from server.services.instrument_register import type_name
from server.services.projection import parts
from server.services.verification_facts import RECORD

PAGE_SIZE = 50
MOST_PRINTED = 3000
"""Owners on paper: sixty pages; a longer list is printed commune by commune."""
_I, _E = InstrumentEntry, EstablishmentEntry
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked: a year, one month of it ('' = all), a commune, a kind of instrument, owners' line of business.

    `overdue` adds what ran out before the year or month.
    """

    year: int
    month: str = ""
    area: str = ""
    type: str = ""
    line: str = ""
    overdue: bool = False
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str], today: date) -> Filter:
        """Read a filter from a query; without a year the next one."""
        year, month = args.get("year", ""), args.get("month", "")
        return cls(
            int(year) if year.isascii() and year.isdigit() and 2000 <= int(year[:5]) <= 2100 else today.year + 1,
            f"{int(month):02d}" if month.isascii() and month.isdigit() and 1 <= int(month[:3]) <= 12 else "",
            args.get("area", "")[:54], args.get("type", "")[:60], paging.words(args.get("line", "")),
            args.get("overdue") == "1", paging.asked(args.get("page", "")),
        )  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """The filter as the query writes it."""
        return {"year": self.year, "month": self.month, "area": self.area, "type": self.type, "line": self.line,
                "overdue": "1" if self.overdue else ""}  # fmt: skip

    @property
    def first(self) -> str:
        """The first day that is asked for."""
        return f"{self.year}-{self.month or '01'}-01"

    @property
    def last(self) -> str:
        """The last day that is asked for, of however long a month."""
        return f"{self.year}-{self.month or '12'}-31"


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A commune: how many instruments run out in each month, and how many ran out before the year."""

    code: str
    name: str
    months: Mapping[int, int]
    before: int

    @property
    def total(self) -> int:
        """How many run out in the year."""
        return sum(self.months.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """A year by commune and month, the commune with most first; `sums` in all."""

    rows: Sequence[AreaRow]
    sums: AreaRow
    types: Sequence[tuple[str, str]]
    lines: Sequence[str]
    areas: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner to invite. `kinds` = kind of instrument -> how many are due; `verified_on` = when last, '' = not known."""

    id: str
    state: State
    area: str
    due: int
    since: str
    kinds: Mapping[str, int]
    verified_on: str

    @property
    def said_kinds(self) -> str:
        """What is due, in words."""
        return ", ".join(f"{count} {type_name(type).lower()}" for type, count in self.kinds.items())


@dataclass(frozen=True, slots=True)
class Invited:
    """One page of owners, by commune and name; `instruments` = how many are due in all."""

    rows: Sequence[Owner]
    total: int
    instruments: int
    page: int
    pages: int
    areas: Sequence[tuple[str, str]] = field(default=())


def plan(session: Session, wanted: Filter) -> Plan:
    """Count a year's instruments by commune and month of their last valid day."""
    month = func.substr(_I.verified_until, 1, 7)
    query = select(_I.area_code, month, func.count()).where(*_of_owner(wanted), _I.verified_until != "",
                   _I.verified_until <= f"{wanted.year}-12-31").group_by(_I.area_code, month)  # fmt: skip
    months: dict[str, dict[int, int]] = defaultdict(dict)
    before: dict[str, int] = defaultdict(int)
    for area, said, count in session.execute(query):
        if said[:4] == str(wanted.year):
            months[area][int(said[5:7])] = count
        else:
            before[area] += count
    names = area_names(session)
    rows = [AreaRow(code, names.get(code, code), months[code], before[code]) for code in {*months, *before}]
    rows.sort(key=lambda row: (-row.total, -row.before, order(row.name)))
    sums = {number: sum(row.months.get(number, 0) for row in rows) for number in range(1, 13)}
    types = session.scalars(select(_I.type).distinct()).all()
    return Plan(rows, AreaRow("", "Tổng số", sums, sum(row.before for row in rows)),
                sorted(((type, type_name(type)) for type in types), key=lambda pair: order(pair[1])),
                establishment_register.lines(session), _areas(session, names))  # fmt: skip


def export_plan(found: Plan, wanted: Filter) -> Listed:
    """Return the plan as a list to export."""
    columns = (exports.Column("Xã, phường", width=36), exports.Column(f"Trước năm {wanted.year}", NUMBER),
               *(exports.Column(f"Tháng {n}", NUMBER) for n in range(1, 13)), exports.Column(f"Cả năm {wanted.year}", NUMBER))  # fmt: skip
    rows: list[tuple[exports.Cell, ...]] = [
        (r.name, r.before, *(r.months.get(n, 0) for n in range(1, 13)), r.total) for r in (*found.rows, found.sums)
    ]
    return Listed(f"den-han-{wanted.year}", f"Phương tiện đo đến hạn kiểm định năm {wanted.year}", columns, rows, _said(wanted, {}))  # fmt: skip


def owners(session: Session, wanted: Filter) -> Invited:
    """Return one page of the owners whose instruments are due, by commune and name."""
    found = _found(session, wanted)
    names = area_names(session)
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    return Invited(_owners(session, found[part], wanted, names), len(found), sum(row.due for row in found), page, pages, _areas(session, names))  # fmt: skip


def export(session: Session, wanted: Filter) -> Listed:
    """Return all owners to invite as a list to export."""
    names = area_names(session)
    columns = (exports.Column("Xã, phường", width=30), exports.Column("Tên cơ sở", width=36), exports.Column("Người đại diện"),
               exports.Column("Địa chỉ", width=40), exports.Column("Điện thoại", width=16), exports.Column("Mã số thuế", width=16),
               exports.Column("Phương tiện đến hạn", NUMBER), exports.Column("Gồm", width=36), exports.Column("Hạn sớm nhất", DAY),
               exports.Column("Kiểm định gần nhất", DAY))  # fmt: skip

    def rows() -> Any:
        for part in parts(_found(session, wanted), 400):
            for o in _owners(session, part, wanted, names):
                yield (o.area, o.state.get("name"), _person(o.state), o.state.get("address"), o.state.get("phone"),
                       o.state.get("tax_code"), o.due, o.said_kinds, o.since, o.verified_on)  # fmt: skip

    return Listed(f"moi-kiem-dinh-{wanted.year}{wanted.month}", "Cơ sở mời kiểm định", columns, rows(), _said(wanted, names))  # fmt: skip


def printable(session: Session, wanted: Filter) -> Sheet:
    """Return the owners to invite as they are printed, commune by commune; the first MOST_PRINTED of them."""
    names, found = area_names(session), _found(session, wanted)
    communes: dict[str, list[list[str]]] = defaultdict(list)
    for part in parts(found[:MOST_PRINTED], 400):
        for o in _owners(session, part, wanted, names):
            rows = communes[o.area]
            told = [str(o.state.get(name) or "") for name in ("name", "address", "phone")]
            rows.append([str(len(rows) + 1), *told, o.said_kinds, _day(o.since), _day(o.verified_on), ""])
    columns = [Column("STT", 1, is_number=True), Column("Cơ sở", 5), Column("Địa chỉ", 5), Column("Điện thoại", 3),
               Column("Phương tiện đến hạn", 4), Column("Hạn sớm nhất", 2), Column("Kiểm định gần nhất", 2), Column("Ghi chú", 2)]  # fmt: skip
    when = f"tháng {int(wanted.month)} năm {wanted.year}" if wanted.month else f"năm {wanted.year}"
    rest = len(found) - MOST_PRINTED
    return Sheet(
        agency=[],
        title="DANH SÁCH CƠ SỞ MỜI KIỂM ĐỊNH PHƯƠNG TIỆN ĐO",
        lines=[f"Hạn kiểm định {when}{' và đã quá hạn trước đó' if wanted.overdue else ''}"],
        columns=columns,
        sections=[Section(f"{area} ({len(rows)} cơ sở)", rows) for area, rows in communes.items()],
        closing=[f"Tổng cộng: {min(len(found), MOST_PRINTED)} cơ sở, {sum(row.due for row in found[:MOST_PRINTED])} phương tiện đo.",
                 *([f"Còn {rest} cơ sở chưa in: hãy lọc theo xã, phường hoặc tháng."] if rest > 0 else [])],
        is_landscape=True,
    )  # fmt: skip


def _found(session: Session, wanted: Filter) -> Sequence[Any]:
    """Return (site_id, due, since) of every owner, by commune and name."""
    # Of several communes the owner's own is what the list is ordered by.
    query = (
        select(_I.site_id, func.count().label("due"), func.min(_I.verified_until).label("since"))
        .join(_E, _E.id == _I.site_id)
        .where(*_of_owner(wanted), *_within(wanted))
        .group_by(_I.site_id, _E.area_code, _E.name_key)
        .order_by(_E.area_code, _E.name_key, _I.site_id)
    )
    return session.execute(query).all()


def _owners(session: Session, found: Sequence[Any], wanted: Filter, names: Mapping[str, str]) -> list[Owner]:
    ids = [row.site_id for row in found]
    kinds: dict[str, dict[str, int]] = defaultdict(dict)
    counted = select(_I.site_id, _I.type, func.count()).where(_I.site_id.in_(ids), *_within(wanted))
    if wanted.type:
        counted = counted.where(_I.type == wanted.type)
    for site, type, count in session.execute(counted.group_by(_I.site_id, _I.type).order_by(_I.type)):
        kinds[site][type] = count
    states = session.execute(
        select(Document.id, Document.state, _E.area_code)
        .join(_E, _E.id == Document.id)
        .where(Document.kind == "establishment", Document.id.in_(ids))
    )
    known = {id: (state, area) for id, state, area in states}
    last = _last_verified(session, ids)
    return [
        Owner(row.site_id, known[row.site_id][0], names.get(known[row.site_id][1], known[row.site_id][1]), row.due,
              row.since, kinds[row.site_id], last.get(row.site_id, ""))
        for row in found if row.site_id in known
    ]  # fmt: skip


def _last_verified(session: Session, sites: Sequence[str]) -> dict[str, str]:
    """Return the day of the last record of verification at each site, also at those that were merged into it."""
    query = (
        select(_E.site_id, func.max(MinutesPaper.issued_at))
        .join(InspectionSummary, InspectionSummary.establishment_id == _E.id)
        .join(MinutesPaper, MinutesPaper.inspection_id == InspectionSummary.id)
        .where(_E.site_id.in_(sites), MinutesPaper.form == RECORD, MinutesPaper.status != "void")
        .group_by(_E.site_id)
    )
    return {site: str(at)[:10] for site, at in session.execute(query) if at}


def _of_owner(wanted: Filter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.area:
        where.append(_I.area_code == wanted.area)
    if wanted.type:
        where.append(_I.type == wanted.type)
    if wanted.line:
        of_line = establishment_register.matching("", wanted.line)
        where.append(_I.site_id.in_(select(_E.id).where(*of_line)))
    return where


def _within(wanted: Filter) -> list[ColumnElement[bool]]:
    return [_I.verified_until != "", _I.verified_until <= wanted.last] + (
        [] if wanted.overdue else [_I.verified_until >= wanted.first]
    )


def _areas(session: Session, names: Mapping[str, str]) -> list[tuple[str, str]]:
    codes = session.scalars(select(_I.area_code).distinct()).all()
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: order(pair[1]))


def _said(wanted: Filter, names: Mapping[str, str]) -> list[tuple[str, str]]:
    asked = [("Năm", str(wanted.year)), ("Tháng", wanted.month), ("Địa bàn", names.get(wanted.area, wanted.area)),
             ("Loại phương tiện", type_name(wanted.type)), ("Ngành nghề của chủ", wanted.line),
             ("Kể cả đã quá hạn", "có" if wanted.overdue else "")]  # fmt: skip
    return [(label, said) for label, said in asked if said]


def _person(state: State) -> str:
    person = state.get("representative")
    return str(person.get("name") or "") if isinstance(person, Mapping) else ""


def _day(day: str) -> str:
    return f"{day[8:10]}/{day[5:7]}/{day[:4]}" if len(day) == 10 else ""
