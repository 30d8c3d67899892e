"""The public QR page and the public key list: number, date, agency, genuine or not. No verdict, no personal data."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from server.extensions import db
from server.services import minutes
from server.web.answers import json_answer
from server.web.guards import now, public
from sync.paper_words import local

bp = Blueprint("public_minutes", __name__)


@bp.get("/m/<payload>")
@bp.get("/M/<payload>")
@public
def look_up(payload: str) -> Response:
    """Answer whoever scanned a paper; GET and HEAD, in either case."""
    status = minutes.look_up(db.session(), f"/M/{payload}", now())
    return Response(render_template("minutes_public.html", status=status, asked_at=local(now())))


@bp.get("/.well-known/minutes-keys.json")
@public
def keys() -> Response:
    """Public keys, revocations, amended and void numbers, to verify offline."""
    document = minutes.keys_document(db.session(), now())
    response = json_answer(
        document, headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    )
    response.add_etag()
    response.make_conditional(request)
    return response
