"""Keeping establishment_entry and instrument_entry equal to the documents: rows as pure functions, written, rebuilt, compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, Text, bindparam, delete, select, update
from sqlalchemy import cast as cast_text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.services.alphabet import stored_key
from server.services.days import day_of
from server.services.wording import folded, sendable
from sync.feed import Change
from sync.paper_words import INSTRUMENTS

CHUNK = 500
_FORMS = frozenset(["cong", "ty", "tnhh", "trach", "nhiem", "huu", "han", "co", "phan", "cp", "mtv", "mot", "thanh", "vien", "dntn", "doanh", "nghiep", "tu", "nhan", "ho", "kinh", "hkd", "cua", "hang", "ch", "chi", "nhanh", "cn", "so"])  # fmt: skip
"""Words of a name that say what it is, not which one."""
_SHORT = {"chxd": "xang dau", "xd": "xang dau", "cty": "cong ty", "dn": "doanh nghiep"}
State = Mapping[str, Any]
Row = dict[str, Any]
Merged = Mapping[str, str]
"""Establishment -> the one that it was merged into, of those that were."""
_T = Document.__table__.c
_SITES = cast("Table", EstablishmentEntry.__table__)
_OWNED = cast("Table", InstrumentEntry.__table__)
_TABLES = {"establishment": _SITES, "instrument": _OWNED}
_LINKS = select(_SITES.c.id, _SITES.c.merged_into).where(_SITES.c.merged_into != "")
_OLD_LINKS = select(_SITES.c.id, _SITES.c.merged_into).where(_SITES.c.id.in_(bindparam("ids", expanding=True)))
_STAND_FOR = select(_SITES.c.id, _SITES.c.site_id).where(_SITES.c.id.in_(bindparam("ids", expanding=True)))


def follow(session: Session, changes: Iterable[Change]) -> None:
    """Write the rows of the establishments and instruments among these changes; the changes themselves are written."""
    last: dict[str, dict[str, Change]] = {kind: {} for kind in _TABLES}
    for change in changes:
        if change.kind in last:
            last[change.kind][change.id] = change
    if last["establishment"]:
        _follow_sites(session, last["establishment"])
    if last["instrument"]:
        _follow_instruments(session, last["instrument"])


def rebuild(session: Session, tables: Mapping[str, Table] = _TABLES) -> None:
    """Write every row anew from the documents. A migration hands in its own `tables`: a row takes the columns they know."""
    merged = _merged_documents(session)
    connection = session.connection()
    for kind, table in tables.items():
        names = [column.name for column in table.columns]
        connection.execute(delete(table))
        for part in _rows_of_documents(session, kind, merged):
            connection.execute(table.insert(), [{name: row[name] for name in names} for row in part])


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its document says, of missing rows and of those without a document."""
    merged = _merged_documents(session)
    for kind, table in _TABLES.items():
        seen: set[str] = set()
        for part in _rows_of_documents(session, kind, merged):
            query = select(table).where(table.c.id.in_([row["id"] for row in part]))
            stored = {row.id: dict(row._mapping) for row in session.execute(query)}
            for row in part:
                seen.add(row["id"])
                if stored.get(row["id"]) != row:
                    differs(f"dòng danh bạ {table.name} {row['id']} khác với tài liệu")
        for id in session.scalars(select(table.c.id).order_by(table.c.id)):
            if id not in seen:
                differs(f"dòng danh bạ {table.name} {id} không có tài liệu")


def establishment_row(id: str, state: State, scope: str, merged: Merged) -> Row:
    """Return the row of one establishment."""
    name, tax = _text(state.get("name")), _text(state.get("tax_code"))
    lines = [line for each in map(_text, _list(state.get("business_lines"))) if (line := line_of(each))]
    person = state.get("representative")
    words = [name, _text(state.get("address")), tax, tax.replace("-", ""), *lines, _text(state.get("phone")),
             _text(person.get("name")) if isinstance(person, Mapping) else ""]  # fmt: skip
    return {
        "id": id, "site_id": standing_for(id, merged), "merged_into": merged.get(id, ""), "area_code": _area(scope),
        "name_key": stored_key(name), "plain_name": likeness(name),
        "tax_code": "".join(c for c in tax if c.isascii() and c.isdigit())[:20],
        "lines": f"|{'|'.join(lines)}|" if lines else "", "search": folded(" ".join(words)),
    }  # fmt: skip


def line_of(text: str) -> str:
    """Return a line of business as the register keeps it: accents kept, case and spaces not."""
    return " ".join(unicodedata.normalize("NFC", text.replace("|", " ")).casefold().split())


def likeness(name: str) -> str:
    """Return what two spellings of one name share: its words without diacritics, signs, order and forms of business."""
    bare = "".join(c if c.isalnum() else " " for c in folded(name))
    words = {word for each in bare.split() for word in _SHORT.get(each, each).split()}
    return " ".join(sorted(words - _FORMS)) or " ".join(sorted(words))


