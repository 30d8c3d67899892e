"""/limits: limits, cycles and what else of the current rule set waits, with sources; confirming a row on a document's word."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import limit_desk
from server.services.limit_desk import Word
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("limits", __name__)


@bp.get("/limits")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> str:
    """List limits, cycles and articles, those that nobody confirmed first; documents and forms that wait."""
    return render_template("limits.html", found=limit_desk.listing(db.session()))


@bp.get("/limits/<limit_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(limit_id: str) -> str:
    """Show one row with the form to confirm it."""
    return _shown(limit_id)


@bp.post("/limits/<limit_id>")
@signed_in(Role.SUPERVISOR)
def confirm(limit_id: str) -> Any:
    """Show what confirming would change, or with `confirm` make the new rule set."""
    form, user = request.form, current_user.user
    reviewed_by, today = ", ".join(filter(None, (user.full_name, user.title))), local(now()).date()
    try:
        word = Word.of(form.get("number", ""), form.get("on", ""), form.get("value", ""), form.get("seen", ""))
        if not form.get("confirm"):
            before = limit_desk.page(db.session(), limit_id)
            after = limit_desk.check(db.session(), limit_id, word, reviewed_by=reviewed_by, on=today)
            return render_template("limit_confirm.html", before=before, after=after, word=word)
        with writing(db.session) as session:
            made = limit_desk.confirm(session, limit_id, word, reviewed_by=reviewed_by, on=today, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(limit_id, error=problem.detail), status=problem.code.status)
    flash(gettext("Đã xác nhận. Bộ quy định hiện hành là %(made)s; máy tính bảng nhận ở lần đồng bộ tới.", made=made))
    return redirect(url_for("limits.one", limit_id=limit_id), 303)


def _shown(limit_id: str, *, error: str | None = None) -> str:
    page = limit_desk.page(db.session(), limit_id)
    return render_template("limit.html", page=page, error=error, typed=request.form)
