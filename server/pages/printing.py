"""/printing: papers that wait for the printer, batches, what came of them, and the log of prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.pages.addresses import filtered
from server.printing import batches
from server.printing.minutes import render
from server.services import ledger, print_batches, print_files, print_log, print_queue, unsigned_papers
from server.services.print_batches import Wanted
from server.services.print_files import Source
from server.settings import Settings
from server.storage import open_store
from server.web.exported import asked
from server.web.guards import now, signed_in
from server.web.pdf import opened
from server.web.transaction import writing
from sync.paper_forms import FORMS
from sync.paper_words import local

bp = Blueprint("printing", __name__)


@bp.get("/printing")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def queue() -> str:
    """List the papers that wait, and the batches that are at a printer."""
    session, wanted = db.session(), print_queue.Filter.of(request.args)
    found = print_queue.queue(session, wanted)
    return render_template("printing.html", wanted=wanted, found=found, open=print_batches.open_batches(session),
                           link=filtered("printing.queue", wanted.fields), origins=print_queue.ORIGINS,
                           forms=[(form.code, form.name) for form in FORMS.values()])  # fmt: skip


@bp.route("/printing/new", methods=["GET", "POST"])
@signed_in(Role.SUPERVISOR, Role.CLERK)
def prepare() -> str:
    """Show the papers that were chosen and ask how to print them; writes nothing."""
    return _prepare_page(request.values)


@bp.post("/printing/batches")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def start() -> Any:
    """Send them to the printer; the same form sent twice is one batch."""
    form, actor = request.form, current_user.user.id
    wanted = None
    try:
        wanted = Wanted.of(form.get("id", ""), form.getlist("paper"), form)
        with writing(db.session) as session:
            print_batches.start(session, wanted, actor=actor, now=now())
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND or not form.getlist("paper"):
            raise
        return Response(_prepare_page(form, problem.detail), status=problem.code.status)
    return redirect(url_for("printing.one", batch_id=wanted.id), 303)


@bp.get("/printing/batches/<uuid:batch_id>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(batch_id: UUID) -> str:
    """Show one batch: its files, and what came of it."""
    return _batch_page(str(batch_id))


@bp.get("/printing/batches/<uuid:batch_id>/papers.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def papers_pdf(batch_id: UUID) -> Response:
    """Fetch the papers of a batch as one PDF, every copy in it."""
    session = db.session()
    found = print_batches.batch(session, str(batch_id))
    sources = print_files.papers(session, [item.row.id for item in found.items])
    session.rollback()  # typesetting is slow; the database is let go
    host = _settings().public_host
    data = batches.joined((_rendered(source, host) for source in sources), copies=found.copies,
                          both_sides=found.both_sides, title="Lượt in văn bản")  # fmt: skip
    return opened(data, f"luot-in-{str(batch_id)[:8]}.pdf")


@bp.get("/printing/batches/<uuid:batch_id>/photos.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def photos_pdf(batch_id: UUID) -> Response:
    """Fetch the photo annex of a batch."""
    found = print_batches.batch(db.session(), str(batch_id))
    return _photos([item.row.id for item in found.items], f"phu-luc-anh-{str(batch_id)[:8]}.pdf")


@bp.get("/printing/papers/<uuid:minutes_id>/photos.pdf")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def photos_of_one(minutes_id: UUID) -> Response:
    """Fetch the photo annex of one paper to look at."""
    (sheet,) = print_batches.sheets(db.session(), [str(minutes_id)])
    return _photos([sheet.row.id], f"phu-luc-anh-{sheet.row.text.replace('/', '-')}.pdf")


@bp.post("/printing/batches/<uuid:batch_id>/finish")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def finish(batch_id: UUID) -> Any:
    """Record which papers were printed; the others stay in the queue."""
    form, actor = request.form, current_user.user.id
    printed = [] if form.get("failed") else form.getlist("printed")
    try:
        with writing(db.session) as session:
            done, failed = print_batches.finish(
                session, str(batch_id), printed, form.get("reason", ""), actor=actor, now=now()
            )
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        page = _batch_page(str(batch_id), problem.detail, marked=printed, reason=form.get("reason", ""))
        return Response(page, status=problem.code.status)
    said = f"Đã ghi sổ: in xong {done} văn bản" + (f", {failed} văn bản in lỗi, còn trong hàng đợi." if failed else ".")
    flash(said if done + failed else gettext("Lượt in này đã được ghi sổ từ trước."))
    return redirect(url_for("printing.one", batch_id=batch_id), 303)


@bp.post("/printing/elsewhere")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def elsewhere() -> Any:
    """Ask to confirm that papers were printed at the site, or with `confirm` record it."""
    form, actor, papers = request.form, current_user.user.id, print_batches.chosen(_chosen(request.form))
    if not form.get("confirm"):
        return _elsewhere_page(papers)
    try:
        with writing(db.session) as session:
            count = print_batches.printed_elsewhere(
                session, form.get("id", ""), papers, form.get("reason", ""), actor=actor, now=now()
            )
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_elsewhere_page(papers, problem.detail, form.get("reason", "")), status=problem.code.status)
    flash(gettext("Đã ghi %(count)s văn bản in tại hiện trường, không in ở cơ quan.", count=count))
    return redirect(url_for("printing.queue"), 303)


@bp.get("/printing/log")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def log() -> Any:
    """Show the log of prints (sổ theo dõi in), newest first."""
    session, wanted = db.session(), print_log.Filter.of(request.args)
    exported = asked(lambda: print_log.export(session, wanted))
    if exported is not None:
        return exported
    return render_template("print_log.html", wanted=wanted, found=print_log.listing(session, wanted),
                           link=filtered("printing.log", wanted.fields), outcomes=print_log.OUTCOMES)  # fmt: skip


@bp.get("/printing/unsigned")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def unsigned() -> Any:
    """List the minutes whose signed copy has not come, the oldest first."""
    session, wanted = db.session(), unsigned_papers.Filter.of(request.args)
    exported = asked(lambda: unsigned_papers.export(session, wanted, now()))
    if exported is not None:
        return exported
    found = unsigned_papers.listing(session, wanted, now())
    return render_template("unsigned_papers.html", wanted=wanted, found=found, ages=unsigned_papers.AGES,
                           link=filtered("printing.unsigned", wanted.fields))  # fmt: skip


@bp.get("/printing/unsigned/reminder")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def reminder() -> str:
    """Show the reminder to print and hand out: for each leader the minutes that are waited for."""
    wanted = unsigned_papers.Filter.of(request.args)
    return render_template("unsigned_reminder.html", teams=unsigned_papers.by_leader(db.session(), wanted, now()),
                           link=filtered("printing.unsigned", wanted.fields), today=local(now()).date().isoformat())  # fmt: skip


def _chosen(given: Any) -> list[str]:
    """Read which papers are meant: those marked, or all that the page listed."""
    found: list[str] = given.getlist("listed" if given.get("all") else "paper")
    return found


def _prepare_page(given: Any, error: str = "") -> str:
    sheets = print_batches.sheets(db.session(), print_batches.chosen(_chosen(given)))
    typed: Mapping[str, str] = given if given.get("id") else {"copies": f"{print_batches.COPIES}"}
    return render_template("print_confirm.html", sheets=sheets, typed=typed, error=error, most=print_batches.MAX_COPIES,
                           new_id=given.get("id") or ledger.new_id())  # fmt: skip


def _elsewhere_page(papers: list[str], error: str = "", reason: str = "") -> str:
    sheets = print_batches.sheets(db.session(), papers)
    return render_template("print_elsewhere.html", sheets=sheets, error=error, reason=reason, new_id=ledger.new_id())


def _batch_page(id: str, error: str = "", *, marked: list[str] | None = None, reason: str = "") -> str:
    found = print_batches.batch(db.session(), id)
    return render_template("print_batch.html", batch=found, error=error, marked=marked, reason=reason)


def _photos(ids: list[str], name: str) -> Response:
    session, settings = db.session(), _settings()
    found = print_files.shots(session, ids)
    session.rollback()  # reading photos is slow; the database is let go
    if not found:
        raise Problem(ProblemCode.NOT_FOUND, "Các văn bản này không có ảnh.")
    store = open_store(settings.blob_url, settings.instance)
    return opened(batches.annex(print_files.annexes(store, found)), name)


def _rendered(source: Source, host: str) -> bytes:
    return render(
        source.canonical, source.cose, host=host, status="amended" if source.status == "amended" else "issued"
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
