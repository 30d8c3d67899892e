"""/planning: the plan of a campaign page by page: decision, team, sites, a last look, and opening it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.campaign_drafts import CampaignDraft
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import (
    accounts,
    campaign_drafts,
    campaign_opening,
    establishment_register,
    programme_additions,
    repeat_inspections,
    site_picker,
    users,
    verifiers,
)
from server.services.campaign_drafts import TRIGGERS
from server.services.days import day_of
from server.services.inspection_plans import GENERAL
from server.services.site_picker import Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import TEAM_ROLES, local

bp = Blueprint("planning", __name__)


@bp.post("/programme/<programme_id>/<code>/plan")
@signed_in(Role.SUPERVISOR)
def begin(programme_id: str, code: str) -> Any:
    """Begin the plan of a campaign for an activity."""
    actor, today = current_user.user.id, local(now()).date()
    with writing(db.session) as session:
        id = campaign_drafts.begin(session, f"{programme_id}/{code}", actor=actor, today=today, now=now())
    return redirect(url_for("planning.decision", draft_id=id), 303)


@bp.get("/planning/<uuid:draft_id>")
@signed_in(Role.SUPERVISOR)
def decision(draft_id: UUID) -> str:
    """Show the first page: decision, period, checklists, standards."""
    return _decision(str(draft_id))


@bp.post("/planning/<uuid:draft_id>")
@signed_in(Role.SUPERVISOR)
def set_decision(draft_id: UUID) -> Any:
    """Write the first page and go on to the team."""
    form, id = request.form, str(draft_id)
    lists = {name: form.getlist(name) for name in ("checklists", "standards")}

    def work(session: Session) -> None:
        campaign_drafts.set_decision(session, id, form, lists, seen=form.get("seen", ""), now=now())

    return _done(work, "planning.team", id, lambda error: _decision(id, error, form))


@bp.get("/planning/<uuid:draft_id>/team")
@signed_in(Role.SUPERVISOR)
def team(draft_id: UUID) -> str:
    """Show the second page: who is on the team."""
    return _team(str(draft_id))


@bp.post("/planning/<uuid:draft_id>/team")
@signed_in(Role.SUPERVISOR)
def change_team(draft_id: UUID) -> Any:
    """Put somebody on the team, or take them off."""
    form, id, seen = request.form, str(draft_id), request.form.get("seen", "")

    def work(session: Session) -> None:
        if "drop" in form:
            campaign_drafts.drop_member(session, id, form["drop"], seen=seen, now=now())
        else:
            campaign_drafts.add_member(session, id, form, form.getlist("procedures"), seen=seen, now=now())

    return _done(work, "planning.team", id, lambda error: _team(id, error, form))


@bp.get("/planning/<uuid:draft_id>/sites")
@signed_in(Role.SUPERVISOR)
def sites(draft_id: UUID) -> str:
    """Show the third page: establishments of the register to choose from."""
    return _sites(str(draft_id), request.args)


@bp.post("/planning/<uuid:draft_id>/sites")
@signed_in(Role.SUPERVISOR)
def choose(draft_id: UUID) -> Any:
    """Choose what is ticked, the whole page or all that match; or take off what is ticked."""
    form, id, seen = request.form, str(draft_id), request.form.get("seen", "")
    said: list[str] = []

    def work(session: Session) -> None:
        if form.get("act") == "drop":
            said.append(f"Đã bỏ {campaign_drafts.drop(session, id, form.getlist('site'), seen=seen, now=now())} cơ sở.")
            return
        ids = form.getlist("on_page") if form.get("act") == "page" else form.getlist("site")
        if form.get("act") == "all":
            ids = site_picker.all_ids(session, Filter.of(form), _day(campaign_drafts.get(session, id)))
            if len(ids) > site_picker.MAX_ALL:
                raise Problem(ProblemCode.INVALID_REQUEST, f"Có hơn {site_picker.MAX_ALL} cơ sở khớp: hãy lọc hẹp hơn.")
        said.append(f"Đã chọn thêm {campaign_drafts.choose(session, id, ids, seen=seen, now=now())} cơ sở.")

    answer = _done(work, "planning.sites", id, lambda error: _sites(id, form, error), **_asked(form))
    for each in said if answer.status_code < 400 else ():
        flash(each)
    return answer


@bp.get("/planning/<uuid:draft_id>/check")
@signed_in(Role.SUPERVISOR)
def check(draft_id: UUID) -> str:
    """Show the last page: what is missing, who was inspected already, the visits as planned."""
    return _check(str(draft_id))


@bp.post("/planning/<uuid:draft_id>/bases")
@signed_in(Role.SUPERVISOR)
def set_bases(draft_id: UUID) -> Any:
    """Keep why sites are inspected again this year."""
    form, id = request.form, str(draft_id)
    said = {site: (form.get(f"text-{site}", ""), form.get(f"document-{site}", "")) for site in form.getlist("repeat")}

    def work(session: Session) -> None:
        campaign_drafts.set_bases(session, id, said, seen=form.get("seen", ""), now=now())

    return _done(work, "planning.check", id, lambda error: _check(id, error, form))


@bp.post("/planning/<uuid:draft_id>/open")
@signed_in(Role.SUPERVISOR)
def open_one(draft_id: UUID) -> Any:
    """Open the campaign with its inspections."""
    id, actor = str(draft_id), current_user.user.id
    try:
        with writing(db.session) as session:
            made = campaign_opening.open_campaign(
                session, id, seen=request.form.get("seen", ""), actor=actor, now=now()
            )
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_check(id, problem.detail), status=problem.code.status)
    flash(gettext("Đã mở đợt kiểm tra. Máy tính bảng của đoàn nhận ở lần đồng bộ tới."))
    return redirect(url_for("follow_up.board", campaign_id=made), 303)


def _done(
    work: Callable[[Session], None], endpoint: str, id: str, again: Callable[[str], str], **more: Any
) -> Response:
    """Do a page's work and go on; on a refusal show the page again with what was typed."""
    try:
        with writing(db.session) as session:
            work(session)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(again(problem.detail), status=problem.code.status)
    return Response(status=303, headers={"Location": url_for(endpoint, draft_id=id, **more)})


