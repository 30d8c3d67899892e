"""/conflicts: documents where two people wrote different values, and choosing one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import conflicts
from server.services.conflicts import Choice
from server.services.document_words import place_of
from server.web.guards import now, signed_in
from server.web.transaction import writing
from sync.ids import is_uuid

bp = Blueprint("conflicts", __name__)


@bp.get("/conflicts")
@signed_in()
def listed() -> str:
    """List the documents with open conflicts that this person may see."""
    return render_template("conflicts.html", lines=conflicts.listing(db.session(), current_user.user))


@bp.get("/conflicts/<kind>/<uuid:id>")
@signed_in()
def one(kind: str, id: UUID) -> str:
    """Show both values of every conflict of one document."""
    return _shown(kind, str(id))


@bp.post("/conflicts/<kind>/<uuid:id>")
@signed_in()
def settle(kind: str, id: UUID) -> Any:
    """Send a person's choice; one that comes too late is shown again."""
    form, user = request.form, current_user.user
    path, choice = form.get("path", ""), form.get("choice", "")
    wanted = Choice(path, choice, form.get("other", ""), form.get("seen", ""))
    try:
        with writing(db.session) as session:
            said = conflicts.settle(session, kind, str(id), wanted, user=session.merge(user), now=now())
    except Problem as problem:
        if problem.code not in {ProblemCode.CONFLICT, ProblemCode.INVALID_REQUEST}:
            raise
        return Response(_shown(kind, str(id), error=problem.detail, wanted=wanted), status=problem.code.status)
    flash(f"Đã ghi giá trị được chọn: {said[:120]}")
    inspection = form.get("inspection", "")
    if is_uuid(inspection):
        return redirect(
            url_for("inspections.one", inspection_id=inspection, queue=request.form.get("queue"), _anchor="conflicts"),
            303,
        )
    return redirect(url_for("conflicts.listed"), 303)


def _shown(kind: str, id: str, *, error: str | None = None, wanted: Choice | None = None) -> str:
    session, user = db.session(), current_user.user
    document = conflicts.readable(session, kind, id, user)
    found = conflicts.of_documents(session, [document])
    return render_template("conflict.html", found=found, error=error, wanted=wanted, place=place_of(document),
                           may_settle=conflicts.may_settle(user))  # fmt: skip
