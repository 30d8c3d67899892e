"""Changing the sites of an open campaign: one more with its visit, or one given up with a reason; nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import campaign_opening, inspection_plans, ledger, repeat_inspections, verifiers
from server.services.campaign_kinds import is_inspection
from server.services.days import day_of
from server.services.inspection_plans import Plan
from server.services.wording import plain_text

GIVEN_UP = "given_up"
"""The field of a campaign that keeps the sites given up: [{establishment_id, reason, by, at}]."""
MAX_TEXT = 500


def add(
    session: Session, campaign_id: str, site: str, *, planned_on: str, text: str, document: str, seen: str, actor: str, now: datetime
) -> str | None:  # fmt: skip
    """Add an establishment with its visit and return the inspection's id (None in a mobile verification, which visits
    nobody); the caller holds the write transaction.

    Refuses (CONFLICT) a stale page, and a legal entity of this year without a basis and its document.
    """
    campaign = _locked(session, campaign_id, seen)
    state = campaign.state
    if site in (state.get("establishment_ids") or ()):
        raise _refused("Cơ sở này đã có trong đợt.")
    if documents.get(session, "establishment", site) is None:
        raise _refused("Không có cơ sở này trong danh sách.")
    basis, paper = plain_text(text), plain_text(document)
    if max(len(basis), len(paper)) > MAX_TEXT:
        raise _refused(f"Căn cứ và văn bản, mỗi ô tối đa {MAX_TEXT} ký tự.")
    repeat_inspections.reserve(session, [site])
    starts, earlier = day_of(state.get("starts_on")), []
    if is_inspection(state.get("kind")) and starts is not None:
        earlier = repeat_inspections.earlier(session, [site], starts.year, but=campaign_id).get(site, [])
    if earlier and not (basis and paper):
        raise Problem(ProblemCode.CONFLICT, f"Đơn vị này đã được kiểm tra hoặc có trong kế hoạch năm nay ({earlier[0].line}): hãy ghi căn cứ và văn bản.")  # fmt: skip
    bases = list(state.get(repeat_inspections.BASES) or ())
    if earlier:
        bases.append(campaign_opening.basis_of(site, basis, paper, earlier, actor, now))
    fresh = {**state, "establishment_ids": [*(state.get("establishment_ids") or ()), site]}
    if bases:
        fresh[repeat_inspections.BASES] = bases
    change = ledger.change(session, "campaign", campaign.id, campaign.scope, fresh, actor=actor)
    ledger.record(session, [change], now)
    if state.get("kind") == verifiers.KIND:
        return None  # its owner is asked to come
    return inspection_plans.plan(session, campaign_id, Plan(site, planned_on), actor=actor, at=now)


def give_up(
    session: Session, campaign_id: str, site: str, reason: str, *, seen: str, actor: str, now: datetime
) -> None:
    """Give an establishment up, for a reason. Refuses one where anything was recorded.

    Its planned visit becomes “not carried out”, which loses nothing: what a tablet recorded there meanwhile is still
    taken, and minutes issued on paper win over the office (sync.inspection.issue).
    """
    campaign = _locked(session, campaign_id, seen)
    said = plain_text(reason)
    if not said or len(said) > MAX_TEXT:
        raise _refused(f"Phải ghi lý do bỏ cơ sở (tối đa {MAX_TEXT} ký tự).")
    listed = list(campaign.state.get("establishment_ids") or ())
    visits = [
        i for i in documents.children(session, campaign_id, "inspection") if i.state.get("establishment_id") == site
    ]
    if site not in listed:
        raise Problem(ProblemCode.NOT_FOUND, "Cơ sở này không có trong đợt.")
    documents.many(session, [("inspection", i.id) for i in visits], lock=True)
    recorded = documents.of_parents(session, [i.id for i in visits], ["finding", "photo", "minutes", "requirement", "sample", "measure"])  # fmt: skip
    if recorded or any(i.state.get("status") != "planned" for i in visits):
        raise Problem(ProblemCode.CONFLICT, "Cơ sở này đã có ghi nhận của đoàn nên không bỏ khỏi đợt được.")
    at = now.isoformat(timespec="seconds")
    kept = {"establishment_id": site, "reason": said, "by": actor, "at": at}
    fresh = {**campaign.state, GIVEN_UP: [*(campaign.state.get(GIVEN_UP) or ()), kept]}
    if not visits:  # nobody planned to go there: it leaves the list, its line above stays
        fresh["establishment_ids"] = [each for each in listed if each != site]
    changes = [
        ledger.change(session, "inspection", i.id, i.scope, {**i.state, "status": "not_carried_out"}, actor=actor, parent=i.parent)
        for i in visits
    ]  # fmt: skip
    change = ledger.change(session, "campaign", campaign.id, campaign.scope, fresh, actor=actor)
    ledger.record(session, [change, *changes], now)


def given_up(campaign: Mapping[str, Any]) -> dict[str, str]:
    """Return why sites of a campaign were given up, by establishment."""
    return {str(each.get("establishment_id")): str(each.get("reason")) for each in campaign.get(GIVEN_UP) or ()}


def _locked(session: Session, campaign_id: str, seen: str) -> Document:
    campaign = documents.many(session, [("campaign", campaign_id)], lock=True).get(("campaign", campaign_id))
    if campaign is None or campaign.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm tra này.")
    if str(campaign.rev) != seen:
        raise Problem(
            ProblemCode.CONFLICT, "Đợt vừa được người khác sửa. Trang đang hiện bản mới nhất: hãy xem rồi làm lại."
        )
    return campaign


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)
