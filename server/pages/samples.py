"""/samples: where every sample is, one sample, its custody, and what a laboratory said of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.services import sample_desk, sample_view, samples
from server.services.sample_desk import TEST_FIELDS, Event, Result
from server.services.samples import Filter
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.paper_samples import CONCLUSIONS, EVENTS
from sync.paper_words import local

bp = Blueprint("samples", __name__)
TEST_ROWS = 8
"""Rows of an empty form; a correction has three more than what it corrects."""


@bp.get("/samples")
@signed_in()
def listed() -> str:
    """List the samples that this person may read."""
    args = request.args
    wanted = Filter.of(args.get("stage", ""), args.get("q", ""), args.get("page", ""))
    found = samples.listing(db.session(), wanted, current_user.user, local(now()).date())
    return render_template(
        "samples.html",
        wanted=wanted,
        found=found,
        link=filtered("samples.listed", {"stage": wanted.stage, "q": wanted.text}),
    )


@bp.get("/samples/<uuid:sample_id>")
@signed_in()
def one(sample_id: UUID) -> str:
    """Show one sample."""
    return _shown(str(sample_id))


@bp.post("/samples/<uuid:sample_id>/custody")
@signed_in()
def hand_over(sample_id: UUID) -> Any:
    """Ask to confirm an event of the custody, or with `confirm` record it."""
    id, form, user = str(sample_id), request.form, current_user.user
    try:
        event = Event.of(form, now())
        if not form.get("confirm"):
            page = sample_view.page(db.session(), id, user, local(now()).date())
            return render_template("sample_confirm.html", page=page, event=event, typed=form)
        with writing(db.session) as session:
            done = sample_desk.add_event(session, id, event, user=user, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_shown(id, error=problem.detail), status=problem.code.status)
    flash(
        gettext("Việc này đã được ghi từ trước.")
        if done == sample_desk.ALREADY
        else gettext("Đã ghi vào giao nhận mẫu.")
    )
    return redirect(url_for("samples.one", sample_id=id), 303)


@bp.get("/samples/<uuid:sample_id>/result")
@signed_in()
def ask_for_result(sample_id: UUID) -> str:
    """Show the form for what a laboratory said; with `replaces` filled in with the version to correct."""
    return _form(str(sample_id), request.args.get("replaces", ""))


@bp.post("/samples/<uuid:sample_id>/result")
@signed_in()
def result(sample_id: UUID) -> Any:
    """Ask to confirm what was copied from a laboratory's report, or with `confirm` record it."""
    id, form, user = str(sample_id), request.form, current_user.user
    try:
        said = Result.of(form, _rows(), form.getlist("photo"), local(now()).date())
        if not form.get("confirm"):
            page = sample_view.page(db.session(), id, user, local(now()).date())
            return render_template("sample_result_confirm.html", page=page, result=said, typed=form)
        with writing(db.session) as session:
            done = sample_desk.add_result(session, id, said, user=user, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_form(id, form.get("replaces", ""), error=problem.detail), status=problem.code.status)
    flash(
        gettext("Kết quả này đã được ghi từ trước.")
        if done == sample_desk.ALREADY
        else gettext("Đã ghi kết quả thử nghiệm.")
    )
    return redirect(url_for("samples.one", sample_id=id), 303)


def _shown(id: str, *, error: str | None = None) -> str:
    page = sample_view.page(db.session(), id, current_user.user, local(now()).date())
    return render_template("sample.html", page=page, error=error, typed=request.form, events=EVENTS,
                           moment_now=local(now()).strftime("%Y-%m-%dT%H:%M"))  # fmt: skip


def _form(id: str, replaces: str, *, error: str | None = None) -> str:
    """The form of a result: as it was typed, else as the version that it corrects says, else empty."""
    page = sample_view.page(db.session(), id, current_user.user, local(now()).date())
    old = next((version.state for version in page.results if version.id == replaces), {})
    typed = request.form if request.form else old
    rows = _rows() if request.form else [dict(each) for each in old.get("tests") or ()]
    rows += [dict.fromkeys(TEST_FIELDS, "")] * max(TEST_ROWS - len(rows), 3)
    chosen = request.form.getlist("photo") if request.form else old.get("photo_ids") or []
    return render_template("sample_result.html", page=page, error=error, typed=typed, rows=rows, chosen=chosen,
                           replaces=replaces if old else "", conclusions=CONCLUSIONS)  # fmt: skip


def _rows() -> list[dict[str, str]]:
    """Read the table of tests, column by column; columns of different length are cut to the shortest."""
    columns = [request.form.getlist(f"test-{name}") for name in TEST_FIELDS]
    return [dict(zip(TEST_FIELDS, row, strict=True)) for row in zip(*columns, strict=False)]
