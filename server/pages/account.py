"""/account: one's own password, second factor and recovery codes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm import Session

from server.db.users import NEEDS_SECOND_FACTOR, User
from server.errors import Problem
from server.extensions import db, limiter
from server.pages import sessions
from server.printing import enrolment_qr
from server.services import account_acts, second_factor
from server.services.second_factor import Started
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("account", __name__)
FAILURES = "10 per minute"
"""Wrong passwords or codes of one person who is signed in: a desk left open is no place to guess."""


def _own_id() -> str:
    return current_user.user.id if current_user.is_authenticated else "nobody"


def _failed(response: Response) -> bool:
    return response.status_code == 400


@bp.get("/account")
@signed_in()
def one() -> str:
    """Show one's own account."""
    left = second_factor.codes_left(db.session(), current_user.user.id)
    return render_template("account.html", codes_left=left, is_needed=current_user.user.role in NEEDS_SECOND_FACTOR)


@bp.get("/account/password")
@signed_in()
def ask_for_password() -> str:
    """Ask for the old and the new password."""
    return render_template("account_password.html", error=None)


@bp.post("/account/password")
@limiter.limit(FAILURES, key_func=_own_id, deduct_when=_failed)
@signed_in()
def change_password() -> Any:
    """Change one's own password; this session goes on, others end."""
    form, id = request.form, current_user.user.id
    try:
        with writing(db.session) as session:
            account_acts.change_password(
                session, id, form.get("old", ""), form.get("new", ""), form.get("again", ""), now=now()
            )
    except Problem as problem:
        return Response(render_template("account_password.html", error=problem.detail), status=problem.code.status)
    _goes_on(id)
    flash(gettext("Đã đổi mật khẩu. Những nơi khác đang đăng nhập bằng tài khoản này đã bị đăng xuất."))
    return redirect(url_for("account.one"), 303)


@bp.get("/account/second-factor")
@signed_in()
def second_factor_page() -> str:
    """Say what the second factor is, and offer to set it up."""
    return render_template("account_factor.html", started=None, drawn=None, error=None)


@bp.post("/account/second-factor")
@signed_in()
def start_second_factor() -> Any:
    """Make a secret and draw it for the phone's camera."""
    with writing(db.session) as session:
        started = second_factor.start(session, current_user.user.id, key=_key(), now=now())
    return _drawn(started)


@bp.post("/account/second-factor/code")
@limiter.limit(FAILURES, key_func=_own_id, deduct_when=_failed)
@signed_in()
def confirm_second_factor() -> Any:
    """Take the first code and show the recovery codes, once."""
    id, code = current_user.user.id, request.form.get("code", "")
    try:
        with writing(db.session) as session:
            codes = second_factor.confirm(session, id, code, key=_key(), now=now())
    except Problem as problem:
        started = second_factor.waiting(db.session(), id, key=_key())
        if started is None:
            raise
        return Response(_drawn(started, problem.detail), status=problem.code.status)
    _goes_on(id)
    return render_template("account_codes.html", codes=codes)


@bp.post("/account/recovery-codes")
@limiter.limit(FAILURES, key_func=_own_id, deduct_when=_failed)
@signed_in()
def renew_codes() -> Any:
    """Make new recovery codes against a code of the authenticator."""
    with writing(db.session) as session:
        codes = second_factor.renew_codes(
            session, current_user.user.id, request.form.get("code", ""), key=_key(), now=now()
        )
    return render_template("account_codes.html", codes=codes)


def _goes_on(user_id: str) -> None:
    session: Session = db.session()
    sessions.go_on(session.get_one(User, user_id))


def _drawn(started: Started, error: str | None = None) -> str:
    drawn = Markup(enrolment_qr.svg(started.uri))  # noqa: S704  # our own drawing, no text of anyone's
    return render_template("account_factor.html", started=started, drawn=drawn, error=error)


def _key() -> str:
    return str(current_app.config["SETTINGS"].secret_key)
