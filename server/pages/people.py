"""/people: the accounts, for administrators."""

from __future__ import annotations

from flask import Blueprint, render_template

from server.db.users import Role
from server.extensions import db
from server.services import accounts
from server.web.guards import signed_in

bp = Blueprint("people", __name__)


@bp.get("/people")
@signed_in(Role.ADMIN)
def listed() -> str:
    """List every account."""
    return render_template("people.html", people=accounts.everyone(db.session()))
