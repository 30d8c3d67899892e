"""/establishments: the register of establishments and the card of one."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_login import current_user

from server.extensions import db
from server.pages.addresses import filtered
from server.services import establishment_register, site_card
from server.services.establishment_register import STATES, Filter
from server.web import exported
from server.web.guards import now, signed_in
from sync.paper_words import local

bp = Blueprint("establishments", __name__)


@bp.get("/establishments")
@signed_in()
def listed() -> Any:
    """List the establishments that this person may read, or give the list as a file."""
    session, user, wanted, today = db.session(), current_user.user, Filter.of(request.args), _today()
    if file := exported.asked(lambda: establishment_register.export(session, wanted, user, today)):
        return file
    found = establishment_register.listing(session, wanted, user, today)
    return render_template("establishments.html", wanted=wanted, found=found, states=STATES,
                           link=filtered("establishments.listed", wanted.fields))  # fmt: skip


@bp.get("/establishments/<uuid:establishment_id>")
@signed_in()
def one(establishment_id: UUID) -> str:
    """Show the card of one establishment."""
    page = site_card.page(db.session(), str(establishment_id), current_user.user, _today())
    return render_template("establishment.html", page=page)


def _today() -> date:
    return local(now()).date()
