"""/programme: the year as months x activities, one activity with its sources and campaigns, what arises in the year."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from checklists import domains
from server.db import campaign_drafts
from server.db.programme import Programme
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import (
    accounts,
    inspection_list,
    programme,
    programme_additions,
    programme_board,
    programme_results,
    programme_words,
)
from server.services.campaign_kinds import KINDS
from server.services.programme_additions import Addition
from server.services.programme_board import STATES, Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("programme", __name__)


@bp.get("/programme")
@signed_in()
def listed() -> str:
    """Show the year's board, of the newest programme or the one asked for."""
    args, session = request.args, db.session()
    found = programme_board.chosen(session, args.get("programme", ""))
    if found is None:
        return render_template("programme.html", board=None)
    wanted = Filter.of(args, found.year, local(now()).date())
    fields = {"programme": args.get("programme", ""), "on": args.get("on", ""), "domain": wanted.domain, "kind": wanted.kind,
              "scope": wanted.scope, "state": wanted.state}  # fmt: skip
    return render_template("programme.html", board=programme_board.board(session, found, wanted), wanted=wanted,
                           states=STATES, link=filtered("programme.listed", fields))  # fmt: skip


@bp.get("/programme/<programme_id>/<code>")
@signed_in()
def activity(programme_id: str, code: str) -> str:
    """Show one activity: where it comes from, who approves it, its campaigns."""
    return _activity(programme_id, code)


@bp.get("/programme/<programme_id>/new")
@signed_in(Role.SUPERVISOR)
def ask_to_add(programme_id: str) -> str:
    """Show the empty form of what arose."""
    return _form(_programme(programme_id))


@bp.post("/programme/<programme_id>/new")
@signed_in(Role.SUPERVISOR)
def add(programme_id: str) -> Any:
    """Show what would be added, or with `confirm` add it."""
    form, actor, found = request.form, current_user.user.id, _programme(programme_id)
    try:
        addition = Addition.of(form, form.getlist("months"), found.year, local(now()).date())
        if not form.get("confirm"):
            return render_template("programme_addition.html", programme=found, addition=addition, kinds=KINDS,
                                   domain=domains.of(addition.domain))  # fmt: skip
        with writing(db.session) as session:
            code = programme_additions.add(session, programme_id, addition, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_form(_programme(programme_id), problem.detail), status=problem.code.status)
    flash(gettext("Đã ghi nội dung phát sinh %(code)s vào chương trình.", code=code))
    return redirect(url_for("programme.activity", programme_id=programme_id, code=code), 303)


@bp.post("/programme/<programme_id>/<code>/withdraw")
@signed_in(Role.SUPERVISOR)
def withdraw(programme_id: str, code: str) -> Any:
    """Strike out what was added, for a reason."""
    form, actor, seen = request.form, current_user.user.id, request.form.get("seen", "")
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    try:
        with writing(db.session) as session:
            programme_additions.withdraw(session, programme_id, code, form.get("reason", ""), seen=revision, actor=actor, now=now())  # fmt: skip
    except Problem as problem:
        return _refused(programme_id, code, problem)
    flash(gettext("Đã rút %(code)s; nội dung và lý do còn trong chương trình và nhật ký.", code=code))
    return redirect(url_for("programme.activity", programme_id=programme_id, code=code), 303)


@bp.post("/programme/<programme_id>/<code>/done")
@signed_in(Role.SUPERVISOR)
def done(programme_id: str, code: str) -> Any:
    """Enter that an activity without a checklist was done, and which paper shows it."""
    form, actor, today = request.form, current_user.user.id, local(now()).date()
    try:
        with writing(db.session) as session:
            programme_results.record(session, programme_id, code, form, actor=actor, today=today, now=now())
    except Problem as problem:
        return _refused(programme_id, code, problem)
    flash(f"Đã ghi {code} hoàn thành trong tháng {form['month']}.")
    return redirect(url_for("programme.activity", programme_id=programme_id, code=code), 303)


@bp.post("/programme/<programme_id>/<code>/done/<uuid:result_id>")
@signed_in(Role.SUPERVISOR)
def strike(programme_id: str, code: str, result_id: UUID) -> Any:
    """Strike out what was entered by mistake, for a reason."""
    form, actor = request.form, current_user.user.id
    try:
        with writing(db.session) as session:
            programme_results.strike(session, programme_id, code, str(result_id), form.get("reason", ""),
                                     seen=form.get("seen", ""), actor=actor, now=now())  # fmt: skip
    except Problem as problem:
        return _refused(programme_id, code, problem)
    flash(gettext("Đã rút ghi nhận; nội dung và lý do còn ở dưới và trong nhật ký."))
    return redirect(url_for("programme.activity", programme_id=programme_id, code=code), 303)


def _refused(programme_id: str, code: str, problem: Problem) -> Response:
    if problem.code is ProblemCode.NOT_FOUND:
        raise problem
    return Response(_activity(programme_id, code, problem.detail), status=problem.code.status)


def _activity(programme_id: str, code: str, error: str | None = None) -> str:
    session, args = db.session(), request.args
    found = _programme(programme_id)
    wanted = Filter.of(args, found.year, local(now()).date())
    row = programme_board.one(session, programme_id, code, wanted.on)
    return render_template("programme_activity.html", programme=found, row=row, wanted=wanted, states=STATES, error=error, words=programme_words,
                           drafts=campaign_drafts.of_activity(session, f"{programme_id}/{code}"),
                           visible=inspection_list.visible_campaigns(session, current_user.user),
                           domain=domains.of(row.activity.domain), people=accounts.names(session), typed=request.form)  # fmt: skip


def _form(found: Programme, error: str | None = None) -> str:
    kinds = [kind for kind in KINDS.values() if kind.in_force_within(found.year)]
    return render_template("programme_new.html", programme=found, kinds=kinds, error=error, typed=request.form,
                           domains=sorted(domains.load().values(), key=lambda d: d.title))  # fmt: skip


def _programme(programme_id: str) -> Programme:
    return programme.existing(db.session(), programme_id)
