"""/standards: the register of measurement standards, one with its certificates, adding one and renewing it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from checklists import standards as core
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import rules, standard_desk, standards
from server.services.standards import Certificate
from server.web import exported
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_words import local

bp = Blueprint("standards", __name__)


@bp.get("/standards")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> Any:
    """List the register, what runs out first on top."""
    args = request.args
    found = standard_desk.listing(db.session(), _today(), status=args.get("status", ""), text=args.get("q", ""))
    file = exported.asked(lambda: standard_desk.export(found))
    link = filtered("standards.listed", {"status": found.status, "q": found.text})
    return file or render_template("standards.html", found=found, within=standard_desk.WITHIN_DAYS, link=link)


@bp.get("/standards/new")
@signed_in(Role.SUPERVISOR)
def ask_to_add() -> str:
    """Show the empty form of a standard with its certificate."""
    return _form_of_new()


@bp.post("/standards/new")
@signed_in(Role.SUPERVISOR)
def add() -> Any:
    """Show what would be written, or with `confirm` write a standard and its first certificate."""
    form, actor = request.form, current_user.user.id
    try:
        described, certificate = standards.described(form), _certificate(form.get("kind", ""))
        if not form.get("confirm"):
            standards.refuse_twin(db.session(), described)
            return render_template("standard_confirm.html", page=None, standard=described,
                                   certificate=certificate, factors=_lines(certificate))  # fmt: skip
        with writing(db.session) as session:
            id = standards.register(session, described, certificate, actor=actor, at=now())
    except Problem as problem:
        return Response(_form_of_new(problem.detail), status=problem.code.status)
    flash(f"Đã ghi {core.named(described)} vào sổ; máy tính bảng nhận ở lần đồng bộ tới.")
    return redirect(url_for("standards.one", standard_id=id), 303)


@bp.get("/standards/<uuid:standard_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(standard_id: UUID) -> str:
    """Show one standard with its certificates."""
    return _shown(str(standard_id))


@bp.post("/standards/<uuid:standard_id>/certificates")
@signed_in(Role.SUPERVISOR)
def certify(standard_id: UUID) -> Any:
    """Show what a new certificate would change, or with `confirm` add it."""
    id, form, actor = str(standard_id), request.form, current_user.user.id
    try:
        found = standards.existing(db.session(), id, _seen())
        certificate = _certificate(str(found.state["kind"]))
        if not form.get("confirm"):
            page = standard_desk.page(db.session(), id, _today())
            return render_template("standard_confirm.html", page=page, standard=page.row.state, certificate=certificate,
                                   factors=_lines(certificate))  # fmt: skip
        with writing(db.session) as session:
            changed = standards.certify(session, id, certificate, actor=actor, at=now(), seen=_seen())
    except Problem as problem:
        return _again(id, problem)
    flash(f"Đã thêm giấy số {certificate.number}, hạn {certificate.valid_until:%d/%m/%Y}. {_followed(changed)}")
    return redirect(url_for("standards.one", standard_id=id), 303)


@bp.post("/standards/<uuid:standard_id>/withdraw")
@signed_in(Role.SUPERVISOR)
def withdraw(standard_id: UUID) -> Any:
    """Strike out a certificate that was entered wrongly."""
    id, form, actor = str(standard_id), request.form, current_user.user.id
    number, reason = form.get("number", ""), form.get("reason", "")
    try:
        with writing(db.session) as session:
            changed = standards.withdraw(session, id, number, reason, actor=actor, at=now(), seen=_seen())
    except Problem as problem:
        return _again(id, problem)
    flash(f"Đã gạch bỏ giấy số {number}; giấy vẫn đọc được, không tính nữa. {_followed(changed)}")
    return redirect(url_for("standards.one", standard_id=id), 303)


@bp.post("/standards/<uuid:standard_id>/state")
@signed_in(Role.SUPERVISOR)
def set_state(standard_id: UUID) -> Any:
    """Say where the standard is: in use, sent away, broken, retired."""
    id, form, actor = str(standard_id), request.form, current_user.user.id
    try:
        with writing(db.session) as session:
            standards.set_state(
                session, id, form.get("state", ""), form.get("reason", ""), actor=actor, at=now(), seen=_seen()
            )
    except Problem as problem:
        return _again(id, problem)
    flash(gettext("Đã ghi tình trạng mới của chuẩn."))
    return redirect(url_for("standards.one", standard_id=id), 303)


def _certificate(kind: str) -> Certificate:
    """Read the certificate of a form; its factors are lines `range: number`, or parts between semicolons."""
    form = request.form
    lines = [line for line in re.split(r"[\r\n;]+", form.get("factors", "")) if line.strip()]
    factors = {name.strip(): value.strip() for name, _, value in (line.rpartition(":") for line in lines)}
    return Certificate.of(kind, number=form.get("number", ""), body=form.get("body", ""), issued_on=form.get("issued_on", ""),
                          valid_until=form.get("valid_until", ""), factors=factors, today=_today(),
                          rules=rules.current(db.session()))  # fmt: skip


def _lines(certificate: Certificate) -> str:
    """Write factors as the form reads them, in one line."""
    return "; ".join(f"{name}: {value}" for name, value in certificate.factors.items())


def _seen() -> int:
    """Return the revision that the page showed; what is none agrees with no revision."""
    said = request.form.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1


def _again(id: str, problem: Problem) -> Response:
    if problem.code is ProblemCode.NOT_FOUND:
        raise problem
    return Response(_shown(id, error=problem.detail), status=problem.code.status)


def _shown(id: str, *, error: str | None = None) -> str:
    page = standard_desk.page(db.session(), id, _today())
    return render_template("standard.html", page=page, error=error, typed=request.form, states=standards.STATES)


def _form_of_new(error: str | None = None) -> str:
    return render_template("standard_new.html", kinds=core.load().kinds, error=error, typed=request.form,
                           cycle=core.cycle_of(rules.current(db.session()), request.form.get("kind", "dose_rate")))  # fmt: skip


def _followed(changed: int) -> str:
    return f"Đã tính lại {changed} kết quả của các cuộc kiểm tra đang mở." if changed else ""


def _today() -> date:
    return local(now()).date()
