"""POST /enrolments: a tablet gives its one-time code and its public key, and becomes an inspector's device."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from schemas.enrolments import EnrolmentRequestSchema, EnrolmentSchema
from server.extensions import db, limiter
from server.services import enrolments
from server.web.answers import json_answer
from server.web.guards import now, public
from server.web.openapi import json_body, problems
from server.web.transaction import writing

blp = Blueprint("enrolments", __name__, description="Ghi danh máy tính bảng bằng mã một lần")
FAILURES = "10 per minute"
"""Wrong codes from one address. A department behind one address may enrol as many tablets as it has codes."""


def _failed(response: Response) -> bool:
    return response.status_code >= 400


@blp.route("/enrolments", methods=["POST"])
@limiter.limit(FAILURES, deduct_when=_failed)
@blp.response(201, EnrolmentSchema)
@problems(blp, 400, 409, 410, 413, 415, 429, 503)
@public
@json_body(blp, EnrolmentRequestSchema)
def enrol(body: dict[str, str]) -> Response:
    """Use a code up. The tokens in the answer are told only once."""
    given = {name: body.get(name) for name in ("proof", "user_id")}
    given |= {name: body[name] for name in ("code", "tablet_name", "public_key")}
    with writing(db.session) as session:
        answer = enrolments.enrol(session, **given, now=now())  # type: ignore[arg-type]  # checked by the schema
    return json_answer(answer, 201)
