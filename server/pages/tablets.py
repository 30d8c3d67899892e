"""/tablets: who holds which tablet, codes for new ones, why one is stopped, resuming, revoking, its numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.printing.enrolment_qr import svg
from server.services import enrolments, number_desk, tablet_view, tablets
from server.settings import Settings
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("tablets", __name__)


@bp.get("/tablets")
@signed_in(Role.SUPERVISOR)
def listed() -> Any:
    """List devices, with the form for a new code, or give the list as a file."""
    session, wanted, at = db.session(), tablets.Filter.of(request.args), now()
    file = exported.asked(lambda: tablets.export(session, wanted, at))
    return file or render_template("tablets.html", tablets=tablets.found(session, wanted, at), wanted=wanted, are_any=tablets.are_any(session),
                                   carriers=enrolments.carriers(session), states=tablets.STATES, silences=tablets.SILENT,
                                   link=filtered("tablets.listed", wanted.fields))  # fmt: skip


@bp.post("/tablets/codes")
@signed_in(Role.SUPERVISOR)
def make_code() -> Any:
    """Make a one-time code and show it this once."""
    chosen = request.form.get("user_id", "")
    settings: Settings = current_app.config["SETTINGS"]
    with writing(db.session) as session:
        user = enrolments.user_with_id(session, chosen) if len(chosen) == 36 and chosen.isascii() else None
        if user is None or user.role not in enrolments.CARRIERS:
            raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn người sẽ dùng máy tính bảng.")
        code = enrolments.make_code(session, user, public_url=settings.public_url, now=now())
        name, title = user.full_name, user.title
    drawn = Markup(svg(code.url))  # noqa: S704 - our own drawing: digits and path commands, no text
    return render_template("tablet_code.html", code=code, name=name, title=title, drawn=drawn)


@bp.get("/tablets/<uuid:device_id>")
@signed_in(Role.SUPERVISOR)
def one(device_id: UUID) -> str:
    """Show one tablet: why it is stopped, its papers in dispute, its numbers."""
    return _shown(str(device_id))


@bp.post("/tablets/<uuid:device_id>/resume")
@signed_in(Role.SUPERVISOR)
def resume(device_id: UUID) -> Any:
    """Let a stopped tablet issue again."""
    actor, reason = current_user.user.id, request.form.get("reason", "")
    try:
        with writing(db.session) as session:
            is_done = tablets.resume(session, str(device_id), reason, actor=actor, now=now())
    except Problem as problem:
        return _again(str(device_id), problem, resume=reason)
    flash(
        gettext("Máy tính bảng được lập biên bản và nhận số trở lại.")
        if is_done
        else gettext("Máy tính bảng này không bị tạm dừng.")
    )
    return redirect(url_for("tablets.one", device_id=device_id), 303)


@bp.get("/tablets/<uuid:device_id>/revoke")
@signed_in(Role.SUPERVISOR)
def ask_to_revoke(device_id: UUID) -> str:
    """Say what revoking means and ask for the reason."""
    page = tablet_view.page(db.session(), str(device_id))
    return render_template("tablet_revoke.html", tablet=page.tablet, page=page,
                           reason=tablets.reason_of(db.session(), str(device_id)))  # fmt: skip


@bp.post("/tablets/<uuid:device_id>/revoke")
@signed_in(Role.SUPERVISOR)
def revoke(device_id: UUID) -> Any:
    """Take a tablet's rights away, and where asked cross out the numbers it holds in the same act."""
    actor, reason, id = current_user.user.id, request.form.get("reason", ""), str(device_id)
    voided = 0
    with writing(db.session) as session:
        is_first = tablets.revoke(session, id, reason, actor=actor, now=now())
        if is_first and request.form.get("void_numbers"):
            voided = number_desk.void_holdings(session, id, reason, actor=actor, now=now())
    more = f" Đã hủy {voided} số máy đang giữ." if voided else ""
    flash(
        f"Đã thu hồi quyền của máy tính bảng.{more}"
        if is_first
        else gettext("Máy tính bảng này đã bị thu hồi từ trước.")
    )
    return redirect(url_for("tablets.one", device_id=device_id), 303)


@bp.post("/tablets/<uuid:device_id>/numbers/void")
@signed_in(Role.SUPERVISOR)
def void_numbers(device_id: UUID) -> Any:
    """Cross out every number that a revoked tablet holds."""
    actor, reason = current_user.user.id, request.form.get("reason", "")
    try:
        with writing(db.session) as session:
            count = number_desk.void_holdings(session, str(device_id), reason, actor=actor, now=now())
    except Problem as problem:
        return _again(str(device_id), problem, numbers=reason)
    flash(gettext("Đã hủy %(count)s số.", count=count) if count else gettext("Máy này không còn giữ số nào."))
    return redirect(url_for("tablets.one", device_id=device_id), 303)


@bp.post("/tablets/<uuid:device_id>/numbers/return")
@signed_in(Role.SUPERVISOR)
def return_numbers(device_id: UUID) -> Any:
    """Take the rest of one of its ranges back."""
    form, actor = request.form, current_user.user.id
    reason = form.get("reason", "")
    try:
        with writing(db.session) as session:
            back = number_desk.give_back(session, form.get("lease_id", "")[:36], form.get("first_unused", ""), reason,
                                         actor=actor, now=now())  # fmt: skip
    except Problem as problem:
        return _again(str(device_id), problem, back=reason)
    flash(gettext("Đã nhận lại %(count)s số.", count=len(back)))
    return redirect(url_for("tablets.one", device_id=device_id), 303)


def _again(device_id: str, problem: Problem, **typed: str) -> Any:
    """The tablet's page once more with what stood in the way and what was typed; 404 where there is no tablet."""
    return Response(_shown(device_id, error=problem.detail, typed=typed), status=problem.code.status)


def _shown(device_id: str, *, error: str | None = None, typed: dict[str, str] | None = None) -> str:
    page = tablet_view.page(db.session(), device_id)
    return render_template("tablet.html", page=page, tablet=page.tablet, error=error, typed=typed or {})
