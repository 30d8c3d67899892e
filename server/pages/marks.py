"""/marks: the ledger of stickers and seals: batches, one serial by serial, days, stocktakes, what does not fit."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import mark_book, mark_days, mark_list, mark_stocktakes, mark_words, organisations, paging
from server.services.mark_book import Received
from server.services.mark_list import Filter
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("marks", __name__)


@bp.get("/marks")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """List the batches with their figures."""
    session, kind = db.session(), _kind()
    file = exported.asked(lambda: mark_list.export(session, kind))
    return file or render_template("marks.html", found=mark_list.overview(session, kind), kind=kind, figures=mark_list.figures,
                                   link=filtered("marks.listed", {"kind": kind}))  # fmt: skip


@bp.get("/marks/find")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def find() -> str:
    """Tell the story of one serial."""
    text = request.args.get("serial", "").strip()[:60]
    return render_template("marks_find.html", text=text, stories=mark_list.find(db.session(), text))


@bp.get("/marks/days")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def days() -> Any:
    """Show what each tablet was given, used and brought back, day by day."""
    session, kind = db.session(), _kind()
    file = exported.asked(lambda: mark_days.export(session, kind))
    return file or render_template("marks_days.html", rows=mark_days.days(session, kind), kind=kind, flows=mark_days.FLOWS,
                                   link=filtered("marks.days", {"kind": kind}))  # fmt: skip


@bp.get("/marks/stocktakes")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def stocktakes() -> Any:
    """Show what was counted at each day's end and how it differs."""
    session, state, page = db.session(), request.args.get("state", ""), paging.asked(request.args.get("page", ""))
    state = state if state in mark_stocktakes.STATES else ""
    file = exported.asked(lambda: mark_stocktakes.export(session, state))
    return file or render_template("marks_stocktakes.html", found=mark_stocktakes.listing(session, state, page), state=state,
                                   states=mark_stocktakes.STATES, link=filtered("marks.stocktakes", {"state": state}))  # fmt: skip


@bp.get("/marks/findings")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def findings() -> Any:
    """Show what does not fit together."""
    session = db.session()
    file = exported.asked(lambda: mark_list.export_findings(session))
    return file or render_template("marks_findings.html", found=mark_list.findings(session), taken=mark_list.overview(session).taken,
                                   words=mark_words.FINDINGS, link=filtered("marks.findings", {}))  # fmt: skip


@bp.get("/marks/new")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def ask_to_receive() -> str:
    """Show the empty form of a batch."""
    return _form_of()


@bp.post("/marks/new")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def receive() -> Any:
    """Show what would be entered, or with `confirm` enter a batch."""
    form, actor = request.form, current_user.user.id
    try:
        said = Received.of(form, _today())
        if not form.get("confirm"):
            mark_book.check(db.session(), said)
            return render_template("mark_receive_confirm.html", said=said, batch=None,
                                   organisation=mark_words.organisations(db.session())[said.organisation_id])  # fmt: skip
        with writing(db.session) as session:
            id = mark_book.receive(session, said, actor=actor, now=now())
    except Problem as problem:
        return Response(_form_of(error=problem.detail), status=problem.code.status)
    flash(gettext("Đã nhập %(count)s số vào sổ.", count=said.count))
    return redirect(url_for("marks.one", batch_id=id), 303)


