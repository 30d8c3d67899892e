"""Noting views of personal data after the answer is made: one insert, for people only; tablets' pulls are no views."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from server.extensions import client_address, db
from server.services import views
from server.web.access import SHOWS
from server.web.guards import now
from server.web.transaction import writing

log = logging.getLogger(__name__)
FILES = frozenset({"application/pdf", "application/zip"})
THUMBNAIL = "320"
"""Small pictures stand on a page that is noted itself."""


def register(app: Flask) -> None:
    """Attach the note to every answer that shows personal data."""

    @app.after_request
    def _note(response: Response) -> Response:
        kind = SHOWS.get(request.endpoint or "")
        if (
            kind is None
            or not response.status_code < 400
            or request.method != "GET"
            or request.args.get("size") == THUMBNAIL
        ):
            return response
        if not current_user.is_authenticated:
            return response
        id = next((str(value) for value in (request.view_args or {}).values()), "")
        row = {"user_id": current_user.user.id, "act": _act(response), "kind": kind, "doc_id": id[:36],
               "page": request.endpoint or "", "address": client_address()}  # fmt: skip
        if not id and row["act"] == views.SAW:
            return response  # a list names many and shows of each what a search needs
        try:
            with writing(db.session) as session:
                views.note(session, at=now(), **row)
        except SQLAlchemyError:  # the page was made; what could not be noted in the database stands in the log
            log.exception("view not noted: %s", row)
        return response


def _act(response: Response) -> str:
    is_file = response.mimetype in FILES or "attachment" in response.headers.get("Content-Disposition", "")
    return views.TOOK if is_file else views.SAW
