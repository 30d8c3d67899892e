"""/campaigns/<id>/sites: one more establishment for an open campaign, or one given up with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db import documents
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import campaign_sites, repeat_inspections, site_picker
from server.services.days import day_of
from server.services.site_picker import Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("campaign_sites", __name__)


@bp.get("/campaigns/<uuid:campaign_id>/sites")
@signed_in(Role.SUPERVISOR)
def listed(campaign_id: UUID) -> str:
    """Show the sites of a campaign, and those of the register that words find."""
    return _shown(str(campaign_id))


@bp.post("/campaigns/<uuid:campaign_id>/sites")
@signed_in(Role.SUPERVISOR)
def change(campaign_id: UUID) -> Any:
    """Add one establishment with its visit, or give one up."""
    id, form, actor = str(campaign_id), request.form, current_user.user.id
    site, seen = form.get("site", ""), form.get("seen", "")
    try:
        with writing(db.session) as session:
            if form.get("act") == "give_up":
                campaign_sites.give_up(session, id, site, form.get("reason", ""), seen=seen, actor=actor, now=now())
            else:
                campaign_sites.add(session, id, site, planned_on=form.get("planned_on", ""), text=form.get("text", ""),
                                   document=form.get("document", ""), seen=seen, actor=actor, now=now())  # fmt: skip
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(id, problem.detail), status=problem.code.status)
    flash(
        gettext("Đã bỏ cơ sở khỏi đợt.")
        if form.get("act") == "give_up"
        else gettext("Đã thêm cơ sở và cuộc kiểm tra vào đợt.")
    )
    return redirect(url_for("campaign_sites.listed", campaign_id=id), 303)


def _shown(id: str, error: str | None = None) -> str:
    session, typed = db.session(), request.form
    campaign = documents.get(session, "campaign", id)
    if campaign is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có đợt kiểm tra này.")
    on = day_of(campaign.state.get("starts_on")) or local(now()).date()
    listed = list(campaign.state.get("establishment_ids") or ())
    wanted = Filter.of(request.values)
    found = site_picker.page(session, wanted, on) if wanted.text else None
    seen = {} if found is None else repeat_inspections.earlier(session, [r.id for r in found.rows], on.year, but=id)
    visits = {str(i.state.get("establishment_id")): i.state for i in documents.children(session, id, "inspection")}
    return render_template("campaign_sites.html", campaign=campaign, error=error, typed=typed, wanted=wanted, found=found, seen=seen,
                           rows=site_picker.rows_of(session, listed, on), visits=visits, chosen=set(listed),
                           reasons=campaign_sites.given_up(campaign.state))  # fmt: skip
