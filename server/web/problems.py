"""Every refusal leaves as RFC 9457 application/problem+json, or as a page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g, render_template, request
from flask_smorest import Api
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from werkzeug.exceptions import HTTPException

from server.errors import Problem, ProblemCode
from server.storage.blobs import StoreFull, StoreUnavailable
from server.storage.staging import FULL

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
UNDEFINED_TABLE = "42P01"
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
    for busy in (OperationalError, NoConnectionError, IntegrityError):
        app.register_error_handler(busy, _database)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(StatementError, _statement)
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


def _database(error: OperationalError | NoConnectionError | IntegrityError) -> Response:
    """Say that it will work later: a lock not had in time, a deadlock, two first creations, a database that is down."""
    orig = getattr(error, "orig", None)
    reason = getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None)
    if reason in _DATABASE_FULL:
        return _full(error)
    is_ours = isinstance(error, IntegrityError)  # two at once, or a mistake: the traceback tells which
    log.warning("database busy or unreachable: %s", orig or error, exc_info=error if is_ours else None)
    return answer(Problem(ProblemCode.UNAVAILABLE, headers={"Retry-After": RETRY_WHEN_BUSY_S}))


def _full(error: Exception) -> Response:
    log.error("no room left on the disk: %s", error)
    detail = "Máy chủ hết chỗ ghi dữ liệu nên chưa nhận được lần gửi này: hãy báo quản trị và thử lại sau."
    return answer(Problem(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": RETRY_WHEN_FULL_S}))


def _unstorable(error: DataError) -> Response:
    """Refuse what PostgreSQL cannot even ask for: text with NUL, text or numbers beyond their column."""
    log.warning("refused by the database: %s", error.orig)
    return answer(
        Problem(ProblemCode.INVALID_REQUEST, "Có ký tự hoặc giá trị không lưu được (quá dài, quá lớn hoặc ký tự rỗng).")
    )


def _statement(error: StatementError) -> Response:
    """Tell a connection that died in the middle, and a database that is not migrated, from our own mistakes."""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or getattr(error.orig, "sqlstate", None) == UNDEFINED_TABLE:
        log.warning("database lost or not migrated: %s", error.orig)
        return answer(Problem(ProblemCode.UNAVAILABLE, headers={"Retry-After": RETRY_WHEN_BUSY_S}))
    return _surprise(error)


def _surprise(error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno in FULL:
        return _full(error)
    log.error("unexpected error", exc_info=error)
    return answer(Problem(ProblemCode.INTERNAL))
