"""GET /checklists, GET /checklists/{code}/{version}: published versions, immutable."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from checklists import catalog
from schemas.catalog import ChecklistSchema, ChecklistsSchema
from server.errors import Problem, ProblemCode
from server.web.answers import immutable, json_answer
from server.web.guards import device_required
from server.web.openapi import problems

blp = Blueprint("checklists", __name__, description="Danh mục kiểm tra đã ban hành")


@blp.route("/checklists", methods=["GET"])
@blp.response(200, ChecklistsSchema)
@problems(blp, 401, 403)
@device_required
def list_all() -> Response:
    """List every published version with its fingerprint."""
    found = catalog.load()
    entries = [
        {"code": c.code, "version": c.version, "sha256": c.sha256, "title": {"vi": c.title.vi, "en": c.title.en},
         "latest": found.latest(c.code) is c}
        for c in found.all()
    ]  # fmt: skip
    return json_answer({"checklists": entries})


@blp.route("/checklists/<string(maxlength=80):code>/<int:version>", methods=["GET"])
@blp.response(200, ChecklistSchema)
@blp.alt_response(304, description="Máy khách đã có bản này (If-None-Match).")
@problems(blp, 401, 403, 404)
@device_required
def show(code: str, version: int) -> Response:
    """Return one immutable version; ETag = sha256, cache for ever."""
    found = catalog.load().get(code, version)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có phiên bản danh mục kiểm tra này.")
    return immutable(dict(found.definition), found.sha256)
