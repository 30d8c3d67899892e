"""/instruments: the register of instruments, whose verification is due, and one instrument."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, render_template, request
from flask_login import current_user
from markupsafe import Markup

from server.extensions import db
from server.pages.addresses import filtered
from server.printing.enrolment_qr import svg
from server.services import instrument_card, instrument_register
from server.services.instrument_register import DUES, Filter
from server.settings import Settings
from server.web import exported
from server.web.guards import now, signed_in
from sync.paper_words import local

bp = Blueprint("instruments", __name__)


@bp.get("/instruments")
@signed_in()
def listed() -> Any:
    """List the instruments that this person may read, what is due first, or give the list as a file."""
    session, user, wanted, today = db.session(), current_user.user, Filter.of(request.args), _today()
    if file := exported.asked(lambda: instrument_register.export(session, wanted, user, today)):
        return file
    found = instrument_register.listing(session, wanted, user, today)
    link = filtered("instruments.listed", wanted.fields)
    return render_template("instruments.html", wanted=wanted, found=found, dues=DUES, link=link)


@bp.get("/instruments/<uuid:instrument_id>")
@signed_in()
def one(instrument_id: UUID) -> str:
    """Show one instrument, with a QR code for its label that opens this page."""
    page = instrument_card.page(db.session(), str(instrument_id), current_user.user, _today())
    settings: Settings = current_app.config["SETTINGS"]
    url = f"{settings.public_url}/instruments/{instrument_id}"
    drawn = Markup(svg(url))  # noqa: S704 - our own drawing: digits and path commands, no text
    return render_template("instrument.html", page=page, drawn=drawn, url=url)


def _today() -> date:
    return local(now()).date()
