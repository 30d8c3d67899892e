"""GET /minutes/{id}.pdf and .json: the document as issued."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from schemas.minutes import MinutesSchema
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing.labels import printed
from server.printing.minutes import render
from server.services import certificates, grants, minutes
from server.settings import Settings
from server.web.answers import json_answer
from server.web.guards import device_or_signed_in
from server.web.openapi import problems
from server.web.pdf import opened

blp = Blueprint("minutes", __name__, description="Biên bản đã phát hành")


@blp.route("/minutes/<uuid:minutes_id>.pdf")
@blp.doc(parameters=[{"in": "query", "name": "twin", "schema": {"type": "string", "enum": ["1"]},
                      "description": "1 = bản PDF/A-3 kèm nội dung đã ký"}])  # fmt: skip
@blp.alt_response(200, schema={"type": "string", "format": "binary"}, content_type="application/pdf", success=True)
@problems(blp, 400, 401, 403, 404, 409)
@device_or_signed_in
def pdf(minutes_id: Any) -> Response:
    """The PDF, made again from what was signed."""
    session = _readable(str(minutes_id))
    settings: Settings = current_app.config["SETTINGS"]
    twin = request.args.get("twin") == "1"
    name, data = minutes.pdf(session, str(minutes_id), render, host=settings.public_host, twin=twin)
    return opened(data, name)


@blp.route("/minutes/<uuid:minutes_id>/label.pdf")
@blp.alt_response(200, schema={"type": "string", "format": "binary"}, content_type="application/pdf", success=True)
@problems(blp, 401, 403, 404, 409)
@device_or_signed_in
def label(minutes_id: Any) -> Response:
    """The label of a certificate for a small printer, 60 x 40 mm; 404 for any other paper."""
    settings: Settings = current_app.config["SETTINGS"]
    found = certificates.labels(_readable(str(minutes_id)), [str(minutes_id)])
    return opened(printed(found, host=settings.public_host), f"nhan-{found[0][0]['certificate'].replace('/', '-')}.pdf")


@blp.route("/minutes/<uuid:minutes_id>.json")
@blp.response(200, MinutesSchema)
@problems(blp, 401, 403, 404)
@device_or_signed_in
def as_json(minutes_id: Any) -> Response:
    """Canonical text and seal: with the public keys, all that an offline verifier needs."""
    return json_answer(minutes.as_issued(_readable(str(minutes_id)), str(minutes_id)))


def _readable(minutes_id: str) -> Session:
    """A session, once the reader may see these minutes; tablets and inspectors only those of their campaigns."""
    session: Session = db.session()
    scope = minutes.scope_of(session, minutes_id)
    scopes = grants.readable(session, g.device, g.user)
    if scopes is not None and scope not in scopes:
        raise Problem(ProblemCode.NOT_FOUND)
    return session
