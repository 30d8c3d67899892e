"""/numbers: the register of minutes numbers, voiding and returning them, and papers under one number."""

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
from server.printing import registers
from server.services import number_book, number_desk
from server.services.number_book import Filter
from server.services.number_desk import Book
from server.web.exported import asked
from server.web.guards import now, signed_in
from server.web.pdf import opened
from server.web.transaction import writing

bp = Blueprint("numbers", __name__)


@bp.get("/numbers")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def register() -> Any:
    """Show one series of one year, number by number, or export it."""
    session, args = db.session(), request.args
    book, wanted = number_desk.book(session, args.get("series", ""), args.get("year", "")), Filter.of(args)
    if book is None:
        return render_template("numbers.html", found=None)
    exported = asked(lambda: number_book.export(session, book, wanted))
    if exported is not None:
        return exported
    link = filtered("numbers.register", {"series": book.series, "year": book.year, **wanted.fields})
    return render_template("numbers.html", books=number_desk.books(session), wanted=wanted, link=link,
                           found=number_book.page(session, book, wanted), filters=number_book.FILTERS)  # fmt: skip


@bp.get("/numbers/register.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def printed() -> Response:
    """Fetch the register as a form to print and sign, A4 landscape."""
    session, args = db.session(), request.args
    book = number_desk.book(session, args.get("series", "?"), args.get("year", ""))
    if book is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có sổ số này.")
    form = number_book.printed(session, book, Filter.of(args))
    session.rollback()  # typesetting is slow; the database is let go
    return opened(registers.printed(form, now()), f"so-dang-ky-so-{book.year}.pdf")


@bp.get("/numbers/void")
@signed_in(Role.SUPERVISOR)
def ask_to_void() -> str:
    """Show one number and ask why it is voided."""
    book, number = _named(request.args)
    return _void_page(book, number)


@bp.post("/numbers/void")
@signed_in(Role.SUPERVISOR)
def void() -> Any:
    """Cross out one number."""
    book, number = _named(request.form)
    reason, actor = request.form.get("reason", ""), current_user.user.id
    try:
        with writing(db.session) as session:
            number_desk.void(session, book, number, reason, actor=actor, now=now())
    except Problem as problem:
        return Response(_void_page(book, number, problem.detail, reason), status=problem.code.status)
    flash(f"Đã hủy số {number:02d}/{book.symbol}.")
    return redirect(url_for("numbers.register", series=book.series, year=book.year), 303)


@bp.get("/numbers/papers")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def papers() -> str:
    """Show the papers under one number side by side."""
    book, number = _named(request.args)
    return _papers_page(book, number)


@bp.post("/numbers/papers/<uuid:minutes_id>/void")
@signed_in(Role.SUPERVISOR)
def void_paper(minutes_id: UUID) -> Any:
    """Ask to confirm voiding one of the papers, or with `confirm` void it."""
    form, actor = request.form, current_user.user.id
    book, number = _named(form)
    reason, replaced_by = form.get("reason", ""), form.get("replaced_by", "")
    if not form.get("confirm"):
        return _papers_page(book, number, asked=(str(minutes_id), reason, replaced_by))
    try:
        with writing(db.session) as session:
            number_desk.void_paper(session, str(minutes_id), reason, replaced_by, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_papers_page(book, number, error=problem.detail), status=problem.code.status)
    flash(gettext("Đã hủy biên bản; tờ giấy và lý do được giữ trong hồ sơ."))
    return redirect(url_for("numbers.papers", series=book.series, year=book.year, number=number), 303)


def _named(given: Any) -> tuple[Book, int]:
    """Read which number is meant."""
    number = str(given.get("number", ""))
    book = number_desk.book(db.session(), given.get("series", "?"), given.get("year", ""))
    if book is None or not (number.isascii() and number.isdigit() and 0 < len(number) < 9):
        raise Problem(ProblemCode.NOT_FOUND, "Không có số này trong sổ.")
    return book, int(number)


def _void_page(book: Book, number: int, error: str | None = None, reason: str = "") -> str:
    row = number_book.row(db.session(), book, number)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, f"Số {number} chưa được cấp trong sổ {book.series} năm {book.year}.")
    return render_template("number_void.html", book=book, row=row, error=error, reason=reason)


def _papers_page(
    book: Book, number: int, *, error: str | None = None, asked: tuple[str, str, str] | None = None
) -> str:
    session = db.session()
    found = number_desk.papers(session, book, number)
    if not found:
        raise Problem(ProblemCode.NOT_FOUND, "Chưa có biên bản nào mang số này.")
    others = number_desk.others_of(session, found)
    return render_template(
        "papers.html", book=book, papers=found, others=others, error=error, asked=asked, number=number
    )
