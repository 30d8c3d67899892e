"""/marks/leases: stickers and seals in the hands of tablets: giving out, taking back, writing off as lost."""

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
from server.services import mark_book, mark_leases, mark_list, organisations, tablets
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.ids import is_uuid

bp = Blueprint("marks_out", __name__)


@bp.get("/marks/leases")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """List what tablets hold, or with `all` everything that was ever given out."""
    session, every = db.session(), bool(request.args.get("all"))
    file = exported.asked(lambda: mark_list.export_held(session, every=every))
    return file or render_template("marks_held.html", rows=mark_list.held(session, every=every), every=every,
                                   link=filtered("marks_out.listed", {"all": "1" if every else ""}))  # fmt: skip


@bp.get("/marks/leases/new")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def ask_to_lease() -> str:
    """Show the form for giving stickers or seals to a tablet."""
    return _form_of()


@bp.post("/marks/leases/new")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def lease() -> Any:
    """Show which serials the tablet would get, or with `confirm` give exactly these to it."""
    form, actor = request.form, current_user.user.id
    house, kind, first = form.get("organisation_id", "")[:36], form.get("kind", ""), form.get("first", "")
    try:
        count = _count(form.get("count", ""))
        tablet = _tablet(form.get("device_id", ""))
        if not form.get("confirm"):
            roll, (start, end) = mark_leases.proposed(db.session(), house, kind, count, first)
            return render_template("mark_lease_confirm.html", tablet=tablet, kind=kind, house=house, count=end - start + 1, asked=count,
                                   first=roll.batch.text(start), last=roll.batch.text(end))  # fmt: skip
        with writing(db.session) as session:
            device = tablets.device_of(session, tablet.id)
            given = mark_leases.grant(session, device, house, kind, count, now(), actor=actor, first=first)
    except Problem as problem:
        return Response(_form_of(problem.detail), status=problem.code.status)
    flash("Đã cấp {} – {} cho máy; máy nhận ở lần đồng bộ tới.".format(*given.ends))
    return redirect(url_for("marks_out.one", lease_id=given.id), 303)


@bp.get("/marks/leases/<uuid:lease_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(lease_id: UUID) -> str:
    """Show one range in a tablet's hands, with the forms for what comes back and what is lost."""
    return _shown(str(lease_id))


@bp.post("/marks/leases/<uuid:lease_id>/return")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def give_back(lease_id: UUID) -> Any:
    """Take serials back into stock."""
    id, actor = str(lease_id), current_user.user.id
    try:
        with writing(db.session) as session:
            span = mark_book.range_in(mark_leases.existing(session, id), *_typed())
            back = mark_leases.give_back(session, id, [span], actor=actor, now=now(), seen=_seen())
    except Problem as problem:
        return _again(id, problem)
    flash(gettext("Đã nhận lại %(count)s số.", count=len(back)))
    return redirect(url_for("marks_out.one", lease_id=id), 303)


@bp.post("/marks/leases/<uuid:lease_id>/write-off")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def write_off(lease_id: UUID) -> Any:
    """Write off serials that a tablet's holder lost."""
    id, actor, reason = str(lease_id), current_user.user.id, request.form.get("reason", "")
    try:
        with writing(db.session) as session:
            span = mark_book.range_in(mark_leases.existing(session, id), *_typed())
            count = mark_leases.write_off(session, id, span, reason, seen=_seen(), actor=actor, now=now())
    except Problem as problem:
        return _again(id, problem)
    flash(gettext("Đã ghi mất, hủy %(count)s số.", count=count))
    return redirect(url_for("marks_out.one", lease_id=id), 303)


def _tablet(device_id: str) -> tablets.Tablet:
    if not is_uuid(device_id):
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn máy tính bảng.")
    return tablets.one(db.session(), device_id)


def _count(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6):
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi số lượng cấp, ví dụ 100.")
    return int(typed)


def _typed() -> tuple[str, str]:
    return request.form.get("first", ""), request.form.get("last", "")


def _seen() -> int:
    """Return the revision that the page showed; what is none agrees with no revision."""
    said = request.form.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1


def _form_of(error: str | None = None) -> str:
    session = db.session()
    usable = [tablet for tablet in tablets.every(session) if tablet.state == "active" and tablet.is_holder_active]
    return render_template("mark_lease_new.html", houses=organisations.all_of(session), kinds=mark_book.KINDS, tablets=usable,
                           typed=request.form, error=error, most=mark_leases.MAX_COUNT)  # fmt: skip


def _again(id: str, problem: Problem) -> Response:
    if problem.code is ProblemCode.NOT_FOUND:
        raise problem
    return Response(_shown(id, error=problem.detail), status=problem.code.status)


def _shown(id: str, *, error: str | None = None) -> str:
    return render_template(
        "mark_lease.html", held=mark_list.held_one(db.session(), id), error=error, typed=request.form
    )
