"""/inspections/<id>/instruments/<id>/<form>, /certificates/<id>/replacement: papers of verified instruments, read and issued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing.minutes import render
from server.security.keys import server_key
from server.services import inspection_view, ledger, minutes, verification_papers
from server.services.verification_papers import Sheet
from server.settings import Settings
from server.web.guards import now, signed_in
from server.web.pdf import opened
from server.web.transaction import writing

bp = Blueprint("verification_papers", __name__)


@bp.get("/inspections/<uuid:inspection_id>/instruments/<uuid:instrument_id>/<form>")
@signed_in(Role.SUPERVISOR)
def ask(inspection_id: UUID, instrument_id: UUID, form: str) -> str:
    """Show what would be issued and ask to confirm."""
    return _asking(str(inspection_id), str(instrument_id), form)


@bp.get("/inspections/<uuid:inspection_id>/instruments/<uuid:instrument_id>/<form>/draft.pdf")
@signed_in(Role.SUPERVISOR)
def draft(inspection_id: UUID, instrument_id: UUID, form: str) -> Response:
    """Print it as a draft, without a number."""
    settings: Settings = current_app.config["SETTINGS"]
    data = verification_papers.draft(
        db.session(), str(inspection_id), form, str(instrument_id), render, host=settings.public_host, at=now(),
        actor=current_user.user.id, signer=request.args.get("signer", ""),
    )  # fmt: skip
    return opened(data, "ban-du-thao.pdf")


@bp.post("/inspections/<uuid:inspection_id>/instruments/<uuid:instrument_id>/<form>")
@signed_in(Role.SUPERVISOR)
def issue(inspection_id: UUID, instrument_id: UUID, form: str) -> Any:
    """Issue it; the same form sent twice issues one paper."""
    slip, instrument = str(inspection_id), str(instrument_id)

    def work(session: Session, **given: Any) -> str:
        return verification_papers.issue(session, slip, form, instrument, **given)

    return _done(work, lambda error: _asking(slip, instrument, form, error))


@bp.get("/certificates/<uuid:minutes_id>/replacement")
@signed_in(Role.SUPERVISOR)
def ask_to_replace(minutes_id: UUID) -> str:
    """Show what would be issued in the place of a certificate and ask why."""
    return _replacing(str(minutes_id))


@bp.post("/certificates/<uuid:minutes_id>/replacement")
@signed_in(Role.SUPERVISOR)
def replace(minutes_id: UUID) -> Any:
    """Issue it and void the one that it replaces."""
    old, reason = str(minutes_id), request.form.get("reason", "")

    def work(session: Session, **given: Any) -> str:
        return verification_papers.replace(session, old, reason, **given)

    return _done(work, lambda error: _replacing(old, error))


def _done(work: Callable[..., str], again: Callable[[str], str]) -> Any:
    """Issue by a form that was read; what is refused shows the form again, with what was typed."""
    settings: Settings = current_app.config["SETTINGS"]
    given, actor, key = request.form, current_user.user.id, server_key(settings.instance)
    id, signer, seen = _new_id(given.get("id", "")), given.get("signer", ""), given.get("seen", "")
    try:
        with writing(db.session) as session:
            work(session, actor=actor, key=key, now=now(), id=id, signer=signer, seen=seen)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(again(problem.detail), status=problem.code.status)
    slip = minutes.existing(db.session(), "minutes", id).parent
    return redirect(url_for("inspections.one", inspection_id=slip, issued=id) + "#papers", 303)


def _asking(inspection_id: str, instrument_id: str, form: str, error: str = "") -> str:
    session = db.session()
    found = verification_papers.sheet(session, inspection_id, form, instrument_id, at=now(), actor=current_user.user.id)
    target = url_for("verification_papers.issue", inspection_id=inspection_id, instrument_id=instrument_id, form=form)
    return _page(inspection_id, found, target, error)


def _replacing(minutes_id: str, error: str = "") -> str:
    slip, found = verification_papers.sheet_instead(db.session(), minutes_id, at=now(), actor=current_user.user.id)
    return _page(slip, found, url_for("verification_papers.replace", minutes_id=minutes_id), error)


def _page(inspection_id: str, sheet: Sheet, target: str, error: str) -> str:
    session = db.session()
    inspection = inspection_view.existing(session, inspection_id, current_user.user)
    return render_template("verification_paper.html", sheet=sheet, inspection=inspection, target=target, error=error,
                           site=inspection_view.title(session, inspection), new_id=ledger.new_id(),
                           signer=request.values.get("signer", ""), reason=request.form.get("reason", ""))  # fmt: skip


def _new_id(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu không đầy đủ: hãy mở lại trang.") from None
