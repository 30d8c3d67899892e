"""The trail: who saw and did what. The journal and the views in one list, newest first, filtered and paged by the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import CompoundSelect, Integer, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.journal import JournalEntry
from server.db.views import View
from server.services import accounts, history, paging, trail_words, views
from server.services.creation import SYSTEM
from server.services.exports import MOMENT, Cell, Column, Listed
from sync.paper_words import VIETNAM

PAGE_SIZE = 50
LAST_PAGE = 100
"""5,000 rows back; further back one asks for a day or a person."""
PIECE = 1000
EXPORTED = 50_000
DID, SAW = "did", "saw"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for. `what` is `did`, `saw` or empty for both; days are those of Viet Nam, both included."""

    person: str = ""
    document: str = ""
    first: str = ""
    last: str = ""
    what: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filter:
        """Read the page's fields; what makes no sense asks for nothing."""
        what = args.get("what", "")
        return cls(args.get("person", "")[:36], args.get("document", "").strip()[:36], _day(args.get("first", "")), _day(args.get("last", "")),
                   what if what in {DID, SAW} else "", min(paging.asked(args.get("page", "")), LAST_PAGE))  # fmt: skip

    @property
    def fields(self) -> dict[str, str]:
        """As in the page's address."""
        return {
            "person": self.person,
            "document": self.document,
            "first": self.first,
            "last": self.last,
            "what": self.what,
        }

    @property
    def is_any(self) -> bool:
        """Whether something is asked for."""
        return any(self.fields.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One act. `place` is the tablet's name or the address it came from."""

    at: datetime
    who: str
    act: str
    what: str
    kind: str
    doc_id: str
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the trail and who may be chosen in its filter."""

    rows: Sequence[Row]
    has_more: bool
    people: Sequence[tuple[str, str]]


def listing(session: Session, wanted: Filter) -> Found:
    """Return one page; the database sorts and cuts both sides before they meet."""
    everyone = accounts.everyone(session)
    names = {person.id: person.full_name for person in everyone}
    offset = (wanted.page - 1) * PAGE_SIZE
    keys = session.execute(_page(wanted, offset + PAGE_SIZE + 1).offset(offset).limit(PAGE_SIZE + 1)).all()
    people = [(person.id, f"{person.full_name} ({person.username})") for person in everyone]
    has_more = len(keys) > PAGE_SIZE and wanted.page < LAST_PAGE
    return Found(_rows(session, keys[:PAGE_SIZE], names), has_more, people)


def export(session: Session, wanted: Filter) -> Listed:
    """List the trail as a file: its newest 50,000 acts."""
    names = accounts.names(session)
    columns = [Column("Lúc", MOMENT), Column("Ai"), Column("Việc"), Column("Đối tượng", width=40), Column("Mã hồ sơ", width=38),
               Column("Từ đâu"), Column("Ghi chú", width=40)]  # fmt: skip
    filters = [(trail_words.FIELDS[name], names.get(value, value)) for name, value in wanted.fields.items() if value]
    return Listed("nhat-ky", "Nhật ký xem và làm", columns, _exported(session, wanted, names), filters)


def _exported(session: Session, wanted: Filter, names: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    keys = session.execute(_page(wanted, EXPORTED).limit(EXPORTED)).all()
    for start in range(0, len(keys), PIECE):
        for row in _rows(session, keys[start : start + PIECE], names):
            yield row.at, row.who, row.act, row.what, row.doc_id, row.place, row.note


def _page(wanted: Filter, most: int) -> Select[Any] | CompoundSelect[Any]:
    """Both sides, each no longer than the page needs, newest first."""
    sides = []
    if wanted.what != SAW:
        did = select(
            JournalEntry.received_at.label("at"), JournalEntry.scope.label("scope"), JournalEntry.seq.label("number")
        )
        did = _asked(did, wanted, JournalEntry.received_at, JournalEntry.actor, JournalEntry.doc_id)
        sides.append(
            did.order_by(JournalEntry.received_at.desc(), JournalEntry.scope, JournalEntry.seq.desc())
            .limit(most)
            .subquery()
        )
    if wanted.what != DID:
        saw = select(View.at.label("at"), literal("").label("scope"), View.id.cast(Integer).label("number"))
        saw = _asked(saw, wanted, View.at, View.user_id, View.doc_id)
        sides.append(saw.order_by(View.at.desc(), View.id.desc()).limit(most).subquery())
    both = union_all(*(select(side) for side in sides)).subquery()
    return select(both).order_by(both.c.at.desc(), both.c.scope, both.c.number.desc())


def _asked(query: Any, wanted: Filter, at: Any, who: Any, document: Any) -> Any:
    if wanted.person:
        query = query.where(who == wanted.person)
    if wanted.document:
        query = query.where(document == wanted.document)
    if wanted.first:
        query = query.where(at >= _midnight(wanted.first))
    if wanted.last:
        query = query.where(at < _midnight(wanted.last) + timedelta(days=1))
    return query


def _rows(session: Session, keys: Sequence[Any], names: Mapping[str, str]) -> list[Row]:
    """Read what the keys name, each kind in one question, and put it into words."""
    entries: dict[str, list[int]] = {}
    for key in keys:
        if key.scope:
            entries.setdefault(key.scope, []).append(key.number)
    seen = [key.number for key in keys if not key.scope]
    journal = {(row.scope, row.seq): orjson.loads(row.entry) for row in _entries(session, entries)}
    looked = {view.id: view for view in session.scalars(select(View).where(View.id.in_(seen)))} if seen else {}
    tablets = dict(session.execute(select(Device.id, Device.tablet_name)).all()) if entries else {}
    people = {**names, SYSTEM: "lệnh trên máy chủ", views.NOBODY: trail_words.NOBODY}
    titles = trail_words.titles(session, {(view.kind, view.doc_id) for view in looked.values()}, names)
    return [
        _did(journal[key.scope, key.number], people, tablets) if key.scope else _saw(looked[key.number], people, titles)
        for key in keys
    ]  # fmt: skip


def _entries(session: Session, asked: Mapping[str, Sequence[int]]) -> Sequence[Any]:
    """Read entries by their key, scope by scope: SQLite looks a list of pairs up by walking through all of the journal."""
    here = [and_(JournalEntry.scope == scope, JournalEntry.seq.in_(numbers)) for scope, numbers in asked.items()]
    query = select(JournalEntry.scope, JournalEntry.seq, JournalEntry.entry)
    return session.execute(query.where(or_(*here))).all() if here else ()


def _did(raw: dict[str, Any], people: Mapping[str, str], tablets: Mapping[str, str]) -> Row:
    if raw["kind"] == "account":
        said = raw["set"]
        return Row(datetime.fromisoformat(raw["received_at"]), people.get(raw["actor"], raw["actor"]), trail_words.account_act(said),
                   people.get(raw["id"], raw["id"]), "account", raw["id"], "", str(said.get("reason", "")))  # fmt: skip
    entry = history.entry_of(raw, people, tablets)
    act, note = trail_words.act(entry)
    return Row(entry.received_at, entry.who, act, entry.what, entry.kind, entry.id, entry.tablet or "", note)


def _saw(view: View, people: Mapping[str, str], titles: Mapping[tuple[str, str], str]) -> Row:
    is_session = view.act in views.SESSION
    what = "" if is_session else titles.get((view.kind, view.doc_id), trail_words.noun(view.kind))
    return Row(view.at, people.get(view.user_id, view.user_id), trail_words.VIEWS[view.act], what, view.kind,
               "" if is_session else view.doc_id, view.address, "")  # fmt: skip


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), VIETNAM)
