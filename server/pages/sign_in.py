"""/sign-in, its second step and /sign-out: a session for people; tablets have tokens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from flask_login import current_user, logout_user
from flask_wtf.csrf import CSRFError

from server.db.users import SecondFactorState, User
from server.errors import Problem, ProblemCode
from server.extensions import client_address, db, limiter, login
from server.pages import filters, kept_forms, sessions
from server.pages.addresses import safe_path
from server.security.passwords import is_outdated
from server.services import account_acts, accounts, second_factor, views
from server.web.guards import now, public, signed_in
from server.web.problems import answer
from server.web.transaction import writing

bp = Blueprint("sign_in", __name__)
filters.register(bp)
FAILURES = "10 per minute"
"""Wrong passwords from one address; argon2 makes each of them dear, too."""
CODE_FAILURES = "10 per minute; 30 per hour"
"""Wrong codes of one person, from wherever: of a million, three are right at any moment."""
HALFWAY_S = 300
"""Between password and code."""


@login.unauthorized_handler
def _unauthorized() -> Any:
    """Send a person to the sign-in page and back again; a program gets a problem."""
    if request.path.startswith("/api/"):
        raise Problem(ProblemCode.UNAUTHENTICATED)
    if (kept := kept_forms.close()) is not None:
        return _page(next="/", kept=kept), 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("sign_in.form", next=wanted if wanted != "/" else None), 303)


@bp.record_once
def _settings(state: BlueprintSetupState) -> None:
    state.app.config["PERMANENT_SESSION_LIFETIME"] = sessions.COOKIE
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
        return redirect(safe_path(request.args.get("next", "")), 303)
    return _page(next=safe_path(request.args.get("next", "")))


@bp.post("/sign-in")
@limiter.limit(FAILURES, deduct_when=lambda response: response.status_code == 401)
@public
def enter() -> Any:
    """Take name and password; whoever has a second factor is asked for its code next."""
    username, password = request.form.get("username", ""), request.form.get("password", "")
    user = accounts.authenticate(db.session(), username, password, now=now())
    if user is None:
        known = accounts.named(db.session(), username)
        _note(views.NOBODY if known is None else known.id, views.REFUSED)
        said = gettext("Tên đăng nhập hoặc mật khẩu không đúng.")
        kept = request.form.get("kept", "")
        return _page(next=safe_path(request.form.get("next", "")), kept=kept, username=username[:64], error=said), 401
    if is_outdated(user.password_hash):
        with writing(db.session) as writer:
            account_acts.rehash(writer, user.id, password)
    if user.second_factor == SecondFactorState.ON:
        session["halfway"] = [accounts.session_key(user), int(now().timestamp())]
        return _code_page()
    return _enters(user)


def _halfway_key() -> str:
    """Count wrong codes by whose they are; whoever skipped the password by where they come from."""
    key, _ = session.get("halfway") or ("", 0)
    return str(key).partition(".")[0] or client_address()


@bp.post("/sign-in/code")
@limiter.limit(CODE_FAILURES, key_func=_halfway_key, deduct_when=lambda response: response.status_code == 400)
@public
def code() -> Any:
    """Take the code of the second factor."""
    user = _halfway()
    if user is None:
        flash(gettext("Đã quá 5 phút: hãy nhập lại tên đăng nhập và mật khẩu."))
        return redirect(url_for("sign_in.form", next=safe_path(request.form.get("next", ""))), 303)
    try:
        with writing(db.session) as writer:
            left = second_factor.check(writer, user.id, request.form.get("code", ""), key=_key(), now=now())
    except Problem as problem:
        _note(user.id, views.REFUSED)
        return _code_page(problem.detail), problem.code.status
    answer = _enters(user)
    if left is not None:  # after the new session has begun: it begins empty
        flash(
            gettext(
                "Đã dùng một mã dự phòng, còn %(left)s mã. Hãy tạo bộ mã mới ở trang tài khoản khi sắp hết.", left=left
            )
        )
    return answer


@bp.post("/sign-out")
@signed_in()
def leave() -> Any:
    """End the session; the language stays for whoever signs in next."""
    _note(current_user.user.id, views.SIGNED_OUT)
    logout_user()
    language = session.get("language")
    session.clear()
    if language is not None:
        session["language"] = language
    flash(gettext("Bạn đã đăng xuất."))
    return redirect(url_for("sign_in.form"), 303)


def _enters(user: User) -> Any:
    """Begin the session; what was typed before the last one ran out is shown once more, and sent only on request."""
    kept = kept_forms.opened(request.form.get("kept", ""), user.id)
    sessions.begin(user)
    _note(user.id, views.SIGNED_IN)
    if kept is not None and current_user.owes is None:
        return render_template("kept_form.html", kept=kept)
    return redirect(safe_path(request.form.get("next", "")), 303)


def _note(user_id: str, act: str) -> None:
    with writing(db.session) as writer:
        views.note(
            writer,
            user_id=user_id,
            act=act,
            at=now(),
            doc_id=user_id,
            page=request.endpoint or "",
            address=client_address(),
        )


def _page(*, next: str, kept: str = "", username: str = "", error: str | None = None) -> str:
    """Ask for name and password; say it where a session has run out."""
    has_run_out = sessions.who() is not None and error is None
    return render_template(
        "sign_in.html", next=next, kept=kept, username=username, error=error, has_run_out=has_run_out
    )


def _code_page(error: str | None = None) -> str:
    form = request.form
    return render_template(
        "sign_in_code.html", next=safe_path(form.get("next", "")), kept=form.get("kept", ""), error=error
    )


def _halfway() -> User | None:
    """Whoever has just given the right password in this browser."""
    key, at = session.get("halfway") or ("", 0)
    return accounts.by_session_key(db.session(), key) if now().timestamp() - at <= HALFWAY_S else None


def _key() -> str:
    return str(current_app.config["SETTINGS"].secret_key)
