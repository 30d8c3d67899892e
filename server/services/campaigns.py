"""Campaigns (đợt kiểm tra): a decision, a team, a period, checklists and the establishments to visit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog, domains
from server.db import documents
from server.db.documents import Document
from server.db.programme import Activity
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import ledger, organisations, programme_additions, verifiers
from server.services.campaign_kinds import KINDS
from server.services.creation import created
from server.services.days import day_of
from server.services.inspection_plans import GENERAL

ROLES = frozenset({"leader", "deputy", "member", "secretary", "technical_officer", "verifier"})
TRIGGERS = frozenset({"plan", "signs_of_violation", "assigned"})
CERTIFIED = frozenset({"leader", "technical_officer"})
"""Who must hold the certificate of state metrology inspection (TT 28/2013 Điều 5)."""
_DECISION_NUMBER = re.compile(r"\d{1,6}[^\s/]{0,10}/[^\s]{2,40}")
_MAX_TEXT = 500


def create(session: Session, values: Mapping[str, Any], *, actor: str, at: datetime) -> str:
    """Open a campaign and return its id; refuses with every fault at once, each with the field it is in.

    One that names no checklists uses those of its activity of the programme.
    """
    values = {**values, "checklists": _checklists(session, values)}
    errors = faults(session, values)
    if errors:
        raise Problem(ProblemCode.INVALID_REQUEST, " ".join(e["detail"] for e in errors), errors=errors)
    id = ledger.new_id()
    organisation = organisations.snapshot(session, values["organisation_id"], date.fromisoformat(values["starts_on"]))
    state = {
        "code": values["code"].strip(), "title": values["title"].strip(), "kind": values["kind"],
        "programme_activity": values.get("programme_activity"), "checklists": list(values["checklists"]),
        "starts_on": values["starts_on"], "ends_on": values["ends_on"], "organisation_id": values["organisation_id"],
        "organisation": organisation, "decision": dict(values["decision"]),
        "team": [_member(m) for m in values["team"]], "establishment_ids": list(values.get("establishment_ids", ())),
    }  # fmt: skip
    if values.get("repeat_bases"):  # why sites are inspected again this year (services/repeat_inspections.py)
        state["repeat_bases"] = list(values["repeat_bases"])
    ledger.record(session, [created("campaign", f"campaign:{id}", state, actor=actor, id=id)], at)
    return id


def _checklists(session: Session, values: Mapping[str, Any]) -> Any:
    if values.get("checklists") is not None:
        return values["checklists"]
    activity = _activity(session, values)
    codes = domains.of(activity.domain).checklists if activity is not None else ()
    return [GENERAL, *codes] if codes else []


def _activity(session: Session, values: Mapping[str, Any]) -> Activity | None:
    return programme_additions.find(session, str(values.get("programme_activity")))


def faults(session: Session, values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Everything that is wrong with a campaign, as {field, detail} with a Vietnamese sentence."""
    errors: list[dict[str, str]] = []

    def wrong(field: str, detail: str) -> None:
        errors.append({"field": field, "detail": detail})

    starts, ends = day_of(values.get("starts_on")), day_of(values.get("ends_on"))
    for field, label in (("code", "mã đợt"), ("title", "tên đợt")):
        if not _is_text(values.get(field)):
            wrong(field, f"Cần {label} (tối đa {_MAX_TEXT} ký tự).")
    if starts is None or ends is None:
        wrong("starts_on", "Ngày bắt đầu, ngày kết thúc phải có dạng NĂM-THÁNG-NGÀY.")
        return errors
    if ends < starts:
        wrong("ends_on", "Ngày kết thúc sớm hơn ngày bắt đầu.")
    _check_kind(session, values, starts, wrong)
    _check_decision(values.get("decision"), starts, wrong)
    _check_team(session, values, starts, wrong)
    _check_targets(session, values, starts, wrong)
    return errors


def _check_kind(session: Session, values: Mapping[str, Any], starts: date, wrong: Any) -> None:
    kind = KINDS.get(str(values.get("kind")))
    if kind is None:
        wrong("kind", f"Không có loại đợt {values.get('kind')!r}. Chọn một trong: {', '.join(KINDS)}.")
    elif not kind.in_force(starts):
        wrong("kind", f"“{kind.title}” không áp dụng vào ngày {starts:%d/%m/%Y} ({kind.basis}).")
    activity = _activity(session, values)
    known = {c.code for c in catalog.load().all()}
    codes = values.get("checklists")
    if not isinstance(codes, list | tuple) or not codes:
        reason = domains.of(activity.domain).reason if activity is not None else None
        wrong("checklists", f"Cần ít nhất một danh mục kiểm tra.{f' {reason}.' if reason else ''}")
    else:
        for code in sorted({str(c) for c in codes} - known):
            wrong("checklists", f"Không có danh mục kiểm tra {code!r}. Hiện có: {', '.join(sorted(known))}.")
    if any(d.state["code"] == values.get("code") for d in documents.of_kind(session, "campaign")):
        wrong("code", f"Mã đợt {values.get('code')!r} đã có.")
    if (name := values.get("programme_activity")) is not None:
        if activity is None:
            wrong("programme_activity", f"Chương trình công tác không có hoạt động {name!r}.")
        elif programme_additions.is_withdrawn(activity):
            wrong("programme_activity", f"Hoạt động {name} đã được rút khỏi chương trình.")
        elif kind is not None and activity.kind != kind.code:
            wrong(
                "kind",
                f"Chương trình ghi hoạt động {name} là “{KINDS[activity.kind].title}”, không phải “{kind.title}”.",
            )


