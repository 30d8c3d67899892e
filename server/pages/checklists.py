"""/checklists: what an inspector is asked, with the limits and the law of a day, to be read and reviewed."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from checklists import domains
from server.db.users import Role
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import checklist_reference, rules
from server.web.guards import now, signed_in
from sync.paper_words import local

bp = Blueprint("checklist_pages", __name__)


@bp.get("/checklists")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def listed() -> str:
    """List the published checklists and what the work programme uses them for."""
    found = checklist_reference.every(rules.current(db.session()))
    return render_template("checklists.html", found=found, domains=domains.load().values())


@bp.get("/checklists/<code>")
@signed_in(Role.SUPERVISOR, Role.CLERK)
def one(code: str) -> str:
    """Show one checklist under the current rule set, on a day."""
    on = _day(request.args.get("on", ""))
    found = checklist_reference.one(code, rules.current(db.session()), on)
    return render_template("checklist.html", page=found, on=on)


def _day(text: str) -> date:
    """Return the day asked for, today where none is."""
    if not text:
        return local(now()).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(ProblemCode.INVALID_REQUEST, "Ngày phải có dạng NĂM-THÁNG-NGÀY.") from None
