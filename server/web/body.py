"""Reading a JSON body safely: gzip with a cap, size, depth. Nothing here knows what the JSON means."""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson
from flask import request

from server.errors import Problem, ProblemCode

MAX_BODY = 1024 * 1024
"""Plain body (protocol, "Sizes")."""
MAX_INFLATED = 4 * 1024 * 1024
"""No body inflates beyond this, whatever its own limit."""
MAX_DEPTH = 40
"""No honest document nests deeper; hashing and normalising recurse."""
MAX_RATIO = 200
"""JSON of real inspections compresses 5 to 20 times."""


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


def _parsed(data: bytes, *, any_json: bool) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if not any_json:
            raise Problem(ProblemCode.MALFORMED_BODY) from error
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Problem(ProblemCode.MALFORMED_BODY) from error


def _inflated(limit: int) -> bytes:
    if (request.content_length or 0) > limit:
        raise Problem(ProblemCode.TOO_LARGE)
    raw = request.stream.read(limit + 1)
    if len(raw) > limit:
        raise Problem(ProblemCode.TOO_LARGE)
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return raw
    if encoding != "gzip":
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA, "Chỉ nhận nội dung nén gzip.")
    cap = min(limit, MAX_INFLATED, max(len(raw) * MAX_RATIO, 1))
    try:
        inflater = zlib.decompressobj(wbits=31)
        data = inflater.decompress(raw, cap + 1)
    except zlib.error as error:
        raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung nén gzip bị hỏng.") from error
    if len(data) > cap or inflater.unconsumed_tail:
        raise Problem(ProblemCode.TOO_LARGE)
    if not inflater.eof:
        raise Problem(ProblemCode.MALFORMED_BODY, "Nội dung nén gzip bị cụt.")
    return data


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
