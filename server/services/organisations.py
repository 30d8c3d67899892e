"""Organisations (the department, its sub-department, the verification centre): letterhead, series, signers, validity."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

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


class Agency(NamedTuple):
    """One organisation with what it allows."""

    id: str
    name: str
    drawn_signatures: bool


class Shown(NamedTuple):
    """One organisation as its page shows it. `series` = symbol of a book of numbers -> the forms numbered in it."""

    id: str
    rev: int
    state: Mapping[str, Any]
    series: Mapping[str, Sequence[str]]


def all_of(session: Session) -> list[Agency]:
    """Return the organisations by name."""
    rows = documents.of_kind(session, "organisation")
    found = [Agency(r.id, str(r.state.get("name") or ""), bool(r.state.get("drawn_signatures"))) for r in rows]
    return sorted(found, key=lambda each: (each.name, each.id))


def listing(session: Session) -> list[Shown]:
    """Return the organisations with all that their papers take from them, by name."""
    return sorted(
        map(_shown, documents.of_kind(session, "organisation")), key=lambda each: (str(each.state.get("name")), each.id)
    )


def one(session: Session, id: str) -> Shown:
    """Return one organisation; 404 where there is none."""
    found = documents.get(session, "organisation", id)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cơ quan này.")
    return _shown(found)


def _shown(found: documents.Document) -> Shown:
    series: dict[str, list[str]] = {}
    for row in found.state.get("series") or ():
        series.setdefault(str(row.get("symbol") or row.get("series")), []).append(str(row.get("form") or ""))
    return Shown(found.id, found.rev, found.state, series)


def allow_drawn_signatures(
    session: Session, id: str, *, allowed: bool, actor: str, at: datetime, seen: int | None = None
) -> bool:
    """Say whether people may also sign on the tablet's screen; return whether that changed anything.

    Off until somebody allows it: ink on paper is the original, and stays it. What was drawn before stays readable.
    `seen` = the revision before the person who decides; refused (CONFLICT) where the organisation changed since.
    """
    found = documents.many(session, [("organisation", id)], lock=True).get(("organisation", id))
    if found is None or found.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cơ quan này.")
    if seen is not None and seen != found.rev:
        raise Problem(ProblemCode.CONFLICT, "Cơ quan này vừa được người khác sửa: hãy xem lại rồi quyết định.")
    if bool(found.state.get("drawn_signatures")) is allowed:
        return False
    state = {**found.state, "drawn_signatures": allowed}
    ledger.record(session, [ledger.change(session, "organisation", id, found.scope, state, actor=actor)], at)
    return True


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
