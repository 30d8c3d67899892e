"""/verification-due: what runs out in a year by commune and month, and the owners to invite, as a page, a file, a paper."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from server.db.users import Role
from server.extensions import db
from server.pages.addresses import filtered
from server.printing import sheets
from server.services import verification_due
from server.services.verification_due import Filter
from server.web import exported, pdf
from server.web.guards import now, signed_in
from sync.paper_words import local

bp = Blueprint("verification_due", __name__)


@bp.get("/verification-due")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """Show a year by commune and month."""
    wanted = _wanted()
    found = verification_due.plan(db.session(), wanted)
    file = exported.asked(lambda: verification_due.export_plan(found, wanted))
    return file or render_template("verification_due.html", found=found, wanted=wanted, this_year=_today().year,
                                   link=filtered("verification_due.listed", wanted.fields),
                                   owners=filtered("verification_due.owners", wanted.fields))  # fmt: skip


@bp.get("/verification-due/owners")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def owners() -> Any:
    """List the owners to invite, or give all of them as a file."""
    session, wanted = db.session(), _wanted()
    if file := exported.asked(lambda: verification_due.export(session, wanted)):
        return file
    found = verification_due.owners(session, wanted)
    return render_template("verification_owners.html", found=found, wanted=wanted,
                           link=filtered("verification_due.owners", wanted.fields),
                           paper=filtered("verification_due.owners_pdf", wanted.fields),
                           plan=filtered("verification_due.listed", {**wanted.fields, "month": ""}))  # fmt: skip


@bp.get("/verification-due/owners.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def owners_pdf() -> Response:
    """Give the owners to invite on paper, commune by commune."""
    wanted = _wanted()
    data = sheets.write(verification_due.printable(db.session(), wanted), now())
    return pdf.opened(data, f"moi-kiem-dinh-{wanted.year}{wanted.month}.pdf")


def _wanted() -> Filter:
    return Filter.of(request.args, _today())


def _today() -> date:
    return local(now()).date()
