"""What tus 1.0.0 asks of every view: version check, headers by a schema, refusals as problems, bodies in blocks."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn ships no types
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from server.errors import Problem, ProblemCode
from server.services.uploads import UploadState
from server.storage.blobs import StoreFull, StoreUnavailable
from server.storage.staging import disk_trouble
from server.web.problems import of_storage
from sync import upload as tus

View = Callable[..., Any]
CHUNK_TYPE = "application/offset+octet-stream"
BLOCK = 1024 * 1024
"""Bytes made durable at once: a killed server loses at most so much of a chunk, and a thread holds no more."""
KEEP_AFTER_S = 0.5
"""On a slow link a block would take 16 s, all of it lost when the link dies: what came is kept every half second."""
READ = 32 * 1024
"""A reset connection loses at most so much."""
READ_TIMEOUT_S = 60
"""A radio link that died sends no goodbye: its thread must come back."""
PROGRESS_HEADERS = {
    "Upload-Offset": {"description": "Byte tiếp theo máy chủ đang chờ", "schema": {"type": "integer"}},
    "Upload-Expires": {"description": "Hạn gửi xong", "schema": {"type": "string"}},
    "Tus-Resumable": {"schema": {"type": "string", "enum": [tus.VERSION]}},
}


def headers(blp: Blueprint, schema: type[Schema]) -> Callable[[View], View]:
    """Check the version (412), read the headers by a schema (400), answer refusals; document the headers."""
    loader = schema()

    def decorate(view: View) -> View:
        @wraps(view)
        def parsed(*args: Any, **kwargs: Any) -> Any:
            if request.headers.get("Tus-Resumable") != tus.VERSION:
                raise Problem(ProblemCode.PRECONDITION_FAILED, headers={"Tus-Version": tus.VERSION})
            with refusals():
                return view(loader.load(dict(request.headers.items())), *args, **kwargs)

        return blp.doc(parameters=[{"in": "header", "schema": schema}])(parsed)  # type: ignore[no-any-return]  # flask-smorest ships no types

    return decorate


@contextmanager
def refusals(headers: dict[str, str] | None = None) -> Iterator[None]:
    """Turn what the pure decisions and the store refuse into problems; `headers` go with every one of them."""
    more = headers or {}
    try:
        yield
    except Problem as problem:
        problem.headers = {**problem.headers, **more}
        raise
    except ValidationError as error:
        raise Problem(ProblemCode.INVALID_REQUEST, headers=more, errors=error.messages) from error
    except tus.UploadRefused as refused:
        where = {} if refused.offset is None else {"Upload-Offset": str(refused.offset)}
        raise Problem(ProblemCode[refused.reason.upper()], refused.detail, headers={**where, **more}) from refused
    except (StoreFull, StoreUnavailable) as error:
        trouble = of_storage(error)
        trouble.headers = {**trouble.headers, **more}
        raise trouble from error


def chunk_body(blp: Blueprint, *, required: bool) -> Callable[[View], View]:
    """Document a body of raw bytes."""
    content = {CHUNK_TYPE: {"schema": {"type": "string", "format": "binary"}}}
    return blp.doc(requestBody={"required": required, "content": content})  # type: ignore[no-any-return]  # flask-smorest ships no types


def answer(status: int, upload: UploadState, offset: int, **more: str) -> Response:
    """An answer without a body that says where the upload stands."""
    response = Response(status=status, headers={"Upload-Offset": str(offset), **more})
    response.headers["Upload-Expires"] = http_date(upload.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return response


def has_body() -> bool:
    """Whether bytes come with this request."""
    return bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def check_type() -> None:
    """Refuse bytes that are not declared as a tus chunk."""
    if request.mimetype != CHUNK_TYPE:
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA, f"Nội dung phải là {CHUNK_TYPE}.")


@dataclass
class _Reader:
    connection: socket.socket
    is_done: threading.Event = field(default_factory=threading.Event)


_readers: dict[str, _Reader] = {}
INTERRUPT_S = 2.0


class Incoming:
    """The body of a request, read in blocks. `is_cut` tells afterwards that the link broke before its end."""

    def __init__(self, remaining: int, checksum: tus.Checksum | None = None) -> None:
        self._remaining = remaining
        self._first: list[bytes] = []
        self._refused: tus.UploadRefused | None = None
        self._rest = self._read_blocks() if checksum is None else self._verified(checksum)
        self.is_cut = False

    def whole(self) -> bytes | None:
        """Wait for the first block and return it where nothing is to come after it; `blocks` gives it all the same."""
        try:
            self._first = [block for block in (next(self._rest, None),) if block is not None]
        except tus.UploadRefused as refused:
            self._refused = refused
        return self._first[0] if self._first and len(self._first[0]) == self._remaining else None

    def blocks(self) -> Iterator[bytes]:
        """Give what comes, a block at a time; of a broken link everything that was read.

        With a checksum only once the whole chunk has the digest announced: nothing is kept of a wrong one. Raises
        TOO_LARGE where an unannounced body goes on after the upload's end; its last block is then not given.
        """
        if self._refused is not None:
            raise self._refused
        yield from self._first
        yield from self._rest

    def _read_blocks(self) -> Iterator[bytes]:
        buffer, left, began = bytearray(), self._remaining, time.monotonic()
        while left and (data := self._read(min(READ, left))):
            buffer += data
            left -= len(data)
            if left and (len(buffer) >= BLOCK or time.monotonic() - began >= KEEP_AFTER_S):
                yield bytes(buffer)
                buffer.clear()
                began = time.monotonic()
        announced = request.content_length
        if not left and announced is None and self._read(1):
            raise Problem(ProblemCode.TOO_LARGE, "Nội dung dài hơn phần còn lại của tệp.")
        self.is_cut = self.is_cut or (announced is not None and self._remaining - left < announced)
        if buffer:
            yield bytes(buffer)

    def _verified(self, checksum: tus.Checksum) -> Iterator[bytes]:
        with tempfile.SpooledTemporaryFile(max_size=BLOCK) as spool:
            for block in self._read_blocks():
                checksum.update(block)
                with disk_trouble():
                    spool.write(block)
            if self.is_cut:
                return
            checksum.check()
            spool.seek(0)
            while block := spool.read(BLOCK):
                yield block

    def _read(self, size: int) -> bytes:
        """Read from the network; every way in which a link breaks looks like the end."""
        try:
            return request.stream.read(size)
        except (OSError, ClientDisconnected, ParseException):
            self.is_cut = True
            return b""


@contextmanager
def reading(upload_id: str) -> Iterator[None]:
    """Let reads from a silent connection end, after a minute or as soon as its tablet asks again (`interrupt`).

    Only the serving process has the socket; others wait as they do.
    """
    connection = request.environ.get("gunicorn.socket")
    if connection is None:
        yield
        return
    connection.settimeout(READ_TIMEOUT_S)
    mine = _Reader(connection)
    _readers[upload_id] = mine
    try:
        yield
    finally:
        if _readers.get(upload_id) is mine:
            del _readers[upload_id]
        mine.is_done.set()


def interrupt(upload_id: str) -> None:
    """End another connection's reading for this upload, and wait until what it brought is kept.

    A tablet that asks where its upload stands has lost that connection: a radio link dies without a goodbye, and what
    came would lie unseen in the server while the tablet sends it again. Reaches the connections of this process.
    """
    reader = _readers.get(upload_id)
    if reader is not None:
        with suppress(OSError):
            reader.connection.shutdown(socket.SHUT_RD)
        reader.is_done.wait(INTERRUPT_S)
