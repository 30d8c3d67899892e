"""/reports: choose a campaign or a period, its figures with charts, the inspections behind a number, Word and PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user

from server.errors import Problem
from server.extensions import db
from server.pages.addresses import filtered
from server.pages.report_files import PDF, WORD, kept, picture
from server.printing import report_pdf
from server.services import paging, report_scope, report_totals, reports
from server.web import exported
from server.web.guards import now, signed_in
from sync.paper_words import local

bp = Blueprint("reports", __name__)
_FIELDS = ("kind", "year", "part", "first", "last")


@bp.get("/reports")
@signed_in()
def chooser() -> str:
    """Show what a report can be made of."""
    return _chooser({})


@bp.get("/reports/choose")
@signed_in()
def choose() -> Any:
    """Go to the report of the period that was typed; a wrong one is shown again with what is wrong in it."""
    typed = {name: request.args.get(name, "")[:20] for name in _FIELDS}
    try:
        scope = report_scope.chosen(**typed)
    except Problem as problem:
        return Response(_chooser(typed, problem.detail), status=problem.code.status)
    return redirect(url_for("reports.one", token=scope.token), 303)


@bp.get("/reports/<token>")
@signed_in()
def one(token: str) -> Any:
    """Show the figures of a campaign or a period, or export one of its tables."""
    scope, today = report_scope.read(token), local(now()).date()
    found = reports.made(db.session(), scope, current_user.user, today)
    table = reports.table_of(found, request.args.get("table", ""))
    file = None if table is None else exported.asked(lambda: reports.listed(found, table, scope))
    return file or render_template("report.html", found=found, scope=scope, picture=picture,
                                   link=filtered("reports.one", {}, token=token),
                                   behind=filtered("reports.behind", {}, token=token))  # fmt: skip


@bp.get("/reports/<token>/inspections")
@signed_in()
def behind(token: str) -> str:
    """List the inspections behind a number of a report."""
    scope, args, today = report_scope.read(token), request.args, local(now()).date()
    figure, said = args.get("figure", "")[:200], args.get("said", "")[:300]
    found = report_totals.behind(
        db.session(), scope, figure, paging.asked(args.get("page", "")), current_user.user, today
    )
    link = filtered("reports.behind", {"figure": figure, "said": said}, token=token)
    return render_template("report_inspections.html", found=found, scope=scope, said=said, link=link)


@bp.get("/reports/<token>/report.docx")
@signed_in()
def word(token: str) -> Response:
    """Give the report as a Word document, with its annexes."""
    from server.printing import report_docx  # late: a server at rest need not hold what writes Word

    return kept(report_docx.write(_whole(token)), WORD, "bao-cao", token)


@bp.get("/reports/<token>/report.pdf")
@signed_in()
def pdf(token: str) -> Response:
    """Give the same report as PDF."""
    return kept(report_pdf.write(_whole(token)), PDF, "bao-cao", token)


def _whole(token: str) -> Any:
    today = local(now()).date()
    return reports.made(db.session(), report_scope.read(token), current_user.user, today, with_annexes=True)


def _chooser(typed: dict[str, str], fault: str = "") -> str:
    today = local(now()).date()
    found = reports.campaigns(db.session(), current_user.user)
    periods = list(dict.fromkeys((*report_scope.around(today), *reports.years(found))))
    return render_template("reports.html", campaigns=found, periods=periods, kinds=report_scope.KINDS,
                           typed={"kind": "month", "year": str(today.year), **typed}, fault=fault)  # fmt: skip
