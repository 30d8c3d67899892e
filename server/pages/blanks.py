"""/printing/blanks: pre-printed minutes under numbers set aside, and keying in what was written on one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing import batches
from server.printing.minutes import render
from server.security.keys import server_key
from server.services import blank_desk, inspection_view, ledger, paging, papers
from server.services.blank_desk import Sheets, Wanted
from server.services.number_book import Row
from server.settings import Settings
from server.web.guards import now, signed_in
from server.web.pdf import opened
from server.web.transaction import writing
from sync.paper_words import VIETNAM

bp = Blueprint("blanks", __name__)


@bp.get("/printing/blanks")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> str:
    """List what was set aside, and look for an inspection to print sheets for."""
    session, text = db.session(), paging.words(request.args.get("q", ""))
    return render_template("blanks.html", q=text, found=blank_desk.inspections(session, text) if text else [],
                           sheets=blank_desk.listing(session))  # fmt: skip


@bp.get("/printing/blanks/new/<uuid:inspection_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def ask(inspection_id: UUID) -> str:
    """Ask which form and how many sheets."""
    return _ask_page(str(inspection_id))


@bp.post("/printing/blanks/new/<uuid:inspection_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def reserve(inspection_id: UUID) -> Any:
    """Set the numbers aside; the same form sent twice does so once."""
    form, actor = request.form, current_user.user.id
    try:
        wanted = Wanted.of(form)
        with writing(db.session) as session:
            blank_desk.reserve(session, str(inspection_id), wanted, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_ask_page(str(inspection_id), problem.detail), status=problem.code.status)
    return redirect(url_for("blanks.one", sheets_id=wanted.id), 303)


@bp.get("/printing/blanks/<uuid:sheets_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(sheets_id: UUID) -> str:
    """Show the sheets of one act and what became of each."""
    return render_template("blank.html", sheets=blank_desk.sheets(db.session(), str(sheets_id)))


@bp.get("/printing/blanks/<uuid:sheets_id>/sheets.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def pdf(sheets_id: UUID) -> Response:
    """Fetch the sheets that are still set aside as one PDF."""
    session, settings = db.session(), _settings()
    texts = blank_desk.texts(session, str(sheets_id), now())
    session.rollback()  # typesetting is slow; the database is let go
    data = batches.joined((render(text, None, host=settings.public_host, status="issued") for text in texts),
                          both_sides=True, title="Biên bản in sẵn")  # fmt: skip
    return opened(data, "bien-ban-in-san.pdf")


@bp.get("/printing/blanks/<uuid:sheets_id>/key-in/<number>")
@signed_in(Role.SUPERVISOR)
def ask_to_key_in(sheets_id: UUID, number: str) -> str:
    """Say what keying in means and ask for the time on the paper."""
    return _key_in_page(blank_desk.sheets(db.session(), str(sheets_id)), number)


@bp.post("/printing/blanks/<uuid:sheets_id>/key-in/<number>")
@signed_in(Role.SUPERVISOR)
def key_in(sheets_id: UUID, number: str) -> Any:
    """Issue what was written on one sheet, under its number."""
    found = blank_desk.sheets(db.session(), str(sheets_id))
    row = _row(found, number)
    given, actor, key = request.form.get("written_at", ""), current_user.user.id, server_key(_settings().instance)
    try:
        if row.number not in found.left:
            raise Problem(ProblemCode.CONFLICT, "Số này không phải số đang dành cho bản in sẵn.")
        with writing(db.session) as session:
            papers.key_in(session, found.inspection_id, found.form, number=row.number, written_at=_moment(given), actor=actor,
                          key=key, now=now())  # fmt: skip
    except Problem as problem:
        return Response(_key_in_page(found, number, problem.detail, given), status=problem.code.status)
    flash(gettext("Đã nhập biên bản viết tay; nguồn: bản giấy."))
    return redirect(url_for("blanks.one", sheets_id=sheets_id), 303)


def _ask_page(id: str, error: str = "") -> str:
    session = db.session()
    inspection = inspection_view.existing(session, id, current_user.user)
    return render_template("blank_new.html", inspection_id=id, site=inspection_view.title(session, inspection), error=error,
                           forms=blank_desk.forms(session, inspection), most=blank_desk.MAX_SHEETS, typed=request.form,
                           new_id=request.form.get("id") or ledger.new_id())  # fmt: skip


def _key_in_page(found: Sheets, number: str, error: str = "", written_at: str = "") -> str:
    return render_template(
        "blank_key_in.html", sheets=found, row=_row(found, number), error=error, written_at=written_at
    )


def _row(found: Sheets, number: str) -> Row:
    """Return the sheet with this number."""
    row = next((row for row in found.rows if str(row.number) == number), None)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có số này trong lần in sẵn.")
    return row


def _moment(text: str) -> datetime:
    """Read the local time that the browser's field gives."""
    try:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)
    except ValueError:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy ghi ngày, giờ như trên biên bản.") from None


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
