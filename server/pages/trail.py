"""/trail: who saw and did what, for supervisors and administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from server.db.users import Role
from server.extensions import db
from server.pages.addresses import filtered
from server.services import trail
from server.services.trail import Filter
from server.web import exported
from server.web.guards import signed_in

bp = Blueprint("trail", __name__)


@bp.get("/trail")
@signed_in(Role.SUPERVISOR)
def listed() -> Any:
    """List acts and views, newest first, or give them as a file."""
    session, wanted = db.session(), Filter.of(request.args)
    if file := exported.asked(lambda: trail.export(session, wanted)):
        return file
    found = trail.listing(session, wanted)
    return render_template("trail.html", wanted=wanted, found=found, link=filtered("trail.listed", wanted.fields))
