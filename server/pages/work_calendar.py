"""/working-days: the days off and the days worked instead, as the department enters them for each year."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem
from server.extensions import db
from server.services import accounts, work_calendar
from server.services.work_calendar import Entry
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("work_calendar", __name__)


@bp.get("/working-days")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> str:
    """Show the days entered for a year."""
    return _shown(request.args.get("year", ""))


@bp.post("/working-days")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def add() -> Any:
    """Enter days."""
    form, actor = request.form, current_user.user.id
    try:
        entry = Entry.of(*(form.get(name, "") for name in ("first", "last", "kind", "name", "document")))
        with writing(db.session) as session:
            count = work_calendar.add(session, entry, actor=actor, now=now())
    except Problem as problem:
        return Response(_shown(form.get("year", ""), problem.detail), status=problem.code.status)
    flash(gettext("Đã nhập %(count)s ngày. Thời hạn của các hồ sơ được tính lại theo đó.", count=count))
    return redirect(url_for("work_calendar.listed", year=entry.first.year), 303)


@bp.post("/working-days/remove")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def remove() -> Any:
    """Take a day out again, with a reason."""
    form, actor = request.form, current_user.user.id
    on = form.get("on", "")
    try:
        with writing(db.session) as session:
            work_calendar.remove(session, on, form.get("reason", ""), actor=actor, now=now())
    except Problem as problem:
        return Response(_shown(on[:4], problem.detail), status=problem.code.status)
    flash(gettext("Đã bỏ ngày này; dòng cũ và lý do còn trong nhật ký."))
    return redirect(url_for("work_calendar.listed", year=on[:4]), 303)


def _shown(year: str, error: str | None = None) -> str:
    session = db.session()
    known = work_calendar.years(session)
    wanted = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else local(now()).year
    return render_template("working_days.html", year=wanted, years=sorted({*known, wanted}), error=error, typed=request.form,
                           days=work_calendar.of_year(session, wanted), people=accounts.names(session))  # fmt: skip
