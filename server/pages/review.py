"""/review: the queue of inspections that wait for a supervisor, approving several clean ones, remarks about findings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.extensions import db
from server.pages.addresses import filtered
from server.services import review_clean, review_queue, review_remarks
from server.services.review_queue import Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("review", __name__)


@bp.get("/review")
@signed_in(Role.SUPERVISOR)
def queue() -> str:
    """List what waits, the oldest first."""
    wanted = Filter.of(request.args)
    found = review_queue.listing(db.session(), wanted, current_user.user, now())
    return render_template("review_queue.html", wanted=wanted, found=found, link=filtered("review.queue", wanted.fields),
                           verdicts=review_queue.VERDICTS, warnings=review_queue.WARNED, ages=review_queue.AGES)  # fmt: skip


@bp.post("/review/approvals")
@signed_in(Role.SUPERVISOR)
def approve() -> Any:
    """Ask to confirm approving the ticked ones that are clean, or with `confirm` approve them."""
    form, user, today = request.form, current_user.user, local(now()).date()
    wanted, ids = Filter.read(form.get("queue", "")), form.getlist("inspection")
    if not form.get("confirm"):
        found = review_clean.candidates(db.session(), ids, user=user, today=today)
        return render_template("review_approvals.html", wanted=wanted, found=found, done=())
    chosen = [(id, form.get(f"seen-{id}", "")) for id in ids]
    with writing(db.session) as session:
        done = review_clean.approve(session, chosen, user=user, now=now(), today=today)
    if any(one.result == "left" for one in done):
        return render_template("review_approvals.html", wanted=wanted, found=(), done=done)
    flash(gettext("Đã phê duyệt %(count)s cuộc kiểm tra.", count=len(done)))
    return redirect(filtered("review.queue", wanted.fields)(), 303)


@bp.post("/inspections/<uuid:inspection_id>/remarks")
@signed_in(Role.SUPERVISOR)
def say(inspection_id: UUID) -> Any:
    """Keep a remark about one finding."""
    form, actor = request.form, current_user.user.id
    finding = form.get("finding", "")
    with writing(db.session) as session:
        is_new = review_remarks.add(session, str(inspection_id), finding, form.get("text", ""), actor=actor, now=now())
    flash(
        "Đã ghi nhận xét. Đoàn chỉ thấy khi mục này được trả lại." if is_new else "Nhận xét này đã được ghi từ trước."
    )
    return redirect(_finding(inspection_id, finding), 303)


@bp.post("/inspections/<uuid:inspection_id>/remarks/<uuid:remark_id>/withdrawal")
@signed_in(Role.SUPERVISOR)
def withdraw(inspection_id: UUID, remark_id: UUID) -> Any:
    """Take a remark back; its text stays."""
    with writing(db.session) as session:
        review_remarks.withdraw(session, str(inspection_id), str(remark_id), actor=current_user.user.id, now=now())
    flash(gettext("Đã rút lại nhận xét."))
    return redirect(_finding(inspection_id, request.form.get("finding", "")), 303)


def _finding(inspection_id: UUID, finding: str) -> str:
    """The address of a finding on its inspection's page, in the queue that the page was opened from."""
    queue = request.form.get("queue")
    return url_for("inspections.one", inspection_id=inspection_id, queue=queue, _anchor=f"finding-{finding}")
