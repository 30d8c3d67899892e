"""/quarantine: what tablets sent and nobody could apply; a supervisor takes it, corrects it, or puts it aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import correction, quarantine_entry, quarantine_list, quarantine_queue, release
from server.services.quarantine_list import Filter
from server.services.quarantine_queue import Decision
from server.services.release import raw_of
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("quarantine", __name__)


@bp.get("/quarantine")
@signed_in(Role.SUPERVISOR)
def listed() -> Any:
    """List what stands in quarantine, or give the list as a file."""
    args = request.args
    wanted = Filter.of(args.get("state", ""), args.get("tablet", ""), args.get("code", ""), args.get("page", ""))
    if file := exported.asked(lambda: quarantine_list.export(db.session(), wanted)):
        return file
    found = quarantine_list.listing(db.session(), wanted)
    return render_template(
        "quarantine.html",
        wanted=wanted,
        found=found,
        link=filtered("quarantine.listed", {"state": wanted.state, "tablet": wanted.device_id, "code": wanted.code}),
    )


@bp.get("/quarantine/<uuid:id>")
@signed_in(Role.SUPERVISOR)
def one(id: UUID) -> str:
    """Show one operation whole."""
    return _shown(str(id))


@bp.get("/quarantine/<uuid:id>/raw")
@signed_in(Role.SUPERVISOR)
def raw(id: UUID) -> Response:
    """Give the operation as it came, to be kept as a file."""
    text = quarantine_entry.raw_text(db.session(), str(id))
    headers = {"Content-Disposition": f'attachment; filename="{id}.json"', "Cache-Control": "no-store"}
    return Response(text, mimetype="application/json", headers=headers)


@bp.post("/quarantine/<uuid:id>/decision")
@signed_in(Role.SUPERVISOR)
def decide(id: UUID) -> Any:
    """Ask to confirm taking or putting aside, or with `confirm` do it."""
    form, actor = request.form, current_user.user.id
    reason = form.get("reason", "")
    try:
        wanted = Decision.of(form.get("decision", ""), reason)
        if not form.get("confirm"):
            entry = quarantine_entry.entry(db.session(), str(id))
            quarantine_queue.still_open(db.session(), str(id))
            return render_template("quarantine_confirm.html", entry=entry, wanted=wanted, back=_back(form))
        with writing(db.session) as session:
            made = quarantine_queue.decide(session, str(id), wanted, actor=actor, now=now())
    except Problem as problem:
        return _again(str(id), problem, reason)
    flash(made.sentence)
    return redirect(_back(form) or url_for("quarantine.one", id=id), 303)


@bp.get("/quarantine/<uuid:id>/correction")
@signed_in(Role.SUPERVISOR)
def correct(id: UUID) -> Any:
    """Show the operation as a form that can be edited."""
    entry = quarantine_entry.entry(db.session(), str(id))
    if not entry.is_open:
        return redirect(url_for("quarantine.one", id=id), 303)
    text = correction.editable(raw_of(quarantine_queue.still_open(db.session(), str(id))))
    return render_template("quarantine_correct.html", entry=entry, text=text, reason="", error=None, is_sure=False)


@bp.post("/quarantine/<uuid:id>/correction")
@signed_in(Role.SUPERVISOR)
def replace(id: UUID) -> Any:
    """Try the corrected operation and show what it would write, or with `confirm` write it."""
    form, user = request.form, current_user.user
    text, reason, actor, role = form.get("text", ""), form.get("reason", ""), user.id, user.role
    is_sure = bool(form.get("confirm"))
    act = release.replace if is_sure else quarantine_queue.check_correction
    try:
        with writing(db.session) as session:
            act(session, str(id), text, actor=actor, role=role, reason=reason, now=now())
    except Problem as problem:
        if problem.code is not ProblemCode.INVALID_REQUEST:
            return _again(str(id), problem, reason)
        entry = quarantine_entry.entry(db.session(), str(id))
        page = render_template("quarantine_correct.html", entry=entry, text=text, reason=reason, error=problem.detail, is_sure=False)  # fmt: skip
        return Response(page, status=400)
    if not is_sure:
        entry = quarantine_entry.entry(db.session(), str(id))
        return render_template("quarantine_correct.html", entry=entry, text=text, reason=reason, error=None, is_sure=True)  # fmt: skip
    flash(gettext("Đã nhận nội dung đã sửa vào hồ sơ; nội dung gốc được giữ nguyên ở đây."))
    return redirect(url_for("quarantine.one", id=id), 303)


@bp.get("/quarantine/tablets/<uuid:device_id>")
@signed_in(Role.SUPERVISOR)
def queue(device_id: UUID) -> str:
    """Show a tablet's whole queue in quarantine, to be decided at once where the tablet was revoked."""
    found = quarantine_queue.of_device(db.session(), str(device_id))
    return render_template("quarantine_queue.html", queue=found, reason="", error=None, wanted=None)


@bp.post("/quarantine/tablets/<uuid:device_id>/decision")
@signed_in(Role.SUPERVISOR)
def decide_queue(device_id: UUID) -> Any:
    """Ask to confirm, or with `confirm` decide about the whole queue with one reason."""
    form, actor, id = request.form, current_user.user.id, str(device_id)
    reason, seen = form.get("reason", ""), form.get("seen", "")
    try:
        wanted = Decision.of(form.get("decision", ""), reason)
        if form.get("confirm"):
            with writing(db.session) as session:
                made = quarantine_queue.decide_all(session, id, wanted, seen=seen, actor=actor, now=now())
            flash(made.sentence)
            return redirect(url_for("quarantine.queue", device_id=device_id), 303)
        found = quarantine_queue.of_device(db.session(), id, seen=seen)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        found = quarantine_queue.of_device(db.session(), id)
        page = render_template("quarantine_queue.html", queue=found, reason=reason, error=problem.detail, wanted=None)
        return Response(page, status=problem.code.status)
    return render_template("quarantine_queue.html", queue=found, reason=reason, error=None, wanted=wanted)


def _back(form: Any) -> str:
    """Where the decision was asked for, where that was an inspection's page."""
    try:
        inspection = UUID(form.get("inspection", ""))
    except ValueError:
        return ""
    return url_for("inspections.one", inspection_id=inspection, queue=form.get("queue"))


def _again(id: str, problem: Problem, reason: str) -> Any:
    """The entry once more with what stood in the way; a problem of its own where the entry is not there."""
    if problem.code is ProblemCode.NOT_FOUND:
        raise problem
    return Response(_shown(id, error=problem.detail, reason=reason), status=problem.code.status)


def _shown(id: str, *, error: str | None = None, reason: str = "") -> str:
    entry = quarantine_entry.entry(db.session(), id)
    return render_template("quarantine_entry.html", entry=entry, error=error, reason=reason)
