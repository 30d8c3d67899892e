"""/mergers: establishments that may have been entered twice, two of them side by side, merging them and the way back."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import establishment_merge, establishment_twins, site_card
from server.services.establishment_merge import FIELDS, Wanted
from server.services.establishment_register import area_names
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.ids import is_uuid
from sync.paper_words import local

bp = Blueprint("mergers", __name__)


@bp.get("/mergers")
@signed_in(Role.SUPERVISOR)
def candidates() -> str:
    """List what may have been entered twice."""
    found = establishment_twins.listing(db.session(), request.args.get("page", ""), _today())
    return render_template("mergers.html", found=found, link=filtered("mergers.candidates", {}))


@bp.get("/establishments/<uuid:keep_id>/merge")
@signed_in(Role.SUPERVISOR)
def ask(keep_id: UUID) -> str:
    """Ask with which establishment this one is to be merged, or show both side by side."""
    id, other, session = str(keep_id), request.args.get("with", ""), db.session()
    if is_uuid(other):
        return _side_by_side(id, other)
    site = site_card.existing(session, id, current_user.user)
    text = request.args.get("q", "")
    return render_template(
        "merger_other.html", site=site, text=text, rows=establishment_twins.others(session, id, text, _today())
    )


@bp.post("/establishments/<uuid:keep_id>/merge")
@signed_in(Role.SUPERVISOR)
def merge(keep_id: UUID) -> Any:
    """Show what a merger would do, or with `confirm` do it."""
    id, form, actor = str(keep_id), request.form, current_user.user.id
    other, wanted = form.get("away", ""), Wanted.of(form)
    if not is_uuid(other):
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn cơ sở thứ hai.")
    try:
        if not form.get("confirm"):
            found = establishment_merge.check(db.session(), id, other, wanted)
            values = establishment_merge.merged_values(found, wanted.choices)
            return render_template("merger_confirm.html", found=found, wanted=wanted, values=values)
        with writing(db.session) as session:
            establishment_merge.merge(session, id, other, wanted, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_side_by_side(id, other, wanted, problem.detail), status=problem.code.status)
    flash(gettext("Đã gộp hai cơ sở. Tên cũ vẫn tìm được đường tới cơ sở này; biên bản đã lập giữ nguyên điều đã ghi."))
    return redirect(url_for("establishments.one", establishment_id=id), 303)


@bp.post("/mergers/<uuid:merger_id>/undo")
@signed_in(Role.SUPERVISOR)
def undo(merger_id: UUID) -> Any:
    """Take a merger back."""
    id, actor, reason = str(merger_id), current_user.user.id, request.form.get("reason", "")
    with writing(db.session) as session:
        away = establishment_merge.undo(session, id, reason, actor=actor, now=now())
    flash(gettext("Đã tách lại cơ sở này, cùng những gì được chuyển đi khi gộp. Điều ghi sau khi gộp ở lại cơ sở kia."))
    return redirect(url_for("establishments.one", establishment_id=away), 303)


def _side_by_side(id: str, other: str, wanted: Wanted | None = None, error: str | None = None) -> str:
    session = db.session()
    session.rollback()  # what was read before a refusal may be stale
    found = establishment_merge.pair(session, id, other)
    areas = area_names(session)
    return render_template("merger.html", found=found, fields=FIELDS, wanted=wanted, error=error, areas=areas)


def _today() -> date:
    return local(now()).date()
