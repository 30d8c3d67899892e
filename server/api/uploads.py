"""/uploads and /uploads/{id}: the bytes of photos by tus 1.0.0 (docs/protocol.md, "Photos")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request
from flask_smorest import Blueprint

from schemas.uploads import ChunkSchema, CreationSchema, TusSchema
from server.api import tus
from server.errors import Problem, ProblemCode
from server.extensions import db
from server.printing.photos import Facts
from server.services import uploads
from server.services.uploads import UploadState
from server.settings import Settings
from server.storage import open_store
from server.storage.blobs import BlobStore, StagingLost, StoreFull, StoreUnavailable
from server.web.guards import now, public, queue_delivery
from server.web.openapi import problems
from server.web.transaction import writing
from sync import upload as rules

blp = Blueprint("uploads", __name__, description="Tệp ảnh gửi lên từng đoạn theo tus 1.0.0")
PATH = "/api/v1/uploads"
OVERRIDABLE = {"PATCH", "DELETE", "HEAD"}
"""Methods that some proxies refuse; X-HTTP-Method-Override names them over POST."""


@blp.after_request
def _say_version(response: Response) -> Response:
    response.headers["Tus-Resumable"] = rules.VERSION
    return response


@blp.route("/uploads", methods=["OPTIONS"])
@blp.response(204, description="Khả năng của máy chủ nằm trong các tiêu đề Tus-*")
@public
def options() -> Response:
    """Tell what this server can do."""
    return _capabilities()


@blp.route("/uploads/<uuid:upload_id>", methods=["OPTIONS"])
@blp.response(204, description="Khả năng của máy chủ nằm trong các tiêu đề Tus-*")
@problems(blp, 404)
@public
def options_of_one(upload_id: UUID) -> Response:  # noqa: ARG001 - the same for every upload
    """Tell what this server can do."""
    return _capabilities()


@blp.route("/uploads", methods=["POST"], provide_automatic_options=False)
@blp.response(201, headers={"Location": {"schema": {"type": "string"}}, **tus.PROGRESS_HEADERS})
@problems(blp, 400, 401, 403, 404, 409, 410, 412, 413, 415, 460, 503)
@tus.chunk_body(blp, required=False)
@queue_delivery
@tus.headers(blp, CreationSchema)
def create(given: dict[str, Any]) -> Response:
    """Begin an upload; bytes may come with it. The same photo begun twice by one tablet is one upload."""
    if "Upload-Defer-Length" in request.headers:
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải nói trước độ dài (Upload-Length).")
    wanted = rules.creation(given["length"], given["metadata"])
    if tus.has_body():
        tus.check_type()
    device_id, store, incoming = g.device.id, _store(), tus.Incoming(wanted.length, given.get("checksum"))
    states = uploads.own_states(db.session(), device_id, wanted, now())
    if not states and 0 < wanted.length <= tus.BLOCK and request.content_length == wanted.length:
        upload = uploads.announced(wanted, now())
        db.session.rollback()
        with tus.reading(upload.id):
            data = incoming.whole()
        if data is not None:
            with tus.refusals(location := _location(upload)):
                upload = _keep_whole(store, device_id, upload, data)
            return tus.answer(201, upload, upload.offset, **location)
    is_here = "complete" in states and uploads.is_here(db.session(), store, wanted)
    with writing(db.session) as session:
        overdue = uploads.expire(session, now(), device_id)
        upload = uploads.create(session, store, device_id, wanted, now(), is_here=is_here)
    uploads.discard(store, overdue)
    offset, location = upload.offset, _location(upload)
    if upload.state == "open" and (upload.length == 0 or (tus.has_body() and offset == 0)):
        with tus.refusals(location):
            offset = _receive(store, device_id, upload, 0, incoming)
    return tus.answer(201, upload, offset, **location)


@blp.route("/uploads/<uuid:upload_id>", methods=["HEAD"], provide_automatic_options=False)
@blp.response(200, headers={**tus.PROGRESS_HEADERS, "Upload-Length": {"schema": {"type": "integer"}}})
@problems(blp, 400, 401, 403, 404, 410, 412, 503)
@queue_delivery
@tus.headers(blp, TusSchema)
def head(_given: dict[str, Any], upload_id: UUID) -> Response:
    """Tell where an upload stands."""
    return _head(upload_id)


@blp.route("/uploads/<uuid:upload_id>", methods=["PATCH"], provide_automatic_options=False)
@blp.response(204, headers=tus.PROGRESS_HEADERS)
@problems(blp, 400, 401, 403, 404, 409, 410, 412, 413, 415, 460, 503)
@tus.chunk_body(blp, required=True)
@queue_delivery
@tus.headers(blp, ChunkSchema)
def append(given: dict[str, Any], upload_id: UUID) -> Response:
    """Send bytes from where the server stands. Of a link that breaks, what arrived is kept."""
    return _append(given, upload_id)


@blp.route("/uploads/<uuid:upload_id>", methods=["DELETE"], provide_automatic_options=False)
@blp.response(204)
@problems(blp, 400, 401, 403, 404, 409, 410, 412, 503)
@queue_delivery
@tus.headers(blp, TusSchema)
def terminate(_given: dict[str, Any], upload_id: UUID) -> Response:
    """Give an unfinished upload up."""
    return _terminate(upload_id)


@blp.route("/uploads/<uuid:upload_id>", methods=["POST"], provide_automatic_options=False)
@blp.response(204, headers=tus.PROGRESS_HEADERS)
@blp.alt_response(200, description="Trạng thái, khi X-HTTP-Method-Override là HEAD", headers=tus.PROGRESS_HEADERS)
@problems(blp, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 460, 503)
@tus.chunk_body(blp, required=False)
@queue_delivery
@tus.headers(blp, TusSchema)
def override(_given: dict[str, Any], upload_id: UUID) -> Response:
    """Do what X-HTTP-Method-Override says, for links whose proxies know only GET and POST."""
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method not in OVERRIDABLE:
        raise Problem(ProblemCode.METHOD_NOT_ALLOWED, headers={"Allow": "HEAD, PATCH, DELETE, OPTIONS"})
    if method == "PATCH":
        return _append(ChunkSchema().load(dict(request.headers.items())), upload_id)
    return _terminate(upload_id) if method == "DELETE" else _head(upload_id)


def _capabilities() -> Response:
    return Response(status=204, headers={
        "Tus-Version": rules.VERSION, "Tus-Extension": ",".join(rules.EXTENSIONS), "Tus-Max-Size": str(rules.MAX_SIZE),
        "Tus-Checksum-Algorithm": ",".join(rules.CHECKSUMS),
    })  # fmt: skip


def _head(upload_id: UUID) -> Response:
    upload = _find(_store(), g.device.id, str(upload_id))
    length, metadata = str(upload.length), upload.metadata
    return tus.answer(200, upload, upload.offset, **{"Upload-Length": length, "Upload-Metadata": metadata})


def _append(given: dict[str, Any], upload_id: UUID) -> Response:
    tus.check_type()
    device_id, store = g.device.id, _store()
    upload = _find(store, device_id, str(upload_id))
    incoming = tus.Incoming(upload.length - given["offset"], given.get("checksum"))
    return tus.answer(204, upload, _receive(store, device_id, upload, given["offset"], incoming))


def _terminate(upload_id: UUID) -> Response:
    device_id, store = g.device.id, _store()
    with writing(db.session) as session:
        upload = uploads.find(session, device_id, str(upload_id), now())
        uploads.terminate(session, upload)
    uploads.discard(store, [upload.id])
    return Response(status=204)


def _store() -> BlobStore:
    settings: Settings = current_app.config["SETTINGS"]
    return open_store(settings.blob_url, settings.instance)


def _find(store: BlobStore, device_id: str, upload_id: str) -> UploadState:
    """Find an upload and mend what a crash left: bytes promoted but not committed, lost with a disk, or none at all."""
    uploads.find(db.session(), device_id, upload_id, now())  # its own, before anything is done
    db.session.rollback()
    tus.interrupt(upload_id)
    upload = uploads.find(db.session(), device_id, upload_id, now())
    staged = store.staged_size(upload.id) if upload.state == "open" else None
    if upload.state != "open" or (upload.length and staged is not None and staged >= upload.offset):
        return upload
    # An empty file that was begun but not finished: no client sends a last byte of it.
    if staged is not None and not upload.length:
        _keep(store, device_id, upload.id, 0, b"")
    elif staged is None and store.has(upload.sha256):
        facts = uploads.look(store, upload)
        with writing(db.session) as session:
            uploads.finish(session, upload, facts, now())
    else:
        with writing(db.session) as session:
            uploads.restart(session, store, upload)
    return uploads.find(db.session(), device_id, upload_id, now())


def _receive(store: BlobStore, device_id: str, upload: UploadState, offset: int, incoming: tus.Incoming) -> int:
    """Keep the request's bytes; return the new offset. The database is let go while the network is slow."""
    rules.check_chunk(upload.progress, offset, request.content_length)
    db.session.rollback()
    with tus.reading(upload.id):
        for block in [b""] if upload.length == 0 else incoming.blocks():
            offset = _keep(store, device_id, upload.id, offset, block)
    if incoming.is_cut:
        raise Problem(
            ProblemCode.INVALID_REQUEST, "Đường truyền đứt giữa chừng: hãy gửi tiếp từ vị trí máy chủ báo.",
            headers={"Upload-Offset": str(offset)},
        )  # fmt: skip
    return offset


