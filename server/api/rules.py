"""GET /rules/{version}: one immutable rule set, what a tablet needs to judge offline."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from schemas.catalog import RuleSetSchema
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import rules
from server.web.answers import immutable
from server.web.guards import device_required
from server.web.openapi import problems

blp = Blueprint("rules", __name__, description="Giới hạn sai số và văn bản pháp luật, theo phiên bản")


@blp.route("/rules/<string(maxlength=40):version>", methods=["GET"])
@blp.response(200, RuleSetSchema)
@blp.alt_response(304, description="Máy khách đã có bản này (If-None-Match).")
@problems(blp, 401, 403, 404)
@device_required
def show(version: str) -> Response:
    """Return the rule set that an inspection pins; ETag = sha256, cache for ever."""
    found = rules.by_version(db.session(), version)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có phiên bản quy tắc này.")
    return immutable(found.served(), found.sha256)
