"""/inspections/<id>/papers/<form>: read a paper as a draft, confirm it, issue it with the server's key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing.minutes import render
from server.security.keys import server_key
from server.services import inspection_view, ledger, paper_desk
from server.settings import Settings
from server.web.guards import now, signed_in
from server.web.pdf import opened
from server.web.transaction import writing

bp = Blueprint("inspection_papers", __name__)


@bp.get("/inspections/<uuid:inspection_id>/papers/<form>")
@signed_in(Role.SUPERVISOR)
def ask(inspection_id: UUID, form: str) -> str:
    """Show what would be issued and ask to confirm."""
    return _page(str(inspection_id), form)


@bp.get("/inspections/<uuid:inspection_id>/papers/<form>/draft.pdf")
@signed_in(Role.SUPERVISOR)
def draft(inspection_id: UUID, form: str) -> Response:
    """Print it as a draft, without a number."""
    settings: Settings = current_app.config["SETTINGS"]
    signer = request.args.get("signer", "")
    data = paper_desk.draft(db.session(), str(inspection_id), form, render, host=settings.public_host, at=now(), signer=signer)  # fmt: skip
    return opened(data, "ban-du-thao.pdf")


@bp.post("/inspections/<uuid:inspection_id>/papers/<form>")
@signed_in(Role.SUPERVISOR)
def issue(inspection_id: UUID, form: str) -> Any:
    """Issue it; the same form sent twice issues one paper."""
    settings: Settings = current_app.config["SETTINGS"]
    given, actor, key = request.form, current_user.user.id, server_key(settings.instance)
    id, seen = _new_id(given.get("id", "")), given.get("seen", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 19):
        raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu không đầy đủ: hãy mở lại cuộc kiểm tra.")
    try:
        with writing(db.session) as session:
            outcome = paper_desk.issue(session, str(inspection_id), form, actor=actor, key=key, now=now(), id=id,
                                       seen=int(seen), signer=given.get("signer", ""))  # fmt: skip
    except Problem as problem:
        if problem.code is ProblemCode.NOT_FOUND:
            raise
        return Response(_page(str(inspection_id), form, error=problem.detail), status=problem.code.status)
    if outcome.result == "stale":
        return Response(_page(str(inspection_id), form, changes=outcome.changes), status=409)
    if outcome.result == "already":
        flash(gettext("Văn bản này đã được phát hành từ trước."))
    return redirect(url_for("inspections.one", inspection_id=inspection_id, issued=outcome.minutes_id) + "#papers", 303)


def _page(id: str, form: str, *, error: str = "", changes: Any = ()) -> str:
    session = db.session()
    inspection = inspection_view.existing(session, id, current_user.user)
    found = paper_desk.sheet(session, id, form, now())
    title = inspection_view.title(session, inspection)
    return render_template("paper_confirm.html", sheet=found, inspection_id=id, site=title, new_id=ledger.new_id(),
                           signer=request.values.get("signer", ""), error=error, changes=changes)  # fmt: skip


def _new_id(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu không đầy đủ: hãy mở lại cuộc kiểm tra.") from None