@bp.get("/marks/<uuid:batch_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(batch_id: UUID) -> Any:
    """Show one batch, serial by serial, or export it."""
    session, wanted = db.session(), Filter.of(request.args)
    return exported.asked(lambda: mark_list.export_batch(session, str(batch_id), wanted)) or _shown(
        str(batch_id), wanted
    )


@bp.get("/marks/<uuid:batch_id>/correct")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def ask_to_correct(batch_id: UUID) -> str:
    """Show a batch that nobody used as its form."""
    return _form_of(mark_list.page(db.session(), str(batch_id), Filter()).roll.batch)


@bp.post("/marks/<uuid:batch_id>/correct")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def correct(batch_id: UUID) -> Any:
    """Show what would be entered instead, or with `confirm` correct a batch that nobody used."""
    form, actor, id = request.form, current_user.user.id, str(batch_id)
    try:
        said = Received.of(form, _today())
        if not form.get("confirm"):
            mark_book.check(db.session(), said, instead_of=id)
            return render_template("mark_receive_confirm.html", said=said, batch=id, seen=_seen(),
                                   organisation=mark_words.organisations(db.session())[said.organisation_id])  # fmt: skip
        with writing(db.session) as session:
            mark_book.correct(session, id, said, seen=_seen(), actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        batch = mark_list.page(db.session(), id, Filter()).roll.batch
        return Response(_form_of(batch, error=problem.detail), status=problem.code.status)
    flash(gettext("Đã sửa lô."))
    return redirect(url_for("marks.one", batch_id=id), 303)


@bp.post("/marks/<uuid:batch_id>/void")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def void(batch_id: UUID) -> Any:
    """Strike out a batch that nobody used."""
    id, reason, actor = str(batch_id), request.form.get("reason", ""), current_user.user.id
    try:
        with writing(db.session) as session:
            mark_book.void(session, id, reason, seen=_seen(), actor=actor, now=now())
    except Problem as problem:
        return _again(id, problem)
    flash(gettext("Đã gạch lô; lô vẫn đọc được, không tính nữa."))
    return redirect(url_for("marks.listed"), 303)


@bp.post("/marks/<uuid:batch_id>/write-off")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def write_off(batch_id: UUID) -> Any:
    """Write off serials that were lost or spoiled at the office."""
    id, form, actor = str(batch_id), request.form, current_user.user.id
    span, reason = (form.get("first", ""), form.get("last", "")), form.get("reason", "")
    try:
        with writing(db.session) as session:
            count = mark_book.write_off(session, id, span, reason, seen=_seen(), actor=actor, now=now())
    except Problem as problem:
        return _again(id, problem)
    flash(gettext("Đã ghi mất, hủy %(count)s số.", count=count))
    return redirect(url_for("marks.one", batch_id=id), 303)


@bp.post("/marks/<uuid:batch_id>/found")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def found_here(batch_id: UUID) -> Any:
    """Note that serials passed over by a restore lie at the office."""
    id, form, actor = str(batch_id), request.form, current_user.user.id
    span = form.get("first", ""), form.get("last", "")
    try:
        with writing(db.session) as session:
            count = mark_book.found_here(session, id, span, seen=_seen(), actor=actor, now=now())
    except Problem as problem:
        return _again(id, problem)
    flash(gettext("Đã ghi %(count)s số còn ở cơ quan.", count=count))
    return redirect(url_for("marks.one", batch_id=id), 303)


def _again(id: str, problem: Problem) -> Response:
    if problem.code is ProblemCode.NOT_FOUND:
        raise problem
    return Response(_shown(id, Filter(), error=problem.detail), status=problem.code.status)


def _shown(id: str, wanted: Filter, *, error: str | None = None) -> str:
    return render_template("mark_batch.html", page=mark_list.page(db.session(), id, wanted), wanted=wanted, error=error,
                           typed=request.form, fates=mark_words.FATES,
                           link=filtered("marks.one", wanted.fields, batch_id=id))  # fmt: skip


def _form_of(batch: Any = None, *, error: str | None = None) -> str:
    typed: Any = request.form
    if batch is not None and not typed:
        typed = {**batch.state, "first": batch.ends[0], "last": batch.ends[1]}
    return render_template("mark_receive.html", houses=organisations.all_of(db.session()), kinds=mark_book.KINDS, typed=typed,
                           batch=batch, error=error, today=_today().isoformat())  # fmt: skip


def _kind() -> str:
    asked = request.args.get("kind", "")
    return asked if asked in mark_book.KINDS else ""


def _seen() -> int:
    """Return the revision that the page showed; what is none agrees with no revision."""
    said = request.form.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1


def _today() -> date:
    return local(now()).date()
