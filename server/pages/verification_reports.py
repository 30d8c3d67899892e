"""/verification-reports: figures of mobile verification by session, campaign, commune, period; what is behind; Word, PDF, Excel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user

from server.errors import Problem
from server.extensions import db
from server.pages.addresses import filtered
from server.pages.report_files import PDF, WORD, kept, picture
from server.printing import report_pdf
from server.printing.report_document import Report
from server.services import paging, report_scope, reports, verification_reports
from server.services.verification_reports import Source
from server.web import exported
from server.web.guards import now, signed_in
from sync.paper_words import local

bp = Blueprint("verification_reports", __name__)


@bp.get("/verification-reports")
@signed_in()
def chooser() -> str:
    """Show what a report can be made of."""
    return _chooser({})


@bp.get("/verification-reports/choose")
@signed_in()
def choose() -> Any:
    """Go to the report of the days that were typed; wrong ones are shown again with what is wrong in them."""
    typed = {name: request.args.get(name, "")[:20] for name in ("first", "last")}
    try:
        scope = report_scope.chosen("range", "", "", **typed)
    except Problem as problem:
        return Response(_chooser(typed, problem.detail), status=problem.code.status)
    return redirect(url_for("verification_reports.one", token=scope.token), 303)


@bp.get("/verification-reports/<token>")
@signed_in()
def one(token: str) -> Any:
    """Show the figures, or export one of their tables."""
    found, report = _made(token)
    table = reports.table_of(report, request.args.get("table", ""))
    file = None if table is None else exported.asked(lambda: reports.of_table(report, table, f"{token[-12:]}"))
    place = {"token": token}
    return file or render_template("verification_report.html", found=found, report=report, areas=verification_reports.areas_of(found),
                                   link=filtered("verification_reports.one", {"area": found.area}, **place),
                                   behind=filtered("verification_reports.behind", {"area": found.area}, **place), picture=picture)  # fmt: skip


@bp.get("/verification-reports/<token>/behind")
@signed_in()
def behind(token: str) -> str:
    """List the slips behind a number, or the sessions."""
    args = request.args
    figure, said = args.get("figure", "")[:200], args.get("said", "")[:300]
    found = _source(token)
    page = verification_reports.behind(found, figure, paging.asked(args.get("page", "")))
    link = filtered("verification_reports.behind", {"figure": figure, "said": said, "area": found.area}, token=token)
    return render_template("verification_behind.html", found=found, page=page, said=said, link=link)


@bp.get("/verification-reports/<token>/report.docx")
@signed_in()
def word(token: str) -> Response:
    """Give the report as a Word document."""
    from server.printing import report_docx  # late: a server at rest need not hold what writes Word

    return kept(report_docx.write(_made(token)[1]), WORD, "bao-cao-kiem-dinh", token)


@bp.get("/verification-reports/<token>/report.pdf")
@signed_in()
def pdf(token: str) -> Response:
    """Give the same report as PDF."""
    return kept(report_pdf.write(_made(token)[1]), PDF, "bao-cao-kiem-dinh", token)


def _source(token: str) -> Source:
    return verification_reports.source(db.session(), token, request.args.get("area", "")[:54], current_user.user)


def _made(token: str) -> tuple[Source, Report]:
    found = _source(token)
    return found, verification_reports.made(db.session(), found, local(now()).date())


def _chooser(typed: dict[str, str], fault: str = "") -> str:
    found = verification_reports.campaigns(db.session(), current_user.user)
    periods = list(dict.fromkeys((*report_scope.around(local(now()).date()), *reports.years(found))))
    return render_template("verification_reports.html", campaigns=found, periods=periods, typed=typed, fault=fault)
