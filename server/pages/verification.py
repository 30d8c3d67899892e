"""/verification: the sessions of mobile verification teams, one with its queue, opening one beforehand, closing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import site_picker, verification_desk, verification_opening, verifiers
from server.services.days import day_of
from server.services.verification_desk import Filter
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("verification", __name__)


@bp.get("/verification")
@signed_in()
def listed() -> Any:
    """List the sessions that this person may read."""
    session, user, wanted = db.session(), current_user.user, Filter.of(request.args)
    if file := exported.asked(lambda: verification_desk.export(session, wanted, user)):
        return file
    found = verification_desk.listing(session, wanted, user)
    return render_template("verification.html", wanted=wanted, found=found, link=filtered("verification.listed", wanted.fields),
                           openable=verification_opening.openable(session) if user.role in verification_opening.OPENERS else [])  # fmt: skip


@bp.get("/verification/<uuid:session_id>")
@signed_in()
def one(session_id: UUID) -> str:
    """Show one session with its queue."""
    return _shown(str(session_id))


@bp.get("/verification/new/<uuid:campaign_id>")
@signed_in(Role.SUPERVISOR)
def ask_to_open(campaign_id: UUID) -> str:
    """Show the form of a new session of a campaign."""
    return _form(str(campaign_id), url_for("verification.open_one", campaign_id=campaign_id))


@bp.post("/verification/new/<uuid:campaign_id>")
@signed_in(Role.SUPERVISOR)
def open_one(campaign_id: UUID) -> Any:
    """Open a session; the tablets of the team find it at their next pull."""
    form, actor, id = request.form, current_user.user.id, str(campaign_id)
    made: list[str] = []

    def work(session: Session) -> None:
        chosen = form.getlist("verifiers"), form.getlist("standards")
        made.append(verification_opening.open_session(session, id, form, *chosen, actor=actor, now=now()))

    def again(error: str) -> str:
        return _form(id, url_for("verification.open_one", campaign_id=id), error, form)

    return _done(work, "Đã mở phiên kiểm định.", lambda: made[0], again)


@bp.get("/verification/<uuid:session_id>/edit")
@signed_in(Role.SUPERVISOR)
def ask_to_amend(session_id: UUID) -> str:
    """Show the form of an open session as it stands."""
    return _amending(str(session_id))


@bp.post("/verification/<uuid:session_id>/edit")
@signed_in(Role.SUPERVISOR)
def amend(session_id: UUID) -> Any:
    """Change where, when and by whom a session is held."""
    form, actor, id = request.form, current_user.user.id, str(session_id)

    def work(session: Session) -> None:
        chosen = form.getlist("verifiers"), form.getlist("standards")
        verification_opening.amend(session, id, form, *chosen, seen=form.get("seen", ""), actor=actor, now=now())

    return _done(work, "Đã ghi thay đổi của phiên.", lambda: id, lambda error: _amending(id, error, form))


@bp.post("/verification/<uuid:session_id>/close")
@signed_in(Role.SUPERVISOR)
def close(session_id: UUID) -> Any:
    """Close a session whose day is over."""
    form, actor, id = request.form, current_user.user.id, str(session_id)

    def work(session: Session) -> None:
        verification_opening.close(session, id, seen=form.get("seen", ""), actor=actor, now=now())

    return _done(work, "Đã đóng phiên.", lambda: id, lambda error: _shown(id, error))


def _done(work: Callable[[Session], None], said: str, id: Callable[[], str], again: Callable[[str], str]) -> Any:
    try:
        with writing(db.session) as session:
            work(session)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(again(problem.detail), status=problem.code.status)
    flash(said)
    return redirect(url_for("verification.one", session_id=id()), 303)


def _shown(id: str, error: str | None = None) -> str:
    page = verification_desk.page(db.session(), id, current_user.user)
    return render_template("verification_session.html", page=page, error=error, procedures=verifiers.procedures(),
                           may_open=current_user.user.role in verification_opening.OPENERS)  # fmt: skip


def _amending(id: str, error: str | None = None, typed: Any = None) -> str:
    found = verification_desk.existing(db.session(), id, current_user.user)
    target = url_for("verification.amend", session_id=id)
    return _form(str(found.parent), target, error, typed, found)


def _form(campaign_id: str, target: str, error: str | None = None, typed: Any = None, standing: Any = None) -> str:
    session = db.session()
    found = verification_opening.choices(session, campaign_id)
    kept = {} if standing is None else standing.state
    said = kept if typed is None else {**typed, **{name: typed.getlist(name) for name in ("verifiers", "standards")}}
    on = day_of(said.get("on")) or day_of(found.campaign.state.get("starts_on")) or local(now()).date()
    return render_template("verification_form.html", found=found, target=target, error=error, said=said, standing=standing,
                           on=on.isoformat(), districts=site_picker.districts(session, on), procedures=verifiers.procedures())  # fmt: skip
