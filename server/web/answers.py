"""Answering: ready JSON bytes, gzip over 1 KB, ETags, request ids and security headers."""

from __future__ import annotations

import gzip
import logging
import re
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask, Response, g, request

from server.errors import Problem, ProblemCode
from server.web.body import read_form

COMPRESS_OVER = 1024
COMPRESSIBLE = ("application/json", "application/problem+json", "text/html", "text/css", "text/javascript")
FOR_EVER = "public, max-age=31536000, immutable"
VENDORED = "/static/vendor/"
"""Files that other people wrote, each under a name with its version (tablet/vendor.mjs)."""
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
access = logging.getLogger("server.access")


def json_answer(value: Any, status: int = 200, *, headers: dict[str, str] | None = None) -> Response:
    """JSON from a value, or from bytes that are JSON already."""
    data = value if isinstance(value, bytes) else orjson.dumps(value)
    response = Response(data, status=status, mimetype="application/json")
    response.headers.update(headers or {})
    return response


def immutable(value: Any, etag: str) -> Response:
    """JSON that never changes under this URL: ETag and cache for ever; 304 where the client has it."""
    response = json_answer(value, headers={"Cache-Control": FOR_EVER})
    response.set_etag(etag)
    response.make_conditional(request)
    return response


def register(app: Flask) -> None:
    """Attach request ids, headers and compression to every answer."""

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else uuid4().hex
        if "\0" in request.path:  # PostgreSQL would refuse to look for it
            raise Problem(ProblemCode.NOT_FOUND)
        if not request.path.startswith("/api/"):
            read_form()

    @app.after_request
    def _finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith(VENDORED) and response.status_code in {200, 304}:
            response.headers["Cache-Control"] = FOR_EVER
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        access.info(
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "id": g.get("request_id"),
            },
        )
        return _compressed(response)


def _compressed(response: Response) -> Response:
    small = response.direct_passthrough or response.is_streamed or len(response.get_data()) < COMPRESS_OVER
    if small or response.mimetype not in COMPRESSIBLE or "Content-Encoding" in response.headers:
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
        return response
    response.set_data(gzip.compress(response.get_data(), compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
