"""What stands in quarantine, as a list: who sent what, why it waits, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.sync import Quarantine
from server.db.users import User
from server.services import paging
from server.services.exports import MOMENT, NUMBER, Column, Listed
from server.services.kind_words import DOCUMENT_KINDS
from server.services.release import OPEN, raw_of
from server.services.wording import OPERATION_TYPES, QUARANTINE_STATES, sendable
from sync.refusals import DETAILS

PAGE_SIZE = 50
ALL = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for. `state` empty = what waits for a person, `all` = everything."""

    state: str = ""
    device_id: str = ""
    code: str = ""
    page: int = 1

    @classmethod
    def of(cls, state: str, device_id: str, code: str, page: str) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        known = state if state == ALL or state in QUARANTINE_STATES else ""
        return cls(known, device_id[:36], code if code in DETAILS else "", paging.asked(page))


@dataclass(frozen=True, slots=True)
class Row:
    """One operation kept aside."""

    id: str
    device_id: str
    device_seq: int | None
    tablet: str
    holder: str
    received_at: datetime
    code: str
    detail: str
    state: str
    what: str
    group: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page. `counts` = by state, whatever the filter by state; `waiting` = how many wait for a person in all."""

    rows: Sequence[Row]
    total: int
    waiting: int
    counts: Mapping[str, int]
    page: int
    pages: int
    devices: Sequence[tuple[str, str]]
    codes: Sequence[str]


def listing(session: Session, wanted: Filter) -> Listing:
    """Return the newest first."""
    within = _conditions(wanted)
    by_state = select(Quarantine.state, func.count()).where(*within).group_by(Quarantine.state)
    counts: dict[str, int] = dict(session.execute(by_state).all())
    waiting = session.scalar(select(func.count()).select_from(Quarantine).where(Quarantine.state.in_(OPEN))) or 0
    states = _states(wanted.state)
    total = sum(count for state, count in counts.items() if state in states)
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    rows = session.execute(_rows(states, within).slice(part.start, part.stop))
    return Listing(
        [_row(row, tablet, holder) for row, tablet, holder in rows],
        total, waiting, counts, page, pages, _devices(session), _codes(session),
    )  # fmt: skip


def of_inspection(session: Session, inspection_id: str) -> list[Row]:
    """Return what waits for a person and names this inspection, the oldest first."""
    query = select(Quarantine, Device.tablet_name, User.full_name)
    query = query.outerjoin(Device, Device.id == Quarantine.device_id).outerjoin(User, User.id == Device.user_id)
    query = query.where(Quarantine.inspection_id == inspection_id, Quarantine.state.in_(OPEN))
    query = query.order_by(Quarantine.received_at, Quarantine.device_seq, Quarantine.id)
    return [_row(row, tablet, holder) for row, tablet, holder in session.execute(query)]


def export(session: Session, wanted: Filter) -> Listed:
    """Return all that the filter leaves, the newest first, as a list to export."""
    columns = (Column("Máy chủ nhận lúc", MOMENT), Column("Việc", width=30), Column("Vì sao chưa nhận", width=50), Column("Mã", width=18), Column("Tình trạng"),
               Column("Người gửi", width=28), Column("Máy"), Column("Thao tác số", NUMBER), Column("Mã dòng", width=38))  # fmt: skip
    query = _rows(_states(wanted.state), _conditions(wanted)).execution_options(yield_per=500)
    rows = (
        (
            r.received_at,
            r.what,
            r.detail,
            r.code,
            QUARANTINE_STATES.get(r.state, r.state),
            r.holder,
            r.tablet,
            r.device_seq,
            r.id,
        )
        for r in (_row(row, tablet, holder) for row, tablet, holder in session.execute(query))
    )
    asked = (("Tình trạng", QUARANTINE_STATES.get(wanted.state, "")), ("Lý do", DETAILS.get(wanted.code, "")))
    return Listed("cho-xu-ly", "Vùng chờ xử lý", columns, rows, [(label, said) for label, said in asked if said])


def _rows(states: frozenset[str], within: Sequence[ColumnElement[bool]]) -> Select[Quarantine, str, str]:
    query = select(Quarantine, Device.tablet_name, User.full_name)
    query = query.outerjoin(Device, Device.id == Quarantine.device_id).outerjoin(User, User.id == Device.user_id)
    query = query.where(Quarantine.state.in_(states), *within)
    return query.order_by(Quarantine.received_at.desc(), Quarantine.device_seq.desc(), Quarantine.id.desc())


def what(raw: Any) -> str:
    """Say in a few words what an operation does: “Sửa kết quả FU14”."""
    if not isinstance(raw, Mapping):
        return "Nội dung không đọc được"
    kind, type = str(raw.get("kind") or "")[:40], str(raw.get("type") or "")[:40]
    said = raw.get("set")
    named = said.get({"finding": "item", "mark": "serial"}.get(kind, "")) if isinstance(said, Mapping) else None
    more = f" {named[:40]}" if isinstance(named, str) else ""
    noun = DOCUMENT_KINDS.get(kind, f"“{kind}”" if kind else "tài liệu không rõ loại")
    return f"{OPERATION_TYPES.get(type, f'“{type}”')} {noun}{more}"


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found = [Quarantine.device_id == wanted.device_id] if wanted.device_id else []
    return found + ([Quarantine.code == wanted.code] if wanted.code else [])


def _states(state: str) -> frozenset[str]:
    if state == ALL:
        return frozenset(QUARANTINE_STATES)
    return frozenset({state}) if state else OPEN


def _devices(session: Session) -> list[tuple[str, str]]:
    """Return (id, name) of the tablets that have anything here."""
    query = select(Device.id, User.full_name, Device.tablet_name).join(User, User.id == Device.user_id)
    query = query.where(Device.id.in_(select(Quarantine.device_id))).order_by(User.full_name, Device.enrolled_at)
    return [(id, f"{holder} – {tablet}") for id, holder, tablet in session.execute(query)]


def _codes(session: Session) -> list[str]:
    return list(session.scalars(select(Quarantine.code).distinct().order_by(Quarantine.code)))


def _row(row: Quarantine, tablet: str | None, holder: str | None) -> Row:
    raw = raw_of(row)
    group = raw.get("group") if isinstance(raw, Mapping) else None
    return Row(
        id=row.id,
        device_id=row.device_id,
        device_seq=row.device_seq,
        tablet=tablet or row.device_id,
        holder=holder or "",
        received_at=row.received_at,
        code=row.code,
        detail=row.detail,
        state=row.state,
        what=sendable(what(raw)),
        group=group if isinstance(group, str) else None,
    )
