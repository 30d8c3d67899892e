"""Every refusal leaves as RFC 9457 application/problem+json, or as a page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g, render_template, request
from flask_smorest import Api
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from server.errors import Problem, ProblemCode
from server.storage.blobs import StoreFull, StoreUnavailable
from server.storage.staging import FULL

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_WHEN_FULL_S, RETRY_WHEN_AWAY_S, RETRY_WHEN_BUSY_S = "600", "30", "3"
_DATABASE_FULL = {"SQLITE_FULL", "53100"}
"""SQLite's name and PostgreSQL's SQLSTATE of a disk without room."""
_BY_STATUS = {
    400: ProblemCode.INVALID_REQUEST, 401: ProblemCode.UNAUTHENTICATED, 403: ProblemCode.FORBIDDEN,
    404: ProblemCode.NOT_FOUND, 405: ProblemCode.METHOD_NOT_ALLOWED, 413: ProblemCode.TOO_LARGE,
    415: ProblemCode.UNSUPPORTED_MEDIA, 422: ProblemCode.INVALID_REQUEST, 429: ProblemCode.TOO_MANY_REQUESTS,
}  # fmt: skip


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest with our error shape."""

    def _register_error_handlers(self, *, filter_by_path: bool = False) -> None:
        """Leave the errors to `register`, which answers for pages too."""


def register(app: Flask) -> None:
    """Answer Problem, HTTP errors, a busy or full database, a photo store in trouble, and surprises."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(StoreFull, _storage)
    app.register_error_handler(StoreUnavailable, _storage)
    app.register_error_handler(Exception, _surprise)


def answer(problem: Problem) -> Response:
    """Present a problem: JSON under /api, a page elsewhere."""
    status = problem.code.status
    if request.path.startswith("/api/") or request.path.startswith("/.well-known"):
        response = Response(orjson.dumps(body(problem)), status=status, mimetype=MEDIA_TYPE)
    else:
        response = Response(render_template("problem.html", problem=problem), status=status)
    response.headers.update(problem.headers)
    return response


def body(problem: Problem) -> dict[str, Any]:
    """The JSON of a problem."""
    code = problem.code.name.lower()
    title = problem.code.title
    return {"type": f"urn:hientruong:{code}", "code": code, "status": problem.code.status, "title": title,
            "detail": problem.detail, "request_id": g.get("request_id"), **problem.extra}  # fmt: skip


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return Response(error.get_response())  # type: ignore[arg-type]  # redirects pass through untouched
    code = _BY_STATUS.get(status)
    if code is None:
        code = ProblemCode.INVALID_REQUEST if status < 500 else ProblemCode.INTERNAL
    headers = {k: v for k, v in error.get_headers() if k not in {"Content-Type", "Content-Length"}}
    extra: dict[str, Any] = {}
    data = getattr(error, "data", None) or {}
    if "messages" in data:
        extra["errors"] = data["messages"]
    return answer(Problem(code, headers=headers, **extra))


def of_storage(error: StoreFull | StoreUnavailable) -> Problem:
    """Say what a photo store in trouble means for who asked; the reason is for the log only."""
    log.error("photo store: %s: %s", type(error).__name__, error)
    if isinstance(error, StoreFull):
        detail, after = "Máy chủ hết chỗ chứa ảnh: hãy báo quản trị và thử lại sau.", RETRY_WHEN_FULL_S
    else:
        detail, after = "Kho ảnh tạm thời không truy cập được: hãy thử lại sau ít phút.", RETRY_WHEN_AWAY_S
    return Problem(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": after})


def _storage(error: StoreFull | StoreUnavailable) -> Response:
    return answer(of_storage(error))


def _database(error: OperationalError) -> Response:
    reason = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    if reason in _DATABASE_FULL:
        return _full(error)
    log.warning("database busy or unreachable: %s", error.orig)
    return answer(Problem(ProblemCode.UNAVAILABLE, headers={"Retry-After": RETRY_WHEN_BUSY_S}))


def _full(error: Exception) -> Response:
    log.error("no room left on the disk: %s", error)
    detail = "Máy chủ hết chỗ ghi dữ liệu nên chưa nhận được lần gửi này: hãy báo quản trị và thử lại sau."
    return answer(Problem(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": RETRY_WHEN_FULL_S}))


def _surprise(error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in FULL:
        return _full(error)
    log.error("unexpected error", exc_info=error)
    return answer(Problem(ProblemCode.INTERNAL))
