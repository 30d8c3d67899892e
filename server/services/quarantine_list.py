"""What stands in quarantine, as a page reads it: whole, with the reason; deciding about it is a later page's work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.sync import Quarantine
from server.db.users import User

PAGE_SIZE = 50
MAX_SHOWN = 20_000
"""Characters of a raw operation on the page; minutes may have 256 KB."""
WAITING = ("quarantined", "held")


@dataclass(frozen=True, slots=True)
class Kept:
    """One operation kept aside. `raw` is indented where it is JSON."""

    id: str
    op_id: str | None
    device_seq: int | None
    tablet: str
    holder: str
    received_at: datetime
    code: str
    detail: str
    state: str
    kind: str
    raw: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page. `waiting` = how many wait for a person; `total` = of the present filter."""

    rows: Sequence[Kept]
    total: int
    waiting: int
    page: int
    pages: int


def listing(session: Session, *, all_states: bool, page: int) -> Listing:
    """Return the newest first; only those that wait for a person unless `all_states`."""
    waiting = session.scalar(select(func.count()).select_from(Quarantine).where(Quarantine.state.in_(WAITING))) or 0
    everything = session.scalar(select(func.count()).select_from(Quarantine)) or 0
    total = everything if all_states else waiting
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    query = select(Quarantine, Device.tablet_name, User.full_name)
    query = query.outerjoin(Device, Device.id == Quarantine.device_id).outerjoin(User, User.id == Device.user_id)
    if not all_states:
        query = query.where(Quarantine.state.in_(WAITING))
    query = query.order_by(Quarantine.received_at.desc(), Quarantine.id.desc())
    rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return Listing([_kept(row, tablet, holder) for row, tablet, holder in rows], total, waiting, page, pages)


def _kept(row: Quarantine, tablet: str | None, holder: str | None) -> Kept:
    kind, text = "", row.raw
    try:
        value = json.loads(row.raw)
        kind = str(value.get("kind") or "") if isinstance(value, dict) else ""
        text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    except (ValueError, RecursionError):
        pass  # kept whole all the same: shown as it is
    text = text.encode("utf-8", "backslashreplace").decode()
    return Kept(
        id=row.id,
        op_id=row.op_id,
        device_seq=row.device_seq,
        tablet=tablet or row.device_id,
        holder=holder or "",
        received_at=row.received_at,
        code=row.code,
        detail=row.detail,
        state=row.state,
        kind=kind[:40],
        raw=text[:MAX_SHOWN],
        is_cut=len(text) > MAX_SHOWN,
    )
