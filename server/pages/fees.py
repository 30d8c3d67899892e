"""/fees: what owners paid, the daily cash sheet on screen and paper, payers for the invoice system, taking one back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.printing import sheets
from server.services import cash_sheet, fees
from server.services.fees import Filter
from server.services.verification_words import METHODS
from server.web import exported, pdf
from server.web.guards import now, signed_in
from server.web.transaction import writing

bp = Blueprint("fees", __name__)


@bp.get("/fees")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """List payments with their sums by method."""
    session, wanted = db.session(), Filter.of(request.args)
    return exported.asked(lambda: fees.export(fees.find(session, wanted), wanted)) or _shown(wanted)


@bp.get("/fees/invoices")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def invoices() -> Any:
    """Show the payers with what they paid for, line by line, or give them as a file for the invoice system."""
    wanted = Filter.of(request.args)
    found = fees.invoices(fees.find(db.session(), wanted), wanted)
    link = filtered("fees.invoices", wanted.fields)
    return exported.asked(lambda: found) or render_template(
        "fees_invoices.html", found=found, wanted=wanted, link=link, methods=METHODS, most=200
    )


@bp.get("/fees/cash/<day>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def cash(day: str) -> Any:
    """Show the cash sheet of a day, or give it as a workbook."""
    held = request.args.get("session", "")[:36]
    found = cash_sheet.of_day(db.session(), day, held)
    link = filtered("fees.cash", {"session": held}, day=day)
    return exported.asked(lambda: cash_sheet.export(found)) or render_template("cash_sheet.html", found=found, held=held, link=link)  # fmt: skip


@bp.get("/fees/cash/<day>/sheet.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def cash_pdf(day: str) -> Response:
    """Give the cash sheet of a day to be printed and signed."""
    found = cash_sheet.of_day(db.session(), day, request.args.get("session", "")[:36])
    return pdf.opened(sheets.write(cash_sheet.printable(found), now()), f"bang-ke-tien-mat-{found.on:%Y%m%d}.pdf")


@bp.post("/fees/<uuid:payment_id>/void")
@signed_in(Role.SUPERVISOR)
def void(payment_id: UUID) -> Any:
    """Take a payment back for a reason."""
    form, actor = request.form, current_user.user.id
    try:
        with writing(db.session) as session:
            fees.void(session, str(payment_id), form.get("reason", ""), seen=form.get("seen", ""), actor=actor, now=now())  # fmt: skip
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(Filter.of(request.args), problem.detail), status=problem.code.status)
    flash(gettext("Đã hủy khoản thu; khoản thu vẫn đọc được, không tính nữa."))
    return redirect(filtered("fees.listed", Filter.of(request.args).fields)(), 303)


def _shown(wanted: Filter, error: str | None = None) -> str:
    found = fees.listing(db.session(), wanted)
    return render_template("fees.html", found=found, wanted=wanted, error=error, methods=METHODS,
                           link=filtered("fees.listed", wanted.fields), invoices=filtered("fees.invoices", wanted.fields))  # fmt: skip