def _check_decision(decision: Any, starts: date, wrong: Any) -> None:
    if not isinstance(decision, Mapping):
        wrong("decision", "Cần quyết định: số, ngày, người ký, căn cứ, phạm vi, thời hạn.")
        return
    if not _DECISION_NUMBER.fullmatch(str(decision.get("number", ""))):
        wrong("decision.number", "Số quyết định phải có dạng như 123/QĐ-SKHCN.")
    day = day_of(decision.get("date"))
    if day is None:
        wrong("decision.date", "Ngày quyết định phải có dạng NĂM-THÁNG-NGÀY.")
    elif day > starts:
        wrong("decision.date", "Quyết định phải có trước ngày bắt đầu.")
    for field, label in (("signer", "người ký"), ("title", "chức vụ người ký"), ("scope", "phạm vi kiểm tra")):
        if not _is_text(decision.get(field)):
            wrong(f"decision.{field}", f"Quyết định thiếu {label}.")
    if not isinstance(decision.get("basis"), list) or not all(_is_text(b) for b in decision["basis"]):
        wrong("decision.basis", "Căn cứ của quyết định là danh sách các câu.")
    if decision.get("trigger") not in TRIGGERS:
        wrong(
            "decision.trigger",
            "Lý do kiểm tra: plan (theo kế hoạch), signs_of_violation (có dấu hiệu vi phạm) hoặc assigned (được giao).",
        )
    days = decision.get("duration_days")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 366:
        wrong("decision.duration_days", "Thời hạn kiểm tra là số ngày từ 1 đến 366.")


def _check_team(session: Session, values: Mapping[str, Any], starts: date, wrong: Any) -> None:
    team = values.get("team")
    if not isinstance(team, list | tuple) or not all(isinstance(m, Mapping) for m in team):
        wrong("team", "Cần danh sách thành viên đoàn.")
        return
    leaders = [m for m in team if m.get("role") == "leader"]
    if len(leaders) != 1:
        wrong("team", f"Đoàn phải có đúng một trưởng đoàn (đang có {len(leaders)}).")
    ids = [m["user_id"] for m in team if m.get("user_id")]
    known = set(session.scalars(select(User.id).where(User.id.in_(ids))))
    if len(set(ids)) < len(ids):
        wrong("team", "Một người đứng hai lần trong đoàn.")
    for place, member in enumerate(team):
        field = f"team[{place}]"
        name = member.get("name") or f"thành viên thứ {place + 1}"
        if not _is_text(member.get("name")) or not _is_text(member.get("agency")):
            wrong(field, f"{name}: cần họ tên và cơ quan.")
        if member.get("role") not in ROLES:
            wrong(field, f"{name}: không có vai trò {member.get('role')!r}.")
        if member.get("user_id") and member["user_id"] not in known:
            wrong(field, f"{name}: không có tài khoản này (người không có tài khoản thì để trống user_id).")
        if member.get("procedures") and not verifiers.are_procedures(member["procedures"]):
            wrong(field, f"{name}: trong các ĐLVN được giao có mã không có trong danh mục kiểm định lưu động.")
        _check_certificate(member, str(values.get("kind")), starts, field, str(name), wrong)


def _check_certificate(member: Mapping[str, Any], kind: str, starts: date, field: str, name: str, wrong: Any) -> None:
    certificate = member.get("certificate")
    if certificate is not None:
        until = day_of(certificate.get("valid_to")) if isinstance(certificate, Mapping) else None
        if until is None or not _is_text(certificate.get("number")):
            wrong(field, f"{name}: chứng chỉ cần số và hạn.")
        elif until < starts:
            wrong(field, f"{name}: chứng chỉ đã hết hạn ngày {until:%d/%m/%Y}, trước khi đợt bắt đầu.")
    elif kind == "kiem_tra_nha_nuoc" and member.get("role") in CERTIFIED:
        wrong(field, f"{name}: trưởng đoàn và cán bộ kỹ thuật phải có chứng chỉ nghiệp vụ kiểm tra nhà nước về đo lường "
                     "(Thông tư 28/2013/TT-BKHCN Điều 5).")  # fmt: skip


def _check_targets(session: Session, values: Mapping[str, Any], starts: date, wrong: Any) -> None:
    if organisations.snapshot(session, str(values.get("organisation_id")), starts) is None:
        wrong("organisation_id", f"Không có cơ quan này vào ngày {starts:%d/%m/%Y}.")
    ids = values.get("establishment_ids", ())
    if not isinstance(ids, list | tuple) or not all(isinstance(i, str) for i in ids):
        wrong("establishment_ids", "Cần danh sách mã cơ sở.")
        return
    if len(set(ids)) < len(ids):
        wrong("establishment_ids", "Một cơ sở đứng hai lần trong danh sách.")
    if missing := set(ids) - known_establishments(session, ids):
        wrong("establishment_ids", f"Không có cơ sở: {', '.join(sorted(missing)[:5])}.")


def choices(session: Session) -> list[tuple[str, str, str]]:
    """Return every campaign to choose from, (id, code, title) by code; for who reads them all."""
    found = documents.of_kind(session, "campaign")
    return sorted(((d.id, str(d.state.get("code")), str(d.state.get("title"))) for d in found), key=lambda c: c[1])


def known_establishments(session: Session, ids: list[str] | tuple[str, ...]) -> set[str]:
    """Those of the ids that are living establishments."""
    found: set[str] = set()
    for start in range(0, len(ids), 400):
        where = (
            Document.kind == "establishment",
            Document.id.in_(ids[start : start + 400]),
            Document.is_deleted.is_(False),
        )
        found.update(session.scalars(select(Document.id).where(*where)))
    return found


def _member(member: Mapping[str, Any]) -> dict[str, Any]:
    return {"user_id": None, "title": "", "certificate": None, **member}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _MAX_TEXT