def instrument_row(id: str, state: State, scope: str, merged: Merged) -> Row:
    """Return the row of one instrument."""
    site, type = _text(state.get("establishment_id"))[:36], _text(state.get("type"))
    until = day_of(state.get("verified_until"))
    words = [INSTRUMENTS.get(type, type), *(_text(state.get(name)) for name in (
        "maker", "model", "serial", "mark_serial", "certificate_number"))]  # fmt: skip
    return {
        "id": id, "establishment_id": site, "site_id": standing_for(site, merged), "area_code": _area(scope),
        "type": type[:60], "serial_key": stored_key(_text(state.get("serial"))),
        "verified_until": "" if until is None else until.isoformat(),
        "is_suspended": bool(state.get("suspensions")), "search": folded(" ".join(words)),
    }  # fmt: skip


def standing_for(id: str, merged: Merged) -> str:
    """Return the establishment that stands for one after mergers; a ring, which no page makes, ends where it began."""
    seen = {id}
    while (after := merged.get(id, "")) and after not in seen:
        id = after
        seen.add(id)
    return id


def _follow_sites(session: Session, changed: Mapping[str, Change]) -> None:
    connection = session.connection()
    ids = sorted(changed)
    before = {id: link for part in _parts(ids) for id, link in connection.execute(_OLD_LINKS, {"ids": part})}
    live = {id: change.state for id, change in changed.items() if change.state is not None}
    after = {id: _link(state) for id, state in live.items()}
    merged = {id: link for id, link in (dict(connection.execute(_LINKS).all()) | after).items() if link and (id not in changed or id in live)}  # fmt: skip
    rows = [establishment_row(id, state, changed[id].scope, merged) for id, state in live.items()]
    _write(session, EstablishmentEntry, rows, set(changed) - set(live))
    if any(before.get(id, "") != after.get(id, "") for id in ids):
        _move_families(session, merged)


def _move_families(session: Session, merged: Merged) -> None:
    """Say anew who stands for whom, after a merger or its undoing: there are few, and what they touch is small."""
    connection = session.connection()
    moved = select(_SITES.c.id, _SITES.c.site_id).where(
        (_SITES.c.site_id != _SITES.c.id) | (_SITES.c.merged_into != "")
    )
    for id, site in connection.execute(moved).all():
        wanted = standing_for(id, merged)
        if wanted != site:
            connection.execute(update(_SITES).where(_SITES.c.id == id).values(site_id=wanted))
        connection.execute(
            update(_OWNED).where(_OWNED.c.establishment_id == id, _OWNED.c.site_id != wanted).values(site_id=wanted)
        )
    back = select(_SITES.c.id).where(_SITES.c.site_id == _SITES.c.id)
    connection.execute(
        update(_OWNED)
        .where(_OWNED.c.site_id != _OWNED.c.establishment_id, _OWNED.c.establishment_id.in_(back))
        .values(site_id=_OWNED.c.establishment_id)
    )


def _follow_instruments(session: Session, changed: Mapping[str, Change]) -> None:
    live = {id: change.state for id, change in changed.items() if change.state is not None}
    owners = sorted({_text(state.get("establishment_id"))[:36] for state in live.values()})
    merged = {
        id: site
        for part in _parts(owners)
        for id, site in session.connection().execute(_STAND_FOR, {"ids": part})
        if id != site
    }
    rows = [instrument_row(id, state, changed[id].scope, merged) for id, state in live.items()]
    _write(session, InstrumentEntry, rows, set(changed) - set(live))


def _write(
    session: Session, table: type[EstablishmentEntry | InstrumentEntry], rows: Sequence[Row], gone: set[str]
) -> None:
    if rows:
        session.connection().execute(_upsert(table, session.get_bind().dialect.name), rows)
    if gone:
        session.connection().execute(delete(table).where(table.id.in_(gone)))


def _rows_of_documents(session: Session, kind: str, merged: Merged) -> Iterator[list[Row]]:
    """Give the rows of all live documents of a kind, piece by piece in order of their ids."""
    make = establishment_row if kind == "establishment" else instrument_row
    after = ""
    while True:
        query = select(_T.id, _T.state, _T.scope).where(_T.kind == kind, _T.id > after, _T.is_deleted.is_(False))
        found = session.execute(query.order_by(_T.id).limit(CHUNK)).all()
        if not found:
            return
        yield [make(id, state, scope, merged) for id, state, scope in found]
        after = found[-1].id


def _merged_documents(session: Session) -> dict[str, str]:
    """Read who was merged into whom; the documents that say it are few among many."""
    query = select(_T.id, _T.state).where(_T.kind == "establishment", _T.is_deleted.is_(False))
    query = query.where(cast_text(_T.state, Text).contains('"merged_into":"'))
    return {id: link for id, state in session.execute(query) if (link := _link(state))}


def _link(state: State) -> str:
    return _text(state.get("merged_into"))[:36]


def _area(scope: str) -> str:
    return scope.removeprefix("area:")[:54]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a text that both engines store: documents of another time may hold what PostgreSQL refuses in a column."""
    return sendable(value).replace("\0", "") if isinstance(value, str) else ""


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


@cache
def _upsert(table: type[EstablishmentEntry | InstrumentEntry], engine: str) -> Insert:
    statement = (postgresql if engine == "postgresql" else sqlite).insert(table)
    values = {c.name: statement.excluded[c.name] for c in table.__table__.columns if c.name != "id"}
    found: Insert = statement.on_conflict_do_update(index_elements=["id"], set_=values)
    return found
