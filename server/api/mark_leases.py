"""POST /mark-leases, /mark-leases/{id}/return: stickers and seals for one tablet of a verification team."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from schemas.mark_leases import (
    MarkLeaseRequestSchema,
    MarkLeaseSchema,
    MarkReturnRequestSchema,
    MarkReturnSchema,
)
from server.extensions import db
from server.services import mark_leases
from server.web.answers import json_answer
from server.web.guards import device_required, now
from server.web.openapi import json_body, problems
from server.web.transaction import writing

blp = Blueprint("mark_leases", __name__, description="Tem, chì kiểm định cấp cho máy tính bảng")


@blp.route("/mark-leases", methods=["POST"])
@blp.response(201, MarkLeaseSchema)
@problems(blp, 400, 401, 403, 409, 413, 415, 503)
@device_required
@json_body(blp, MarkLeaseRequestSchema)
def grant(body: dict[str, Any]) -> Response:
    """Lease the next serials; the lease comes with the next pull, too."""
    organisation_id, kind, count = body["organisation_id"], body["kind"], body["count"]
    with writing(db.session) as session:
        device = session.merge(g.device)
        lease = mark_leases.grant(
            session, device, organisation_id, kind, count, now(), actor=device.user_id, by_tablet=True
        )
    return json_answer(mark_leases.served(lease), 201)


@blp.route("/mark-leases/<uuid:lease_id>/return", methods=["POST"])
@blp.response(200, MarkReturnSchema)
@problems(blp, 400, 401, 403, 404, 409, 413, 415, 503)
@device_required
@json_body(blp, MarkReturnRequestSchema)
def give_back(body: dict[str, Any], lease_id: object) -> Response:
    """Give serials back; twice is once."""
    ranges = [(row["first"], row["last"]) for row in body["ranges"]]
    with writing(db.session) as session:
        device = session.merge(g.device)
        back = mark_leases.give_back(
            session, str(lease_id), ranges, actor=device.user_id, now=now(), device_id=device.id
        )
    return json_answer({"id": str(lease_id), "returned": back})
