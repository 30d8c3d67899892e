"""/programme/<id>/others: inspections by other agencies, imported with a look at every row first, struck out, never deleted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.programme import Programme
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.sent_files import MAX_FILE, sent, sent_back
from server.services import accounts, other_inspections, programme, repeat_list, tables
from server.services.tables import TableError
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("other_inspections", __name__)


@bp.get("/programme/<programme_id>/others")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed(programme_id: str) -> str:
    """List what other agencies inspected in the programme's year."""
    return _shown(programme_id)


@bp.post("/programme/<programme_id>/others")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def bring_in(programme_id: str) -> Any:
    """Show each row of a file with what is wrong, or with `confirm` write the new ones."""
    form, actor = request.form, current_user.user.id
    name, data = sent()
    try:
        if len(data) > MAX_FILE:
            raise TableError(
                f"Tệp lớn hơn {MAX_FILE // 1024} KB: hãy chia nhỏ, hoặc quản trị nhập bằng `flask programme others`."
            )
        sheets = tables.of_bytes(data, name)
        if not form.get("confirm"):
            report = other_inspections.read(db.session(), sheets)
            return render_template("others_preview.html", programme=_programme(programme_id), report=report, name=name,
                                   data=sent_back(data), columns=other_inspections.COLUMNS)  # fmt: skip
        with writing(db.session) as session:
            count = other_inspections.add(
                session, other_inspections.read(session, sheets), name, actor=actor, now=now()
            )
    except TableError as error:
        return Response(_shown(programme_id, str(error)), status=400)
    except Problem as problem:
        return Response(_shown(programme_id, problem.detail), status=problem.code.status)
    flash(gettext("Đã nhập %(count)s cuộc kiểm tra của cơ quan khác.", count=count))
    return redirect(url_for("other_inspections.listed", programme_id=programme_id), 303)


@bp.post("/programme/<programme_id>/others/<uuid:row_id>/strike")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def strike(programme_id: str, row_id: UUID) -> Any:
    """Strike out a row that is wrong."""
    reason, actor = request.form.get("reason", ""), current_user.user.id
    try:
        with writing(db.session) as session:
            other_inspections.strike(session, str(row_id), reason, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(programme_id, problem.detail), status=problem.code.status)
    flash(gettext("Đã gạch dòng này; dòng vẫn đọc được, không tính nữa."))
    return redirect(url_for("other_inspections.listed", programme_id=programme_id), 303)


@bp.get("/programme/<programme_id>/repeats")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def repeats(programme_id: str) -> str:
    """List the legal entities inspected more than once in the year, those without a basis first."""
    found = _programme(programme_id)
    return render_template("repeats.html", programme=found, found=repeat_list.listing(db.session(), found.year))


def _shown(programme_id: str, error: str | None = None) -> str:
    found = _programme(programme_id)
    return render_template("others.html", programme=found, error=error, people=accounts.names(db.session()),
                           rows=other_inspections.of_year(db.session(), found.year), columns=other_inspections.COLUMNS)  # fmt: skip


def _programme(programme_id: str) -> Programme:
    return programme.existing(db.session(), programme_id)
