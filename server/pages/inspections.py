"""/ and /inspections: the list, one inspection, its history, and the supervisor's decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from server.db.users import READS_ALL, Role
from server.extensions import db
from server.pages.addresses import filtered
from server.services import (
    cases,
    history,
    inspection_list,
    inspection_view,
    paging,
    paper_desk,
    review,
    review_queue,
    review_remarks,
    slip_card,
    slip_papers,
    standard_desk,
)
from server.services.inspection_list import Filter
from server.services.paper_desk import Offer
from server.services.review import Decision
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("inspections", __name__)


@bp.get("/")
@signed_in()
def listed() -> str:
    """List the inspections that this person may read."""
    args = request.args
    wanted = Filter.of(args.get("campaign", ""), args.get("status", ""), args.get("q", ""), args.get("page", ""))
    session, user = db.session(), current_user.user
    found = inspection_list.listing(session, wanted, user)
    attention = standard_desk.attention(session, local(now()).date()) if user.role in READS_ALL else {}
    return render_template("inspections.html", wanted=wanted, found=found, link=filtered("inspections.listed", {"campaign": wanted.campaign, "status": wanted.status, "q": wanted.text}),
                           attention=attention)  # fmt: skip


@bp.get("/inspections/<uuid:inspection_id>")
@signed_in()
def one(inspection_id: UUID) -> str:
    """Show one inspection; `queue` = the review queue that it was opened from."""
    return _shown(str(inspection_id), queue=request.args.get("queue"))


@bp.get("/inspections/<uuid:inspection_id>/history")
@signed_in()
def past(inspection_id: UUID) -> str:
    """Show everything that was done to it, newest first."""
    session = db.session()
    inspection = inspection_view.existing(session, str(inspection_id), current_user.user)
    total = history.size(session, inspection.id, inspection.scope)
    page, pages, part = paging.placed(paging.asked(request.args.get("page", "")), total, history.PAGE_SIZE)
    entries = history.of_inspection(session, inspection.id, inspection.scope, offset=part.start)
    return render_template("history.html", inspection=inspection, title=inspection_view.title(session, inspection),
                           entries=entries, total=total, page=page, pages=pages)  # fmt: skip


@bp.post("/inspections/<uuid:inspection_id>/review")
@signed_in(Role.SUPERVISOR)
def decide(inspection_id: UUID) -> Any:
    """Ask to confirm a decision, or with `confirm` write it."""
    id, form, user = str(inspection_id), request.form, current_user.user
    items = [(finding, form.get(f"remark-{finding}", "")) for finding in dict.fromkeys(form.getlist("finding"))]
    wanted = Decision.of(form.get("decision", ""), form.get("remark", ""), items, form.get("seen", ""))
    queue = form.get("queue")
    if not form.get("confirm"):
        outcome = review.check(db.session(), id, wanted, user=user)
        if outcome.result == "done":
            page = inspection_view.page(db.session(), id, user, local(now()).date())
            return render_template("review_confirm.html", page=page, wanted=wanted, queue=queue)
    else:
        actor, role = user.id, user.role
        with writing(db.session) as session:
            outcome = review.decide(session, id, wanted, actor=actor, role=role, now=now())
    if outcome.result == "stale":
        return Response(_shown(id, queue=queue, wanted=wanted, changes=outcome.changes), status=409)
    name = inspection_view.title(db.session(), inspection_view.existing(db.session(), id, user))
    flash(f"{name}: quyết định này đã được ghi từ trước." if outcome.result == "already" else _said(wanted, name))
    return redirect(_onward(id, queue), 303)


def _onward(id: str, queue: str | None) -> str:
    """Where to go after a decision: the next in the queue, the queue where that was the last, else the same page."""
    if queue is None:
        return url_for("inspections.one", inspection_id=id)
    wanted = review_queue.Filter.read(queue)
    following = review_queue.neighbours(db.session(), wanted, id, current_user.user, now()).next
    if following is None:
        return filtered("review.queue", wanted.fields)()
    return url_for("inspections.one", inspection_id=following, queue=wanted.query)


def _shown(id: str, *, queue: str | None = None, wanted: Decision | None = None, changes: Any = ()) -> str:
    """The page of one inspection; `wanted` fills in what a supervisor typed before it had to be shown again."""
    page = inspection_view.page(db.session(), id, current_user.user, local(now()).date())
    marked = {item.finding_id: item.remark for item in wanted.items} if wanted else {}
    reviews = review.may_review(current_user.user)
    allowed = review.allowed(page.status, current_user.user)
    filters = review_queue.Filter.read(queue) if queue is not None and reviews else None
    return render_template("inspection.html", page=page, allowed=allowed, wanted=wanted, marked=marked, changes=changes,
                           refused=review.no_step(page.state, wanted.decision) if wanted and not allowed else "",
                           standing=review_remarks.standing(page.remarks) if reviews else {},
                           queue=filters.query if filters else None, queue_fields=filters.fields if filters else {},
                           place=review_queue.neighbours(db.session(), filters, id, current_user.user, now()) if filters else None,
                           cases=cases.of_inspection(db.session(), id) if reviews else (),
                           may_open_case=reviews and cases.may_open(db.session(), id),
                           card=slip_card.of_inspection(db.session(), id, page.state, local(now()).date()),
                           papers={each.instrument_id: each for each in slip_papers.of_slip(db.session(), id, now())} if reviews and page.state.get("session_id") else {},
                           offers=_offers(id) if reviews else (),
                           issued=next((m for m in page.minutes if m.id == request.args.get("issued")), None))  # fmt: skip


def _offers(id: str) -> list[Offer]:
    """The papers that may be issued here."""
    return paper_desk.offers(db.session(), inspection_view.existing(db.session(), id, current_user.user))


def _said(wanted: Decision, name: str) -> str:
    if wanted.decision == "approved":
        return f"Đã phê duyệt: {name}. Máy tính bảng của đoàn sẽ thấy ở lần đồng bộ tới."
    return f"Đã trả lại để bổ sung: {name}. Máy tính bảng của đoàn sẽ thấy ý kiến này ở lần đồng bộ tới."
