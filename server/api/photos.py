"""GET /photos/{id}: a photo's original bytes, or a smaller picture made from them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO
from uuid import UUID

from flask import Response, current_app, g, request
from flask_smorest import Blueprint

from schemas.uploads import PhotoQuerySchema
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing.photos import EXTENSIONS
from server.services import grants, photos
from server.services.photos import StoredPhoto
from server.settings import Settings
from server.storage import open_store
from server.storage.blobs import BlobStore
from server.web.guards import device_or_signed_in
from server.web.openapi import problems, query

blp = Blueprint("photos", __name__, description="Ảnh chứng cứ")
FOR_EVER = "private, max-age=31536000, immutable"
"""Bytes never change under an id; `private` because the right to see them does."""
SANDBOX = "sandbox; default-src 'none'"
"""Bytes that a stranger chose never run as a page of ours."""
BLOCK = 64 * 1024
BINARY = {"type": "string", "format": "binary"}


@blp.route("/photos/<uuid:photo_id>", methods=["GET"])
@blp.response(200, BINARY, content_type="application/octet-stream")
@blp.alt_response(304, description="Không đổi")
@problems(blp, 400, 401, 403, 404, 409, 503)
@device_or_signed_in
@query(blp, PhotoQuerySchema)
def fetch(args: dict[str, int], photo_id: UUID) -> Response:
    """Fetch the original bytes, or a JPEG of at most 320 or 1280 pixels."""
    session = db.session()
    scopes = grants.readable(session, g.device, g.user)
    photo = photos.stored(session, str(photo_id), scopes)
    session.rollback()  # decoding and sending are slow; the database is let go
    settings: Settings = current_app.config["SETTINGS"]
    store, size = open_store(settings.blob_url, settings.instance), args.get("size")
    try:
        response = _original(store, photo) if size is None else _smaller(store, photo, size)
    except FileNotFoundError as error:
        raise Problem(ProblemCode.UNAVAILABLE, "Kho tệp đang thiếu tệp của ảnh này: hãy báo quản trị.") from error
    response.make_conditional(request)
    return response


def _smaller(store: BlobStore, photo: StoredPhoto, size: int) -> Response:
    response = Response(photos.smaller(store, photo, size), mimetype="image/jpeg")
    return _headers(response, photo, f"{photo.sha256}-{size}", f"{photo.id}-{size}.jpg")


def _original(store: BlobStore, photo: StoredPhoto) -> Response:
    """Opened before the answer begins: a store that fails is then a problem and not an answer that breaks off."""
    is_known = request.if_none_match.contains(photo.sha256)
    file = io.BytesIO() if is_known else store.open(photo.sha256)
    response = Response(_blocks(file), mimetype=photo.media_type, direct_passthrough=True)
    response.call_on_close(file.close)  # of an answer without a body (304, HEAD) nobody reads to the end
    response.content_length = photo.size
    return _headers(response, photo, photo.sha256, f"{photo.id}.{EXTENSIONS.get(photo.media_type, 'bin')}")


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def _headers(response: Response, photo: StoredPhoto, etag: str, name: str) -> Response:
    response.set_etag(etag)
    how = "inline" if photo.is_image else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Authorization, Cookie"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
