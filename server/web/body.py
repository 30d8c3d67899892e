"""Reading a body safely: gzip with a cap, size, depth, time. Nothing here knows what the JSON means."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import orjson
from flask import request
from flask_login import current_user
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn ships no types
from werkzeug.exceptions import ClientDisconnected

from server.errors import Problem, ProblemCode
from server.web.deadline import within
from sync import feed

MAX_BODY = 1024 * 1024
"""Plain body (protocol, "Sizes")."""
MAX_FORM = 1024 * 1024
"""The longest form is a review with a remark on every finding."""
UPLOADS = {"imports.preview": 21 * 1024 * 1024}
"""Forms with a file, from people signed in: the file's own limit (services/tables) and what stands around it."""
MAX_INFLATED = 4 * 1024 * 1024
"""No body inflates beyond this, whatever its own limit."""
MAX_DEPTH = 40
"""No honest document nests deeper; hashing and normalising recurse."""
MAX_RATIO = 200
"""JSON of real inspections compresses 5 to 20 times."""
MAX_MEMBERS = 50
"""Members of one gzip body; each costs a copy of what follows."""
READ_WITHIN_S = 120.0
"""A full batch at 9 kB/s; a body that drips on for longer would hold one of the server's few threads."""


def read_json_object(*, limit: int = MAX_BODY, any_json: bool = False) -> dict[str, Any]:
    """Return the request's JSON object; 400, 413 or 415 otherwise. `limit` counts inflated bytes too.

    `any_json`: half surrogates, 1e999, NaN and deep nesting pass, for a push, where one poisoned operation must not
    keep the others of its batch from being taken.
    """
    if request.mimetype != "application/json":
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA, "Nội dung phải là application/json.")
    value = _parsed(_inflated(limit), any_json=any_json)
    if not isinstance(value, dict):
        raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung phải là một đối tượng JSON.")
    if _too_deep_to_write(value) if any_json else _deeper_than(value, MAX_DEPTH):
        raise Problem(ProblemCode.MALFORMED_BODY, "JSON lồng nhau quá sâu.")
    return value


def read_form() -> None:
    """Read a page's form now, of bounded size and in bounded time; whoever asks for it later finds it read."""
    limit = UPLOADS.get(request.endpoint or "", MAX_FORM)
    request.max_content_length = limit if limit == MAX_FORM or current_user.is_authenticated else MAX_FORM
    if request.content_length or "Transfer-Encoding" in request.headers:
        with reading():
            _ = request.form
    said = (text for source in (request.form, request.args) for _, text in source.items(multi=True))
    if any("\0" in text for text in said):
        raise Problem(ProblemCode.INVALID_REQUEST, "Biểu mẫu hoặc địa chỉ có ký tự không hợp lệ.")


def _parsed(data: bytes, *, any_json: bool) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if not any_json:
            raise Problem(ProblemCode.MALFORMED_BODY) from error
    try:
        return feed.any_json(data)
    except (ValueError, RecursionError) as error:
        raise Problem(ProblemCode.MALFORMED_BODY) from error


@contextmanager
def reading() -> Iterator[None]:
    """Bound the time in which the body inside has to come; 503 (send again) for a link that broke or is too slow."""
    connection = request.environ.get("gunicorn.socket")
    try:
        with nullcontext() if connection is None else within(connection, READ_WITHIN_S):
            yield
    except ParseException as error:  # chunks that are none
        raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung gửi theo đoạn (chunked) bị hỏng.") from error
    except (OSError, ClientDisconnected) as error:
        said = "Đường truyền đứt hoặc quá chậm, chưa nhận gì của lần gửi này: hãy gửi lại."
        raise Problem(ProblemCode.UNAVAILABLE, said, headers={"Retry-After": "3"}) from error


def _inflated(limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise Problem(ProblemCode.TOO_LARGE)
    with reading():
        raw = request.stream.read(limit + 1)
    if len(raw) > limit:
        raise Problem(ProblemCode.TOO_LARGE)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return raw
    if encoding != "gzip":
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA, "Chỉ nhận nội dung nén gzip.")
    return _gunzipped(raw, min(limit, MAX_INFLATED, max(len(raw) * MAX_RATIO, 1)))


def _gunzipped(raw: bytes, cap: int) -> bytes:
    """Inflate every member of a gzip body (RFC 1952 allows several): no byte that came is passed over in silence."""
    data, rest = b"", raw
    for _ in range(MAX_MEMBERS):
        inflater = zlib.decompressobj(wbits=31)
        try:
            data += inflater.decompress(rest, cap + 1 - len(data))
        except zlib.error as error:
            raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung nén gzip bị hỏng.") from error
        if len(data) > cap or inflater.unconsumed_tail:
            raise Problem(ProblemCode.TOO_LARGE)
        if not inflater.eof:
            raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung nén gzip bị cụt.")
        rest = inflater.unused_data
        if not rest:
            return data
    raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung nén gzip bị chia quá vụn.")


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [c for v in level if isinstance(v, dict | list) for c in (v.values() if isinstance(v, dict) else v)]
        if not level:
            return False
    return any(isinstance(v, dict | list) for v in level)


def _too_deep_to_write(value: Any) -> bool:
    """Say whether JSON nests deeper than 254, orjson's own limit; deep operations above 32 are quarantined one by one."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _deeper_than(value, 254)
    return False
