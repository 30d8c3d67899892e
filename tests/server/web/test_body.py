"""Hostile bodies: each gets a clear problem, none a 500, none much memory."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize  # type: ignore[import-untyped]  # gunicorn ships no types

from tests.builders import Office

GOOD = b'{"series": "BB", "year": 2026, "count": 5}'
NESTED = b'{"a":' * 200 + b"1" + b"}" * 200
FAMILIES: list[tuple[str, bytes, dict[str, str], int]] = [
    ("empty", b"", {}, 400),
    ("not JSON", b"{", {}, 400),
    ("not UTF-8", b'{"series": "\xff\xfe"}', {}, 400),
    ("an array", b"[]", {}, 400),
    ("a string", b'"x"', {}, 400),
    ("NaN", b'{"year": NaN}', {}, 400),
    ("1e999", b'{"year": 1e999, "series": "BB", "count": 1}', {}, 400),
    ("huge integer", b'{"year": ' + b"9" * 5000 + b"}", {}, 400),
    ("deep", NESTED, {}, 400),
    ("very deep", b"[" * 100_000, {}, 400),
    ("ten megabytes", b'{"a":"' + b"x" * 10_000_000 + b'"}', {}, 413),
    ("gzip bomb", gzip.compress(b'{"a":"' + b" " * 50_000_000 + b'"}'), {"Content-Encoding": "gzip"}, 413),
    ("not gzip", GOOD, {"Content-Encoding": "gzip"}, 400),
    ("cut gzip", gzip.compress(GOOD * 20)[:-9], {"Content-Encoding": "gzip"}, 400),
    ("something after the gzip", gzip.compress(GOOD) + b"more", {"Content-Encoding": "gzip"}, 400),
    ("two bodies in one gzip", gzip.compress(GOOD) * 2, {"Content-Encoding": "gzip"}, 400),
    ("gzip in a thousand crumbs", gzip.compress(b"") * 1000 + gzip.compress(GOOD), {"Content-Encoding": "gzip"}, 400),
    (
        "a gzip bomb behind a member",
        gzip.compress(b" ") + gzip.compress(b" " * 50_000_000),
        {"Content-Encoding": "gzip"},
        413,
    ),
    ("NUL in the series", b'{"series": "B\\u0000B", "year": 2026, "count": 5}', {}, 400),
    ("half a surrogate", b'{"series": "\\ud800", "year": 2026, "count": 5}', {}, 400),
    ("everything missing", b"{}", {}, 400),
    ("everything null", b'{"series": null, "year": null, "count": null}', {}, 400),
    ("everything of another type", b'{"series": 5, "year": "2026", "count": 1.0}', {}, 400),
    ("everything too large", b'{"series": "' + b"B" * 41 + b'", "year": 20260, "count": 100000}', {}, 400),
    ("brotli", GOOD, {"Content-Encoding": "br"}, 415),
    ("a form", b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ("no type", GOOD, {"Content-Type": ""}, 415),
]


@pytest.mark.parametrize(("data", "headers", "status"), [f[1:] for f in FAMILIES], ids=[f[0] for f in FAMILIES])
def test_a_hostile_body_gets_a_problem(
    client: FlaskClient, office: Office, data: bytes, headers: dict[str, str], status: int
) -> None:
    kit = office.enrols(office.hires())
    every: dict[str, Any] = {"Content-Type": "application/json", **kit.headers, **headers}
    answer = client.post("/api/v1/leases", data=data, headers=every)
    assert answer.status_code == status
    problem = answer.get_json()
    assert not problem["detail"].isascii()
    assert problem["request_id"]
    said = [sentence for field in problem.get("errors", {}).values() for sentence in field]
    assert not any(sentence.isascii() for sentence in said), "every field's fault is told in Vietnamese"


def test_gzip_is_understood(client: FlaskClient, office: Office) -> None:
    office.opens_series("BB")
    headers = {**office.enrols(office.hires()).headers, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert client.post("/api/v1/leases", data=gzip.compress(GOOD), headers=headers).status_code == 201


def test_a_gzip_body_of_several_members_is_read_whole(client: FlaskClient, office: Office) -> None:
    office.opens_series("BB")
    headers = {**office.enrols(office.hires()).headers, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    data = gzip.compress(GOOD[:9]) + gzip.compress(GOOD[9:])
    assert client.post("/api/v1/leases", data=data, headers=headers).status_code == 201


class Link(io.RawIOBase):
    """A body that fails as a link does."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def readable(self) -> bool:
        """It is a source."""
        return True

    def readinto(self, _buffer: Any) -> int:
        """Fail."""
        raise self.failure


BROKEN: list[tuple[str, Exception, int]] = [
    ("reset", ConnectionResetError(), 503),
    ("silent for too long", BlockingIOError(11, "Resource temporarily unavailable"), 503),
    ("timed out", TimeoutError(), 503),
    ("chunks that are none", InvalidChunkSize(b"zz"), 400),
]


@pytest.mark.parametrize(("failure", "status"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
@pytest.mark.parametrize("path", ["/api/v1/sync/push", "/api/v1/leases"])
def test_a_body_that_breaks_off_is_a_problem(
    client: FlaskClient, office: Office, failure: Exception, status: int, path: str
) -> None:
    chunked = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    headers = {**chunked, **office.enrols(office.hires()).headers}
    link = {"wsgi.input": Link(failure), "wsgi.input_terminated": True}
    answer = client.post(path, headers=headers, environ_overrides=link)
    assert answer.status_code == status
    assert ("chunked" in answer.get_json()["detail"]) == (status == 400)
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_an_unknown_address_is_a_problem_too(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
