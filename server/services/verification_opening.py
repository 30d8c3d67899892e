"""Opening a verification session from the office before the team leaves, changing it, and closing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document, Light
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.services import areas, ledger, verifiers
from server.services.creation import created
from server.services.days import day_of
from server.services.verification_facts import SESSION
from server.services.wording import plain_text

MAX_TEXT = 500
OPENERS = frozenset({Role.SUPERVISOR.value, Role.ADMIN.value})
"""Who opens sessions from the office; tablets of the team open their own."""
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a session of a campaign can be made of: its team members with accounts, and the standards of the department."""

    campaign: Document
    team: Sequence[State]
    standards: Sequence[Document]


def choices(session: Session, campaign_id: str) -> Choices:
    """Return what to choose from; 404 where the campaign is no mobile verification."""
    campaign = documents.get(session, "campaign", campaign_id)
    if campaign is None or campaign.state.get("kind") != verifiers.KIND:
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm định lưu động này.")
    team = [m for m in campaign.state.get("team") or () if m.get("user_id")]
    every = documents.of_kind(session, "measurement_standard")
    return Choices(campaign, team, sorted(every, key=lambda d: str(d.state.get("name"))))


def openable(session: Session) -> list[Light]:
    """Return the campaigns in which a session can be opened, the latest first."""
    found = [d for d in documents.light(session, "campaign") if d.state.get("kind") == verifiers.KIND]
    return sorted(found, key=lambda d: str(d.state.get("starts_on")), reverse=True)


def open_session(
    session: Session, campaign_id: str, form: Mapping[str, str], who: Sequence[str], standards: Sequence[str], *,
    actor: str, now: datetime,
) -> str:  # fmt: skip
    """Open a session and return its id: the team's tablets find it at their next pull."""
    found = choices(session, campaign_id)
    state = {
        "campaign_id": campaign_id, **_said(session, found, form, who, standards), "environment": [],
        "standard_overrides": {}, "closed_at": None,
    }  # fmt: skip
    change = created(SESSION, found.campaign.scope, state, actor=actor, parent=campaign_id)
    ledger.record(session, [change], now)
    return change.id


def amend(
    session: Session, id: str, form: Mapping[str, str], who: Sequence[str], standards: Sequence[str], *,
    seen: str, actor: str, now: datetime,
) -> None:  # fmt: skip
    """Change where, when and by whom a session is held; what tablets wrote of it meanwhile makes the page stale."""
    row = _open(session, id, seen)
    said = _said(session, choices(session, str(row.parent)), form, who, standards)
    overrides = {id: why for id, why in (row.state.get("standard_overrides") or {}).items() if id in said["standards"]}
    ledger.record(session, [ledger.revision(SESSION, row, {**row.state, **said, "standard_overrides": overrides}, actor=actor)], now)  # fmt: skip


def close(session: Session, id: str, *, seen: str, actor: str, now: datetime) -> None:
    """Close a session whose day is over."""
    row = _open(session, id, seen)
    state = {**row.state, "closed_at": now.isoformat(timespec="seconds")}
    ledger.record(session, [ledger.revision(SESSION, row, state, actor=actor)], now)


def _open(session: Session, id: str, seen: str) -> Document:
    row = documents.many(session, [(SESSION, id)], lock=True).get((SESSION, id))
    if row is None or row.is_deleted or row.state.get("voided"):
        raise Problem(ProblemCode.NOT_FOUND, "Không có phiên kiểm định này.")
    if row.state.get("closed_at"):
        raise Problem(ProblemCode.CONFLICT, "Phiên này đã đóng.")
    if str(row.rev) != seen:
        raise Problem(
            ProblemCode.CONFLICT, "Phiên vừa được sửa ở nơi khác. Trang đang hiện bản mới nhất: hãy xem rồi ghi lại."
        )
    return row


def _said(
    session: Session, found: Choices, form: Mapping[str, str], who: Sequence[str], standards: Sequence[str]
) -> dict[str, Any]:
    campaign, on, place = found.campaign.state, day_of(form.get("on")), plain_text(form.get("place", ""))
    first, last = day_of(campaign.get("starts_on")), day_of(campaign.get("ends_on"))
    if on is None or not (first or date.min) <= on <= (last or date.max):
        raise _refused(f"Ngày của phiên phải nằm trong thời gian của đợt ({_day(first)} đến {_day(last)}).")
    if not place or len(place) > MAX_TEXT:
        raise _refused(f"Phải ghi địa điểm (tối đa {MAX_TEXT} ký tự).")
    area = form.get("area_code", "")
    if areas.on_day(session, area, on) is None:
        raise _refused("Hãy chọn xã, phường.")
    team = {str(m["user_id"]) for m in found.team}
    if not who or not set(who) <= team:
        raise _refused("Hãy chọn ít nhất một kiểm định viên trong đoàn.")
    if not set(standards) <= {d.id for d in found.standards}:
        raise _refused("Trong các chuẩn vừa chọn có chuẩn không còn trong sổ. Hãy tải lại trang.")
    return {"on": on.isoformat(), "place": place, "area_code": area, "verifiers": list(dict.fromkeys(who)),
            "standards": list(dict.fromkeys(standards))}  # fmt: skip


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "…"


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)
