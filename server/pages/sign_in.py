"""/sign-in and /sign-out: a session for people; tablets have tokens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_login import UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError

from server.db.users import User
from server.errors import Problem, ProblemCode
from server.extensions import db, limiter, login
from server.pages import filters
from server.services import accounts
from server.web.guards import public, signed_in
from server.web.problems import answer

bp = Blueprint("sign_in", __name__)
filters.register(bp)
FAILURES = "10 per minute"
"""Wrong passwords from one address; argon2 makes each of them dear, too."""
LIFETIME = timedelta(hours=12)
"""A working day: the next morning asks again."""
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What flask-login keeps of a person: `user` is the account as it is now."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """Return what the cookie names."""
        return accounts.session_key(self.user)


@login.user_loader
def _load(key: str) -> SignedIn | None:
    """Find the person of a cookie.

    flask-login asks in every template, in that of the error page too: where the database failed once in this request,
    the page that says so is made for nobody in particular instead of failing as well.
    """
    if g.get("is_database_lost"):
        return None
    try:
        user = accounts.by_session_key(db.session(), key)
    except SQLAlchemyError:
        g.is_database_lost = True
        raise
    return None if user is None else SignedIn(user)


@login.unauthorized_handler
def _unauthorized() -> Any:
    """Send a person to the sign-in page and back again; a program gets a problem."""
    if request.path.startswith("/api/"):
        raise Problem(ProblemCode.UNAUTHENTICATED)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("sign_in.form", next=wanted if wanted != "/" else None), 303)


@bp.record_once
def _settings(state: BlueprintSetupState) -> None:
    state.app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME
    state.app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a form may stay open over lunch


@bp.after_app_request
def _referrer(response: Response) -> Response:
    """Let our own pages see where a form came from: over HTTPS the CSRF check wants it; others still see nothing."""
    if response.mimetype == "text/html":
        response.headers["Referrer-Policy"] = "same-origin"
    return response


@bp.app_errorhandler(CSRFError)
def _csrf(_error: CSRFError) -> Response:
    """Say what a person can do about a form that is too old."""
    said = "Biểu mẫu đã hết hiệu lực hoặc không phải từ trang này: hãy mở lại trang rồi gửi lại."
    return answer(Problem(ProblemCode.INVALID_REQUEST, said))


@bp.get("/sign-in")
@public
def form() -> Any:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return redirect(_safe(request.args.get("next", "")), 303)
    return render_template("sign_in.html", next=_safe(request.args.get("next", "")), username="", error=None)


@bp.post("/sign-in")
@limiter.limit(FAILURES, deduct_when=lambda response: response.status_code == 401)
@public
def enter() -> Any:
    """Sign in; a session that was there before is thrown away first, so that nobody can plant one."""
    username, wanted = request.form.get("username", ""), _safe(request.form.get("next", ""))
    user = accounts.authenticate(db.session(), username, request.form.get("password", ""))
    if user is None:
        said = "Tên đăng nhập hoặc mật khẩu không đúng."
        return render_template("sign_in.html", next=wanted, username=username[:64], error=said), 401
    session.clear()
    session.permanent = True
    login_user(SignedIn(user))
    return redirect(wanted, 303)


@bp.post("/sign-out")
@signed_in()
def leave() -> Any:
    """End the session."""
    logout_user()
    session.clear()
    flash("Bạn đã đăng xuất.")
    return redirect(url_for("sign_in.form"), 303)


def _safe(target: str) -> str:
    """Return a path of this server, `/` for anything else: an address of another site never comes out of here."""
    parts = urlsplit(target) if _LOCAL_PATH.fullmatch(target) else None
    return target if parts is not None and not parts.scheme and not parts.netloc else "/"
