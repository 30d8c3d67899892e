"""Hostile bodies: each gets a clear problem, none a 500, none much memory."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from flask.testing import FlaskClient

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
    assert problem["detail"]
    assert problem["request_id"]


def test_gzip_is_understood(client: FlaskClient, office: Office) -> None:
    office.opens_series("BB")
    headers = {**office.enrols(office.hires()).headers, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert client.post("/api/v1/leases", data=gzip.compress(GOOD), headers=headers).status_code == 201


def test_an_unknown_address_is_a_problem_too(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
