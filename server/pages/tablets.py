"""/tablets: who holds which tablet, codes for new ones, revocation; /quarantine: what tablets sent and nobody could apply."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing.enrolment_qr import svg
from server.services import enrolments, quarantine_list, tablets
from server.services.inspection_list import Filter
from server.settings import Settings
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("tablets", __name__)


@bp.get("/tablets")
@signed_in(Role.SUPERVISOR)
def listed() -> str:
    """List devices, with the form for a new code."""
    session = db.session()
    return render_template("tablets.html", tablets=tablets.every(session), carriers=enrolments.carriers(session))


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


@bp.get("/tablets/<uuid:device_id>/revoke")
@signed_in(Role.SUPERVISOR)
def ask_to_revoke(device_id: UUID) -> str:
    """Say what revoking means and ask for the reason."""
    return render_template("tablet_revoke.html", tablet=tablets.one(db.session(), str(device_id)),
                           reason=tablets.reason_of(db.session(), str(device_id)))  # fmt: skip


@bp.post("/tablets/<uuid:device_id>/revoke")
@signed_in(Role.SUPERVISOR)
def revoke(device_id: UUID) -> Any:
    """Take a tablet's rights away."""
    actor, reason = current_user.user.id, request.form.get("reason", "")
    with writing(db.session) as session:
        is_first = tablets.revoke(session, str(device_id), reason, actor=actor, now=now())
    flash("Đã thu hồi quyền của máy tính bảng." if is_first else "Máy tính bảng này đã bị thu hồi từ trước.")
    return redirect(url_for("tablets.listed"), 303)


@bp.get("/quarantine")
@signed_in(Role.SUPERVISOR)
def quarantine() -> str:
    """List what stands in quarantine."""
    is_all = request.args.get("all") == "1"
    page = Filter.of("", "", "", request.args.get("page", "")).page
    found = quarantine_list.listing(db.session(), all_states=is_all, page=page)
    return render_template("quarantine.html", found=found, is_all=is_all)
