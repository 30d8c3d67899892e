"""Filling in the plan of a campaign, page by page: what each page writes, and that nobody overwrites another's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog, domains
from server.db import documents
from server.db.campaign_drafts import CampaignDraft
from server.db.programme import Activity, Programme
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import campaigns, ledger, programme_additions, verifiers
from server.services.days import month_bounds
from server.services.inspection_plans import GENERAL
from server.services.wording import plain_text

TRIGGERS = {"plan": "Theo kế hoạch, chương trình", "signs_of_violation": "Có dấu hiệu vi phạm", "assigned": "Được giao"}
MAX_SITES = 5000
"""A decision names a few hundred at most; a form that chooses a whole register by mistake gets a sentence."""
MAX_TEXT = 500
_LINES = 20
_DECISION = ("number", "date", "signer", "title", "scope")


def begin(session: Session, activity_name: str, *, actor: str, today: date, now: datetime) -> str:
    """Begin a plan for an activity and return its id, with what the programme says of it filled in."""
    activity = programme_additions.find(session, activity_name)
    if activity is None:
        raise Problem(ProblemCode.NOT_FOUND, "Chương trình công tác không có hoạt động này.")
    if programme_additions.is_withdrawn(activity):
        raise Problem(ProblemCode.CONFLICT, "Hoạt động này đã được rút khỏi chương trình.")
    codes = domains.of(activity.domain).checklists
    if not codes:
        raise Problem(ProblemCode.CONFLICT, f"Hoạt động này không mở được đợt kiểm tra hiện trường: {domains.of(activity.domain).reason}.")  # fmt: skip
    programme = session.get_one(Programme, activity.programme_id)
    starts, ends = _months(activity, programme.year, today)
    is_added = "addition" in activity.data
    draft = CampaignDraft(
        id=ledger.new_id(), activity=activity_name, owner=actor, rev=1, campaign_id=None, changed_at=now,
        state={
            "code": "", "title": activity.subject, "organisation_id": _first_organisation(session, starts),
            "starts_on": starts, "ends_on": ends, "checklists": [GENERAL, *codes], "standards": [], "team": [], "sites": [],
            "bases": {}, "decision": {"number": "", "date": "", "signer": "", "title": "", "scope": activity.subject,
                                      "trigger": "assigned" if is_added else "plan", "duration_days": None,
                                      "basis": [programme.title]},
        },
    )  # fmt: skip
    session.add(draft)
    session.flush()
    return draft.id


def get(session: Session, id: str, *, seen: str | None = None) -> CampaignDraft:
    """Return a plan; with `seen`, locked for change and refused (CONFLICT) where somebody changed it since.

    Refuses one from which the campaign was opened already.
    """
    query = select(CampaignDraft).where(CampaignDraft.id == id)
    if seen is not None:
        query = query.with_for_update().execution_options(populate_existing=True)
    draft = session.scalar(query)
    if draft is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có kế hoạch này.")
    if seen is not None and draft.campaign_id is not None:
        raise Problem(ProblemCode.CONFLICT, "Đợt kiểm tra đã được mở từ kế hoạch này rồi.")
    if seen is not None and str(draft.rev) != seen:
        raise Problem(
            ProblemCode.CONFLICT,
            "Kế hoạch vừa được sửa ở trang khác. Trang đang hiện bản mới nhất: hãy xem rồi ghi lại.",
        )
    return draft


def set_decision(session: Session, id: str, form: Mapping[str, str], lists: Mapping[str, Sequence[str]], *, seen: str, now: datetime) -> None:  # fmt: skip
    """Write the page of the decision, the period and the checklists; what is missing is told on the last page."""
    draft = get(session, id, seen=seen)
    said = {name: plain_text(form.get(name, "")) for name in ("code", "title", "organisation_id", "starts_on", "ends_on", *(f"decision_{n}" for n in _DECISION))}  # fmt: skip
    basis = [line for line in plain_text(form.get("basis", ""), lines=True).split("\n") if line.strip()]
    long = [name for name, text in said.items() if len(text) > MAX_TEXT] + [b for b in basis if len(b) > MAX_TEXT]
    if long or len(basis) > _LINES:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi ô, mỗi dòng căn cứ tối đa {MAX_TEXT} ký tự; căn cứ tối đa {_LINES} dòng.")  # fmt: skip
    days = form.get("duration_days", "").strip()
    known = {c.code for c in catalog.load().all()}
    codes = [code for code in dict.fromkeys(lists.get("checklists", ())) if code in known and code != GENERAL]
    decision = {
        **{name: said[f"decision_{name}"] for name in _DECISION}, "basis": basis,
        "trigger": form.get("trigger") if form.get("trigger") in TRIGGERS else "plan",
        "duration_days": int(days) if days.isascii() and days.isdigit() and len(days) < 5 else None,
    }  # fmt: skip
    standards = {d.id for d in documents.of_kind(session, "measurement_standard")} & set(lists.get("standards", ()))
    parts = {name: said[name] for name in ("code", "title", "organisation_id", "starts_on", "ends_on")}
    _write(draft, {**parts, "decision": decision, "checklists": [GENERAL, *codes], "standards": sorted(standards)}, now)


def add_member(
    session: Session, id: str, form: Mapping[str, str], procedures: Sequence[str] = (), *, seen: str, now: datetime
) -> None:
    """Put somebody on the team: an account, or a person of another agency by name; `procedures` = what they verify by."""
    draft = get(session, id, seen=seen)
    user = session.get(User, form.get("user_id", "")) if form.get("user_id", "").isprintable() else None
    if form.get("user_id") and (user is None or not user.is_active):
        raise _refused("Không có tài khoản này, hoặc tài khoản đã khóa.")
    name = user.full_name if user is not None else plain_text(form.get("name", ""))
    title = plain_text(form.get("title", "")) or (user.title if user is not None else "")
    agency, number = plain_text(form.get("agency", "")), plain_text(form.get("certificate", ""))
    if not name or not agency or any(len(t) > MAX_TEXT for t in (name, title, agency, number)):
        raise _refused(f"Cần họ tên (chọn tài khoản hoặc gõ tên) và cơ quan, mỗi ô tối đa {MAX_TEXT} ký tự.")
    if form.get("role") not in campaigns.ROLES:
        raise _refused("Hãy chọn vai trò trong đoàn.")
    if user is not None and any(m["user_id"] == user.id for m in draft.state["team"]):
        raise _refused(f"{name} đã có trong đoàn.")
    until = form.get("certificate_until", "").strip()
    if number and not until:
        raise _refused("Chứng chỉ cần cả số và hạn.")
    if not verifiers.are_procedures(procedures):
        raise _refused("Trong các ĐLVN vừa chọn có mã không còn trong danh mục. Hãy tải lại trang.")
    member: dict[str, Any] = {"user_id": None if user is None else user.id, "name": name, "title": title, "agency": agency, "role": form["role"],
              "certificate": {"number": number, "valid_to": until} if number else None}  # fmt: skip
    if procedures:
        member["procedures"] = list(procedures)
    _write(draft, {"team": [*draft.state["team"], member]}, now)


def drop_member(session: Session, id: str, place: str, *, seen: str, now: datetime) -> None:
    """Take somebody off the team again."""
    draft = get(session, id, seen=seen)
    team = list(draft.state["team"])
    if not (place.isascii() and place.isdigit() and len(place) < 7 and int(place) < len(team)):
        raise _refused("Không có người này trong đoàn.")
    del team[int(place)]
    _write(draft, {"team": team}, now)


def choose(session: Session, id: str, ids: Sequence[str], *, seen: str, now: datetime) -> int:
    """Put establishments on the list and return how many were new; refuses ids that are none, and too many."""
    draft = get(session, id, seen=seen)
    chosen = list(draft.state["sites"])
    fresh = [site for site in dict.fromkeys(ids) if site not in set(chosen)]
    if len(chosen) + len(fresh) > MAX_SITES:
        raise _refused(f"Một đợt có tối đa {MAX_SITES} cơ sở: hãy lọc hẹp hơn.")
    if len(campaigns.known_establishments(session, fresh)) < len(fresh):
        raise _refused("Trong các cơ sở vừa chọn có cơ sở không còn trong danh sách. Hãy tải lại trang.")
    _write(draft, {"sites": [*chosen, *fresh]}, now)
    return len(fresh)


def drop(session: Session, id: str, ids: Sequence[str], *, seen: str, now: datetime) -> int:
    """Take establishments off the list and return how many."""
    draft = get(session, id, seen=seen)
    left = [site for site in draft.state["sites"] if site not in set(ids)]
    kept = {site: basis for site, basis in draft.state["bases"].items() if site in set(left)}
    dropped = len(draft.state["sites"]) - len(left)
    _write(draft, {"sites": left, "bases": kept}, now)
    return dropped


def set_bases(session: Session, id: str, said: Mapping[str, tuple[str, str]], *, seen: str, now: datetime) -> None:
    """Keep why sites are inspected again this year: site -> (reason, document); an empty pair takes it away."""
    draft = get(session, id, seen=seen)
    bases = dict(draft.state["bases"])
    for site, (reason, document) in said.items():
        text, paper = plain_text(reason), plain_text(document)
        if max(len(text), len(paper)) > MAX_TEXT:
            raise _refused(f"Căn cứ và văn bản, mỗi ô tối đa {MAX_TEXT} ký tự.")
        if site in draft.state["sites"]:
            bases[site] = {"text": text, "document": paper}
    _write(draft, {"bases": {site: b for site, b in bases.items() if b["text"] or b["document"]}}, now)


def _write(draft: CampaignDraft, parts: Mapping[str, Any], now: datetime) -> None:
    draft.state = {**draft.state, **parts}
    draft.rev, draft.changed_at = draft.rev + 1, now


def _months(activity: Activity, year: int, today: date) -> tuple[str, str]:
    """Propose the month of the programme that comes next, else its first; without months, this one of its year."""
    left = [m for m in activity.months if year > today.year or (year == today.year and m >= today.month)]
    month = (left or activity.months or [today.month])[0]
    first, last = month_bounds(year, month)
    return first.isoformat(), last.isoformat()


def _first_organisation(session: Session, day: str) -> str:
    every = documents.of_kind(session, "organisation")
    here = [d for d in every if (d.state.get("valid_from") or "") <= day <= (d.state.get("valid_to") or "9999")]
    return next((d.id for d in sorted(here, key=lambda d: -len(d.state.get("series") or ()))), "")


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)
