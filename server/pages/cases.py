"""/cases: violation case files, for supervisors only: the list, one case, each act asked twice, and its hand-over list."""

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
from server.services import case_list, case_view, cases, work_calendar
from server.services.case_forms import ACTS
from server.services.case_list import Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("cases", __name__)


@bp.get("/cases")
@signed_in(Role.SUPERVISOR)
def listed() -> str:
    """List the cases, overdue ones first."""
    args = request.args
    wanted = Filter.of(args.get("status", ""), args.get("q", ""), args.get("page", ""))
    found = case_list.listing(db.session(), wanted, local(now()).date())
    return render_template("cases.html", wanted=wanted, found=found, years=work_calendar.years(db.session()),
                           link=filtered("cases.listed", {"status": wanted.status, "q": wanted.text}))  # fmt: skip


@bp.get("/cases/new")
@signed_in(Role.SUPERVISOR)
def ask_to_open() -> str:
    """Show what a case of an inspection would hold, and ask why it is opened."""
    return _opening(_inspection(request.args))


@bp.post("/cases")
@signed_in(Role.SUPERVISOR)
def open_one() -> Any:
    """Open a case."""
    form, actor = request.form, current_user.user.id
    inspection = _inspection(form)
    reason, another = form.get("reason", ""), form.get("another") == "1"
    try:
        with writing(db.session) as session:
            id = cases.opened(session, inspection, reason, another=another, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_opening(inspection, problem.detail, reason), status=problem.code.status)
    flash(gettext("Đã mở hồ sơ vi phạm."))
    return redirect(url_for("cases.one", case_id=id), 303)


@bp.get("/cases/<uuid:case_id>")
@signed_in(Role.SUPERVISOR)
def one(case_id: UUID) -> str:
    """Show one case."""
    return _shown(str(case_id))


@bp.get("/cases/<uuid:case_id>/papers")
@signed_in(Role.SUPERVISOR)
def papers(case_id: UUID) -> str:
    """Show the list of papers and samples handed over, to be printed and signed."""
    page = case_view.page(db.session(), str(case_id), local(now()).date())
    return render_template("case_papers.html", page=page, today=local(now()).date())


@bp.post("/cases/<uuid:case_id>/<act>")
@signed_in(Role.SUPERVISOR)
def act(case_id: UUID, act: str) -> Any:
    """Ask to confirm an act, or with `confirm` do it."""
    id, form, actor = str(case_id), request.form.to_dict(), current_user.user.id
    seen = form.get("seen", "")
    try:
        if not form.get("confirm"):
            said = cases.check(db.session(), id, act, form, seen=seen, actor=actor, now=now())
            page = case_view.page(db.session(), id, local(now()).date())
            return render_template("case_confirm.html", page=page, act=ACTS[act], said=said, typed=form)
        with writing(db.session) as session:
            done = cases.act(session, id, act, form, seen=seen, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(id, problem.detail, act, form), status=problem.code.status)
    flash(f"Đã ghi: {done.title}.")
    return redirect(url_for("cases.one", case_id=id), 303)


def _shown(id: str, error: str | None = None, failed: str = "", typed: Any = None) -> str:
    """The page of one case; `typed` fills in again what a person typed into the form that failed."""
    page = case_view.page(db.session(), id, local(now()).date())
    return render_template("case.html", page=page, error=error, failed=failed, typed=typed or {})


def _opening(inspection: str, error: str | None = None, reason: str = "") -> str:
    try:
        found = cases.gather(db.session(), inspection)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return render_template("case_new.html", found=None, inspection=inspection, error=problem.detail, reason=reason)
    return render_template("case_new.html", found=found, inspection=inspection, error=error, reason=reason)


def _inspection(given: Any) -> str:
    try:
        return str(UUID(given.get("inspection", "")))
    except ValueError:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cuộc kiểm tra này.") from None
