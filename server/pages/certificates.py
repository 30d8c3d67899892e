"""/certificates: certificates of verification by where they are: signed in batches, delivered, printed in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.printing.labels import printed
from server.services import certificate_list, certificates, verification_reports
from server.services.certificates import Filter
from server.settings import Settings
from server.web import exported
from server.web.guards import now, signed_in
from server.web.pdf import opened
from server.web.transaction import writing
from sync.handling import STATES

bp = Blueprint("certificates", __name__)


@bp.get("/certificates")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """List certificates by where they are, those that await signature first."""
    session, wanted = db.session(), Filter.of(request.args)
    return exported.asked(lambda: certificate_list.export(session, wanted)) or _shown(wanted)


@bp.post("/certificates/sign")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def sign() -> Any:
    """Record that the head signed and sealed the chosen ones."""
    form, actor = request.form, current_user.user.id

    def work(session: Session) -> str:
        signed = certificates.sign(session, form.getlist("paper"), name=form.get("name", ""), title=form.get("title", ""),
                                   actor=actor, now=now())  # fmt: skip
        return f"Đã ghi {len(signed)} giấy chứng nhận đã ký, đóng dấu."

    return _done(work)


@bp.post("/certificates/deliver")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def deliver() -> Any:
    """Record who got the chosen ones."""
    form, actor = request.form, current_user.user.id

    def work(session: Session) -> str:
        count = certificate_list.deliver(session, form.getlist("paper"), to=form.get("to", ""), actor=actor, now=now())
        return f"Đã ghi giao {count} giấy chứng nhận."

    return _done(work)


@bp.post("/certificates/labels")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def labels() -> Any:
    """Print the labels of the chosen ones for a small printer, one on each page."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        found = certificates.labels(db.session(), request.form.getlist("paper"))
    except Problem as problem:
        return Response(_shown(Filter.of(request.args), problem.detail, request.form), status=problem.code.status)
    return opened(printed(found, host=settings.public_host), "nhan-kiem-dinh.pdf")


def _done(work: Callable[[Session], str]) -> Any:
    wanted = Filter.of(request.args)
    try:
        with writing(db.session) as session:
            said = work(session)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(wanted, problem.detail, request.form), status=problem.code.status)
    flash(said)
    return redirect(filtered("certificates.listed", wanted.fields)(), 303)


def _shown(wanted: Filter, error: str | None = None, typed: Any = None) -> str:
    session = db.session()
    found = certificates.listing(session, wanted)
    signer = certificate_list.signer(session)
    chosen = set(typed.getlist("paper")) if typed is not None else set()
    return render_template("certificates.html", found=found, wanted=wanted, error=error, typed=typed or signer, chosen=chosen,
                           words=certificates.STATE_WORDS, states=STATES, campaigns=verification_reports.campaigns(session, current_user.user),
                           link=filtered("certificates.listed", wanted.fields), sign=filtered("certificates.sign", wanted.fields)(),
                           deliver=filtered("certificates.deliver", wanted.fields)())  # fmt: skip