def _keep(store: BlobStore, device_id: str, upload_id: str, offset: int, block: bytes) -> int:
    """Append a block durably, then move the offset; the last one makes the upload complete in the same transaction.

    The staged file is held alone meanwhile, so that a stale connection cannot write over what is committed.
    """
    try:
        with store.appending(upload_id) as staged:
            upload = uploads.find(db.session(), device_id, upload_id, now())
            db.session.rollback()
            rules.check_chunk(upload.progress, offset, len(block))
            staged.write(offset, block)
            to = offset + len(block)
            if to < upload.length:
                with writing(db.session) as session:
                    uploads.advance(session, upload, to)
                return to
            with _keeping_all_but_one(upload):
                facts = uploads.verify(store, staged, upload)
            with writing(db.session) as session:
                uploads.finish(session, upload, facts, now())
    except StagingLost as error:
        uploads.find(db.session(), device_id, upload_id, now())  # says so where the upload was given up meanwhile
        raise Problem(ProblemCode.OFFSET_MISMATCH, "Một kết nối khác đã gửi xong ảnh này.") from error
    _refuse_mismatch(facts)
    return to


def _keep_whole(store: BlobStore, device_id: str, upload: UploadState, data: bytes) -> UploadState:
    """Keep a photo that came in one piece and is new: durable, verified, and then noted in one transaction.

    A server killed before that has promised nothing, and nothing stands in the tables. Where the store fails, the upload
    stands with what of it is staged.
    """
    store.begin(upload.id)
    try:
        with store.appending(upload.id) as staged:
            staged.write(0, data)
            upload = replace(upload, offset=upload.length - 1)
            facts = uploads.verify(store, staged, upload)
            with writing(db.session) as session:
                upload = uploads.finish_new(session, device_id, upload, facts, now())
    except (StoreFull, StoreUnavailable):
        with writing(db.session) as session:
            uploads.note(session, device_id, upload, now())
        raise
    _refuse_mismatch(facts)
    return upload


def _refuse_mismatch(facts: Facts | None) -> None:
    if facts is None:
        detail = "Tệp đã nhận đủ nhưng không khớp mã băm đã báo: hãy tạo lần gửi mới và gửi lại từ đầu."
        raise Problem(ProblemCode.CHECKSUM_MISMATCH, detail)


def _location(upload: UploadState) -> dict[str, str]:
    return {"Location": f"{PATH}/{upload.id}"}


@contextmanager
def _keeping_all_but_one(upload: UploadState) -> Iterator[None]:
    """Move the offset to the last byte where the store cannot take the photo now: only that one must come again.

    An offset at the very end would tell the tablet that the photo has arrived.
    """
    try:
        yield
    except (StoreFull, StoreUnavailable):
        if upload.offset < upload.length - 1:
            with writing(db.session) as session:
                uploads.advance(session, upload, upload.length - 1)
        raise
