"""/prices: the price table of verification: typed or brought as a file with a look at every row, ended, struck out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.orm import Session

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.pages.sent_files import MAX_FILE, sent, sent_back
from server.services import accounts, price_import, prices, tables, verifiers
from server.services.tables import TableError
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("prices", __name__)


@bp.get("/prices")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """List the table: what holds today on top."""
    wanted = _wanted()
    rows = [p for p in prices.listing(db.session(), local(now()).date()) if wanted in ("", p.status)]
    return exported.asked(lambda: prices.export(rows)) or _shown()


@bp.post("/prices")
@signed_in(Role.SUPERVISOR)
def add() -> Any:
    """Add one price; the one before it ends the day before."""
    form, actor = request.form, current_user.user.id
    price, faults = prices.read(form)
    if faults:
        return Response(_shown(" ".join(prices.faulty(faults)), form), status=400)
    return _done(lambda session: prices.add(session, [price], actor=actor, now=now()), "Đã thêm giá.", form)


@bp.post("/prices/import")
@signed_in(Role.SUPERVISOR)
def bring_in() -> Any:
    """Show each row of a file with what is wrong, or with `confirm` write the new ones."""
    form, actor = request.form, current_user.user.id
    name, data = sent()
    try:
        if len(data) > MAX_FILE:
            raise TableError(f"Tệp lớn hơn {MAX_FILE // 1024} KB: hãy chia nhỏ.")
        sheets = tables.of_bytes(data, name)
        if not form.get("confirm"):
            report = price_import.read(db.session(), sheets)
            return render_template("prices_preview.html", report=report, name=name, labels=prices.LABELS,
                                   types=verifiers.instrument_types(), data=sent_back(data))  # fmt: skip
        with writing(db.session) as session:
            report = price_import.read(session, sheets)
            if report.errors:
                raise Problem(ProblemCode.CONFLICT, f"Tệp còn {len(report.errors)} lỗi: chưa nhập gì.")
            count = prices.add(session, report.fresh, actor=actor, now=now())
    except TableError as error:
        return Response(_shown(str(error)), status=400)
    except Problem as problem:
        return Response(_shown(problem.detail), status=problem.code.status)
    flash(gettext("Đã nhập %(count)s giá.", count=count))
    return redirect(url_for("prices.listed"), 303)


@bp.post("/prices/<uuid:price_id>/end")
@signed_in(Role.SUPERVISOR)
def end(price_id: UUID) -> Any:
    """Let a price end after a day."""
    form, actor = request.form, current_user.user.id

    def work(session: Session) -> None:
        prices.end(session, str(price_id), form.get("last", ""), seen=form.get("seen", ""), actor=actor, now=now())

    return _done(work, "Đã ghi ngày hết hiệu lực của giá.")


@bp.post("/prices/<uuid:price_id>/strike")
@signed_in(Role.SUPERVISOR)
def strike(price_id: UUID) -> Any:
    """Strike out a price that was entered wrongly."""
    form, actor = request.form, current_user.user.id

    def work(session: Session) -> None:
        prices.strike(session, str(price_id), form.get("reason", ""), seen=form.get("seen", ""), actor=actor, now=now())

    return _done(work, "Đã gạch giá này; giá vẫn đọc được, không tính nữa.")


def _done(work: Callable[[Session], Any], said: str, typed: Any = None) -> Any:
    try:
        with writing(db.session) as session:
            work(session)
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(problem.detail, typed), status=problem.code.status)
    flash(said)
    return redirect(url_for("prices.listed"), 303)


def _shown(error: str | None = None, typed: Any = None) -> str:
    session, today = db.session(), local(now()).date()
    every = prices.listing(session, today)
    counts = {status: sum(p.status == status for p in every) for status in prices.STATES}
    return render_template("prices.html", error=error, typed=typed or {}, counts=counts, total=len(every), wanted=_wanted(),
                           rows=[p for p in every if _wanted() in ("", p.status)], types=verifiers.instrument_types(), labels=prices.LABELS,
                           states=prices.STATES, columns=price_import.COLUMNS, people=accounts.names(session), today=today.isoformat(),
                           link=filtered("prices.listed", {"status": _wanted()}))  # fmt: skip


def _wanted() -> str:
    asked = request.args.get("status", "")
    return asked if asked in prices.STATES else ""
