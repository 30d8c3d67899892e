"""What the ledger of stickers and seals calls things, and whose they are: fates, findings, tablets, instruments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.devices import Device
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.services.mark_ledger import (
    FORGOTTEN,
    HELD,
    NEVER_LEASED,
    NEVER_RECEIVED,
    STOCK,
    UNSURE,
    WARNED,
    WAS_WRITTEN_OFF,
    Mark,
)
from server.services.mark_rows import LOST, SPOILED, USED
from sync.mark_ranges import Span, serial
from sync.paper_words import INSTRUMENTS, upper_first

FATES = {
    STOCK: "Ở cơ quan",
    UNSURE: "Chưa rõ sau khôi phục",
    HELD: "Máy đang giữ",
    USED: "Đã dùng",
    SPOILED: "Hỏng",
    LOST: "Mất, hủy",
}
FINDINGS = {
    NEVER_RECEIVED: "Đã dùng nhưng chưa nhập lô nào có số này",
    NEVER_LEASED: "Đã dùng nhưng chưa cấp cho máy nào, hoặc đã trả lại",
    FORGOTTEN: "Cấp sau lúc sao lưu, sổ không còn ghi; máy đã dùng",
    WAS_WRITTEN_OFF: "Đã ghi mất, hủy nhưng máy báo đã dùng",
    WARNED: "Có cảnh báo khi nhận từ máy",
}
KINDS = {"sticker": "Tem", "seal": "Chì"}


def tablets(session: Session) -> dict[str, str]:
    """Name every tablet by its holder: “Trần Văn Trưởng, Máy tính bảng 1”."""
    query = select(Device.id, User.full_name, Device.tablet_name).join(User, User.id == Device.user_id)
    return {row.id: f"{row.full_name}, {row.tablet_name}" for row in session.execute(query)}


def organisations(session: Session) -> dict[str, str]:
    """Name the organisations."""
    return {row.id: str(row.state.get("name") or row.id) for row in documents.of_kind(session, "organisation")}


def uses(session: Session, marks: Iterable[Mark]) -> dict[str, tuple[str, str, str]]:
    """Say what each mark was used on: (instrument, site, inspection's id), each "" where there is none; by the mark's id."""
    shown = list(marks)
    wanted = {("instrument", id) for mark in shown if (id := _id(mark, "instrument_id"))}
    instruments = documents.many(session, wanted)
    slips = {id for mark in shown if (id := _id(mark, "inspection_id"))}
    query = select(InspectionSummary.id, InspectionSummary.name).where(InspectionSummary.id.in_(slips))
    sites: dict[str, str] = dict(session.execute(query).all()) if slips else {}
    found = {}
    for mark in shown:
        slip = _id(mark, "inspection_id")
        one = instruments.get(("instrument", _id(mark, "instrument_id")))
        found[mark.row.id] = (
            instrument(one.state if one else None),
            sites.get(slip, ""),
            slip if slip in sites else "",
        )
    return found


def instrument(state: dict[str, Any] | None) -> str:
    """Name an instrument by its kind and serial number."""
    if state is None:
        return ""
    kind = upper_first(INSTRUMENTS.get(str(state.get("type")), str(state.get("type") or "")))
    number = str(state.get("serial") or "")
    return f"{kind} số {number}" if number else kind


def printed(prefix: str, digits: int, ranges: Sequence[Span]) -> str:
    """Write ranges of a roll as people read them: 22B001 – 22B007, 22B012."""
    ends = ((serial(prefix, first, digits), serial(prefix, last, digits)) for first, last in ranges)
    return ", ".join(first if first == last else f"{first} – {last}" for first, last in ends)


def _id(mark: Mark, name: str) -> str:
    return str(mark.row.state.get(name) or "")
