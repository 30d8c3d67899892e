"""/people: the accounts, for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from server.db.users import NEEDS_SECOND_FACTOR, Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import account_acts, account_view, accounts, users
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("people", __name__)


@bp.get("/people")
@signed_in(Role.ADMIN)
def listed() -> str:
    """List every account."""
    return render_template("people.html", people=accounts.everyone(db.session()), needs_factor=NEEDS_SECOND_FACTOR)


@bp.get("/people/new")
@signed_in(Role.ADMIN)
def ask_to_add() -> str:
    """Ask for whom the account is."""
    return _new_page({})


@bp.post("/people/new")
@signed_in(Role.ADMIN)
def add() -> Any:
    """Make an account with a one-time password, shown once."""
    form, actor = request.form.to_dict(), current_user.user.id
    try:
        with writing(db.session) as session:
            password, id = users.add_with_one_time(
                session, username=form.get("username", ""), name=form.get("name", ""), title=form.get("title", ""),
                role=form.get("role", ""), actor=actor, now=now(),
            )  # fmt: skip
    except Problem as problem:
        return Response(_new_page(form, problem.detail), status=problem.code.status)
    return _password_page(id, password)


@bp.get("/people/<uuid:user_id>")
@signed_in(Role.ADMIN)
def one(user_id: UUID) -> str:
    """Show one account, what was done to it, and what can be."""
    return _shown(str(user_id))


@bp.post("/people/<uuid:user_id>/password")
@signed_in(Role.ADMIN)
def reset_password(user_id: UUID) -> Any:
    """Give a one-time password, shown once."""
    reason, actor = request.form.get("reason", ""), current_user.user.id
    try:
        with writing(db.session) as session:
            password = account_acts.reset_password(session, str(user_id), reason, actor=actor, now=now())
    except Problem as problem:
        return _again(str(user_id), "password", problem)
    return _password_page(str(user_id), password)


@bp.post("/people/<uuid:user_id>/<act>")
@signed_in(Role.ADMIN)
def do(user_id: UUID, act: str) -> Any:
    """Change the role, lock or unlock, reset the second factor or let somebody off it: each with a reason."""
    if act not in _DONE:
        raise Problem(ProblemCode.NOT_FOUND)
    form, given = request.form, {"actor": current_user.user.id, "now": now()}
    id, reason = str(user_id), form.get("reason", "")
    try:
        with writing(db.session) as session:
            if act == "role":
                account_acts.change_role(session, id, form.get("role", ""), reason, **given)
            else:
                _ACTS[act](session, id, reason, **given)
    except Problem as problem:
        return _again(id, act, problem)
    flash(_DONE[act])
    return redirect(url_for("people.one", user_id=user_id), 303)


_ACTS: dict[str, Any] = {
    "lock": account_acts.lock, "unlock": account_acts.unlock, "factor": account_acts.reset_second_factor,
    "exempt": account_acts.exempt,
}  # fmt: skip
_DONE = {
    "role": "Đã đổi vai trò.",
    "lock": "Đã khóa tài khoản; người này bị đăng xuất ngay.",
    "unlock": "Đã mở lại tài khoản.",
    "factor": "Đã đặt lại bảo mật hai lớp; lần đăng nhập tới sẽ phải thiết lập lại.",
    "exempt": "Đã miễn bảo mật hai lớp cho tài khoản này.",
}


def _again(user_id: str, act: str, problem: Problem) -> Response:
    return Response(_shown(user_id, act, problem.detail), status=problem.code.status)


def _shown(user_id: str, act: str = "", error: str | None = None) -> str:
    page = account_view.page(db.session(), user_id)
    return render_template("person.html", page=page, roles=list(Role), failed=act, error=error, typed=request.form)


def _new_page(typed: dict[str, str], error: str | None = None) -> str:
    return render_template("person_new.html", roles=list(Role), typed=typed, error=error)


def _password_page(user_id: str, password: str) -> str:
    user = account_view.page(db.session(), user_id).user
    return render_template(
        "person_password.html",
        user=user,
        password=password,
        hours=int(account_acts.ONE_TIME_FOR.total_seconds()) // 3600,
    )
