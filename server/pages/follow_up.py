"""/follow-up: the follow-up board of each decision, and the planning of re-checks from what is still open."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import campaign_sites, follow_up, follow_up_list, rechecks, repeat_inspections
from server.services.follow_up import Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("follow_up", __name__)


@bp.get("/follow-up")
@signed_in()
def listed() -> str:
    """List the decisions, those with something overdue first."""
    found = follow_up_list.decisions(db.session(), current_user.user, local(now()).date())
    return render_template("follow_up.html", found=found)


@bp.get("/follow-up/<uuid:campaign_id>")
@signed_in()
def board(campaign_id: UUID) -> str:
    """Show each establishment of a decision, from announcement to closed."""
    args, today = request.args, local(now()).date()
    wanted = Filter.of(args.get("stage", ""), args.get("q", ""), args.get("page", ""))
    found = follow_up.board(db.session(), str(campaign_id), wanted, current_user.user, today)
    return render_template("follow_up_board.html", wanted=wanted, found=found, today=today,
                           again=repeat_inspections.bases(found.campaign), reasons=campaign_sites.given_up(found.campaign),
                           link=filtered("follow_up.board", {"stage": wanted.stage, "q": wanted.text}, campaign_id=campaign_id))  # fmt: skip


@bp.get("/inspections/<uuid:inspection_id>/recheck")
@signed_in(Role.SUPERVISOR)
def ask_to_recheck(inspection_id: UUID) -> str:
    """Show what is still open of an inspection, and ask when and by whom it is looked at again."""
    return _asked(str(inspection_id))


@bp.post("/inspections/<uuid:inspection_id>/recheck")
@signed_in(Role.SUPERVISOR)
def recheck(inspection_id: UUID) -> Any:
    """Plan the re-check."""
    id, form = str(inspection_id), request.form
    typed = {"planned_on": form.get("planned_on", ""), "lead": form.get("lead", "")}
    try:
        with writing(db.session) as session:
            made = rechecks.plan(session, id, **typed, codes=form.getlist("code"), actor=current_user.user.id, at=now())
    except Problem as problem:
        if problem.code is not ProblemCode.INVALID_REQUEST:
            raise
        return Response(_asked(id, problem.detail, **typed), status=problem.code.status)
    flash(gettext("Đã lên kế hoạch kiểm tra lại. Máy tính bảng của đoàn sẽ thấy ở lần đồng bộ tới."))
    return redirect(url_for("inspections.one", inspection_id=made), 303)


def _asked(id: str, fault: str = "", planned_on: str = "", lead: str = "") -> str:
    found = rechecks.offered(db.session(), id)
    return render_template("recheck.html", found=found, fault=fault, planned_on=planned_on, lead=lead)
