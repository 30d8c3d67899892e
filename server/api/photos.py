"""GET /photos/{id}: the original bytes, or a smaller copy made on first view."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, request, send_file
from flask_smorest import Blueprint

from server.db.campaigns import grants_of
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.services import photos
from server.storage import open_store
from server.web.answers import FOR_EVER
from server.web.guards import device_or_signed_in
from server.web.openapi import problems

blp = Blueprint("photos", __name__, description="Ảnh bằng chứng")
BYTES = {"type": "string", "format": "binary"}


@blp.route("/photos/<uuid:photo_id>")
@blp.doc(parameters=[{"in": "query", "name": "size", "schema": {"type": "integer", "enum": list(photos.SIZES)}}])
@blp.alt_response(200, schema=BYTES, content_type="application/octet-stream", success=True)
@problems(blp, 400, 401, 403, 404, 409)
@device_or_signed_in
def show(photo_id: Any) -> Response:
    """Send a photo; a tablet may see those of its scopes."""
    session = db.session()
    photo, blob = photos.readable(session, str(photo_id))
    if g.device is not None and photo.scope not in grants_of(session, g.device.user_id):
        raise Problem(ProblemCode.NOT_FOUND)
    store = open_store(current_app.config["SETTINGS"].blob_url)
    size = request.args.get("size")
    if size is None:
        path, kind, etag = store.path(blob.sha256), blob.media_type, blob.sha256
    elif size.isascii() and size.isdigit():
        path, kind, etag = photos.at_size(store, blob, int(size)), "image/jpeg", f"{blob.sha256}-{size}"
    else:
        raise Problem(ProblemCode.INVALID_REQUEST, "Chỉ có cỡ 320 và 1280.")
    response = send_file(path, mimetype=kind, etag=etag, conditional=True)
    response.headers["Cache-Control"] = FOR_EVER.replace("public", "private")
    shown = "inline" if kind.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{photo.id}"'
    return response
