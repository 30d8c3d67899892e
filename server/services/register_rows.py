"""Keeping establishment_entry and instrument_entry equal to the documents: rows as pure functions, written, rebuilt, compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, Text, bindparam, delete, select, update
from sqlalchemy import cast as cast_text
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.services import projection
from server.services.alphabet import stored_key
from server.services.days import day_of
from server.services.projection import storable
from server.services.wording import folded
from sync.feed import Change
from sync.merge import CONFLICTS
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
_STAND_FOR = (
    select(_SITES.c.id, _SITES.c.site_id)
    .where(_SITES.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_SITES.c.id)
    .with_for_update(read=True)
)
"""On PostgreSQL whoever writes an instrument and whoever merges its establishment wait for each other."""


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
    """Write every row anew from the documents. A migration hands in its own `tables`."""
    merged = _merged_documents(session)
    for kind, table in tables.items():
        projection.refill(session, table, _wanted(session, kind, merged))


def compare(session: Session, differs: Callable[[str], None]) -> None:
    """Tell of every row that is not what its document says, of missing rows and of those without a document."""
    merged = _merged_documents(session)
    for kind, table in _TABLES.items():
        projection.compare(session, table, _wanted(session, kind, merged), differs, f"dòng danh bạ {table.name}")


def establishment_row(id: str, state: State, scope: str, merged: Merged) -> Row:
    """Return the row of one establishment."""
    name, tax = storable(state.get("name")), storable(state.get("tax_code"))
    lines = [line for each in map(storable, _list(state.get("business_lines"))) if (line := line_of(each))]
    person = state.get("representative")
    words = [name, storable(state.get("address")), tax, tax.replace("-", ""), *lines, storable(state.get("phone")),
             storable(person.get("name")) if isinstance(person, Mapping) else ""]  # fmt: skip
    return {
        "id": id, "site_id": standing_for(id, merged), "merged_into": merged.get(id, ""), "area_code": _area(scope),
        "name_key": stored_key(name), "plain_name": likeness(name),
        "tax_code": "".join(c for c in tax if c.isascii() and c.isdigit())[:20],
        "lines": f"|{'|'.join(lines)}|" if lines else "", "search": folded(" ".join(words)), "has_conflicts": bool(state.get(CONFLICTS)),
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
    site, type = storable(state.get("establishment_id"))[:36], storable(state.get("type"))
    until = day_of(state.get("verified_until"))
    words = [INSTRUMENTS.get(type, type), *(storable(state.get(name)) for name in (
        "maker", "model", "serial", "mark_serial", "certificate_number"))]  # fmt: skip
    return {
        "id": id, "establishment_id": site, "site_id": standing_for(site, merged), "area_code": _area(scope),
        "type": type[:60], "serial_key": stored_key(storable(state.get("serial"))),
        "verified_until": "" if until is None else until.isoformat(),
        "is_suspended": bool(state.get("suspensions")), "search": folded(" ".join(words)), "has_conflicts": bool(state.get(CONFLICTS)),
    }  # fmt: skip


def standing_for(id: str, merged: Merged) -> str:
    """Return the establishment that stands for one after mergers; a ring, which no page makes, ends where it began."""
    seen = {id}
    while (after := merged.get(id, "")) and after not in seen:
        id = after
        seen.add(id)
    return id


def _follow_sites(session: Session, changed: Mapping[str, Change]) -> None:
    """Write rows; who stands for whom is said only where a link changed.

    A merger changes that of establishments whose documents nobody locks (those merged earlier into what it merges away): a
    row written with it from what was read a moment ago would put the old one back.
    """
    connection = session.connection()
    before: dict[str, str] = {}
    for part in projection.parts(sorted(changed), CHUNK):
        before |= dict(connection.execute(_OLD_LINKS, {"ids": part}).all())
    live = {id: change.state for id, change in changed.items() if change.state is not None}
    after = {id: link for id, state in live.items() if (link := _link(state))}
    rows = [establishment_row(id, state, changed[id].scope, after) for id, state in live.items()]
    _write(session, EstablishmentEntry, rows, set(changed) - set(live), keep=("site_id",))
    if any(before.get(id, "") != after.get(id, "") for id in changed):
        _move_families(session)


def _move_families(session: Session) -> None:
    """Say anew who stands for whom, after a merger or its undoing: there are few, and what they touch is small.

    One at a time: each holds the counter of the mergers' scope.
    """
    connection = session.connection()
    merged: dict[str, str] = dict(connection.execute(_LINKS).all())
    moved = select(_SITES.c.id, _SITES.c.site_id).where(
        (_SITES.c.site_id != _SITES.c.id) | (_SITES.c.merged_into != "")
    )
    for id, site in connection.execute(moved.order_by(_SITES.c.id)).all():  # as those lock them who write instruments
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
    owners = sorted({storable(state.get("establishment_id"))[:36] for state in live.values()})
    stand_for: dict[str, str] = {}
    for part in projection.parts(owners, CHUNK):
        stand_for |= dict(session.connection().execute(_STAND_FOR, {"ids": part}).all())
    merged = {id: site for id, site in stand_for.items() if id != site}
    rows = [instrument_row(id, state, changed[id].scope, merged) for id, state in live.items()]
    _write(session, InstrumentEntry, rows, set(changed) - set(live))


def _write(
    session: Session, model: type[EstablishmentEntry | InstrumentEntry], rows: Sequence[Row], gone: set[str],
    keep: Sequence[str] = (),
) -> None:  # fmt: skip
    projection.upsert(session, model, rows, keep=keep)
    if gone:
        session.connection().execute(delete(model).where(model.id.in_(gone)))


def _wanted(session: Session, kind: str, merged: Merged) -> Iterator[list[Row]]:
    make = establishment_row if kind == "establishment" else instrument_row
    for part in projection.documents_of(session, kind, CHUNK):
        yield [make(d.id, d.state, d.scope, merged) for d in part]


def _merged_documents(session: Session) -> dict[str, str]:
    """Read who was merged into whom; the documents that say it are few among many."""
    query = select(_T.id, _T.state).where(_T.kind == "establishment", _T.is_deleted.is_(False))
    query = query.where(cast_text(_T.state, Text).contains('"merged_into":"'))
    return {id: link for id, state in session.execute(query) if (link := _link(state))}


def _link(state: State) -> str:
    return storable(state.get("merged_into"))[:36]


def _area(scope: str) -> str:
    return scope.removeprefix("area:")[:54]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
