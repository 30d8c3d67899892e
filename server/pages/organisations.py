"""/organisations: the agencies of the house, what their papers take from them, and whether they let people sign on a screen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem
from server.extensions import db
from server.services import organisations
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("organisations", __name__)


@bp.get("/organisations")
@signed_in(Role.ADMIN)
def listed() -> str:
    """List the organisations."""
    return render_template("organisations.html", found=organisations.listing(db.session()))


@bp.get("/organisations/<uuid:organisation_id>/drawn-signatures")
@signed_in(Role.ADMIN)
def ask(organisation_id: UUID) -> str:
    """Say what the switch changes, and ask."""
    return _asked(str(organisation_id))


@bp.post("/organisations/<uuid:organisation_id>/drawn-signatures")
@signed_in(Role.ADMIN)
def switch(organisation_id: UUID) -> Any:
    """Allow signatures drawn on a tablet's screen, or allow them no longer."""
    id, form, actor = str(organisation_id), request.form, current_user.user.id
    seen = form.get("seen", "")
    try:
        with writing(db.session) as session:
            allowed = form.get("allowed") == "1"
            organisations.allow_drawn_signatures(
                session, id, allowed=allowed, actor=actor, at=now(), seen=int(seen) if _is_number(seen) else -1
            )
    except Problem as problem:
        db.session().rollback()  # what was read before a refusal may be stale
        return Response(_asked(id, problem.detail), status=problem.code.status)
    flash(gettext("Đã cho phép ký trên màn hình.") if allowed else gettext("Đã thôi cho phép ký trên màn hình."))
    return redirect(url_for("organisations.listed"), 303)


def _asked(id: str, error: str | None = None) -> str:
    return render_template("organisation_drawn.html", one=organisations.one(db.session(), id), error=error)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
