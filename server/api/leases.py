"""POST /leases, /leases/{id}/return, /leases/{id}/void: ranges of minutes numbers for one device's key."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from schemas.leases import (
    LeaseRequestSchema,
    LeaseSchema,
    ReturnRequestSchema,
    ReturnSchema,
    VoidRequestSchema,
    VoidSchema,
)
from server.extensions import db
from server.services import number_desk, numbers
from server.web.answers import json_answer
from server.web.guards import device_required, now
from server.web.openapi import json_body, problems
from server.web.transaction import writing

blp = Blueprint("leases", __name__, description="Dải số biên bản cấp cho máy tính bảng")


@blp.route("/leases", methods=["POST"])
@blp.response(201, LeaseSchema)
@problems(blp, 400, 401, 403, 404, 413, 415, 503)
@device_required
@json_body(blp, LeaseRequestSchema)
def grant(body: dict[str, object]) -> Response:
    """Lease the next numbers of a series."""
    with writing(db.session) as session:
        lease = numbers.grant(session, session.merge(g.device), now=now(), **body)  # type: ignore[arg-type]  # checked by the schema
        answer = numbers.served(lease, numbers.symbol_of(session, lease.series))
    return json_answer(answer, 201)


@blp.route("/leases/<uuid:lease_id>/return", methods=["POST"])
@blp.response(200, ReturnSchema)
@problems(blp, 400, 401, 403, 404, 409, 413, 415, 503)
@device_required
@json_body(blp, ReturnRequestSchema)
def give_back(body: dict[str, int | None], lease_id: object) -> Response:
    """Give the rest of a range back."""
    with writing(db.session) as session:
        back = numbers.give_back(session, str(lease_id), g.device, body.get("first_unused"), now())
    return json_answer({"id": str(lease_id), "returned": back})


@blp.route("/leases/<uuid:lease_id>/void", methods=["POST"])
@blp.response(200, VoidSchema)
@problems(blp, 400, 401, 403, 404, 409, 413, 415, 503)
@device_required
@json_body(blp, VoidRequestSchema)
def void(body: dict[str, Any], lease_id: object) -> Response:
    """Cross out one number of a range, whose pre-printed sheet was spoiled."""
    number, reason = body["number"], body["reason"]
    with writing(db.session) as session:
        number_desk.void_leased(session, str(lease_id), g.device, number, reason, now=now())
    return json_answer({"id": str(lease_id), "voided": number})