def _decision(id: str, error: str | None = None, typed: Any = None) -> str:
    session = db.session()
    draft = campaign_drafts.get(session, id)
    known = catalog.load()
    lists = [(code, known.latest(code).title.vi) for code in sorted({c.code for c in known.all()} - {GENERAL})]
    return render_template("planning_decision.html", draft=draft, error=error, typed=typed, triggers=TRIGGERS, lists=lists,
                           activity=programme_additions.find(session, draft.activity),
                           organisations=documents.of_kind(session, "organisation"),
                           standards=sorted(documents.of_kind(session, "measurement_standard"), key=lambda d: str(d.state.get("name"))))  # fmt: skip


def _team(id: str, error: str | None = None, typed: Any = None) -> str:
    session = db.session()
    draft = campaign_drafts.get(session, id)
    taken = {m["user_id"] for m in draft.state["team"]}
    people = [u for u in users.every(session) if u.is_active and u.id not in taken and u.role in {Role.INSPECTOR, Role.TEAM_LEADER}]  # fmt: skip
    organisation = documents.get(session, "organisation", draft.state["organisation_id"])
    activity = programme_additions.find(session, draft.activity)
    verifies = activity is not None and activity.kind == verifiers.KIND
    return render_template("planning_team.html", draft=draft, error=error, typed=typed or {}, roles=TEAM_ROLES, people=people,
                           agency="" if organisation is None else organisation.state.get("name"),
                           procedures=verifiers.procedures() if verifies else {})  # fmt: skip


def _sites(id: str, args: Mapping[str, str], error: str | None = None) -> str:
    session = db.session()
    draft = campaign_drafts.get(session, id)
    wanted, on = Filter.of(args), _day(draft)
    found = site_picker.page(session, wanted, on)
    seen = repeat_inspections.earlier(session, [row.id for row in found.rows], on.year)
    return render_template("planning_sites.html", draft=draft, error=error, wanted=wanted, found=found, seen=seen,
                           chosen=set(draft.state["sites"]), lines=establishment_register.lines(session),
                           districts=site_picker.districts(session, on), on=on,
                           link=filtered("planning.sites", _asked(args), draft_id=id))  # fmt: skip


def _check(id: str, error: str | None = None, typed: Any = None) -> str:
    session = db.session()
    draft = campaign_drafts.get(session, id)
    return render_template("planning_check.html", draft=draft, error=error, typed=typed or {}, people=accounts.names(session),
                           found=campaign_opening.check(session, draft), triggers=TRIGGERS, roles=TEAM_ROLES,
                           activity=programme_additions.find(session, draft.activity))  # fmt: skip


def _asked(args: Mapping[str, str]) -> dict[str, str]:
    return {name: args.get(name, "") for name in ("area", "line", "q", "overdue", "page") if args.get(name)}


def _day(draft: CampaignDraft) -> date:
    """The day against which verifications are held: the first of the campaign."""
    return day_of(draft.state["starts_on"]) or local(now()).date()
