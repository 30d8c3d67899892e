"""Organisations (the department, its sub-department, the verification centre): letterhead, series, signers, validity."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.numbers import Series
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.creation import created
from sync import seal

SNAPSHOT = ("name", "parent_name", "place", "letterhead", "series", "signers")
"""What a campaign keeps of its organisation, so that its papers stay as they were when the house is renamed."""


def register(session: Session, state: Mapping[str, Any], *, basis: str, actor: str, at: datetime) -> str:
    """Write an organisation and open its series of minutes numbers; return its id.

    `basis` is the written decision of the agency's head on numbering (NĐ 30/2020 Điều 15 k.1). Refuses a series that
    another organisation already has.
    """
    _check(state)
    _check_series(state)
    id = ledger.new_id()
    ledger.record(session, [created("organisation", ledger.AGENCY, dict(state), actor=actor, id=id)], at)
    for row in state["series"]:
        known = session.get(Series, row["series"])
        if known is not None and known.organisation_id != id:
            raise Problem(ProblemCode.CONFLICT, f"Sổ số {row['series']} đã thuộc về cơ quan khác.")
        if known is None:
            session.add(Series(series=row["series"], symbol=row["symbol"], organisation_id=id, basis=basis))
            session.flush()
    return id


def snapshot(session: Session, id: str, day: date) -> dict[str, Any] | None:
    """The organisation as its papers of a day show it; None if it is unknown or not in being on that day."""
    row = documents.get(session, "organisation", id)
    if row is None:
        return None
    first, last = row.state.get("valid_from"), row.state.get("valid_to")
    text = day.isoformat()
    if (first is not None and text < first) or (last is not None and text > last):
        return None
    return {"id": id, **{name: row.state.get(name) for name in SNAPSHOT}}


def _check_series(state: Mapping[str, Any]) -> None:
    """Refuse a series whose name no QR code of minutes holds (docs/minutes-qr.md): it could never be printed."""
    for row in state.get("series", ()):
        name = str(row.get("series") or "")
        size = len(name.encode(errors="replace"))
        if size > seal.MAX_SERIES_BYTES:
            raise Problem(
                ProblemCode.INVALID_REQUEST,
                f"Tên sổ {name!r} dài {size} byte, mã QR chỉ chứa được {seal.MAX_SERIES_BYTES} byte "
                "(chữ có dấu chiếm 2 đến 3 byte): hãy đặt tên ngắn hơn, ký hiệu in trên biên bản vẫn ghi đầy đủ.",
            )
        if name != unicodedata.normalize("NFC", name) or not name.isprintable():
            raise Problem(ProblemCode.INVALID_REQUEST, f"Tên sổ {name!r} có ký tự không in được hoặc chưa ở dạng NFC.")


def _check(state: Mapping[str, Any]) -> None:
    for name, label in (("name", "tên cơ quan"), ("place", "địa danh"), ("letterhead", "phần đầu văn bản")):
        if not state.get(name):
            raise Problem(ProblemCode.INVALID_REQUEST, f"Thiếu {label}.")
    for row in state.get("series", ()):
        if not row.get("series") or any(c.isspace() or c == "/" for c in row["symbol"]):
            raise Problem(ProblemCode.INVALID_REQUEST, "Ký hiệu sổ số không được có khoảng trắng hay dấu “/”.")
