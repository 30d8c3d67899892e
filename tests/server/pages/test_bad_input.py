"""Bad input on pages by family: a Vietnamese page, never a 500, a traceback or an English sentence."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient

from server.extensions import client_address

NUL, SURROGATE = "%00", "%ED%A0%80"
ADDRESSES: list[tuple[str, str, int]] = [
    ("NUL in a path", f"/m/{NUL}", 404),
    ("NUL in a search", f"/?q=a{NUL}b", 400),
    ("NUL in a second value", f"/?q=a&q={NUL}", 400),
    ("NUL in a campaign", f"/?campaign={NUL}", 400),
    ("bytes that are no text", "/?q=%FF%FE", 303),
    ("half a surrogate", f"/m/{SURROGATE}", 200),
    ("a page beyond every list", f"/?page={'9' * 40}", 303),
    ("a template", "/m/{{7*7}}", 200),
    ("dots", "/static/..%2f..%2fwsgi.py", 404),
    ("an id that is none", "/inspections/1e999", 404),
]


@pytest.mark.parametrize(("path", "status"), [a[1:] for a in ADDRESSES], ids=[a[0] for a in ADDRESSES])
def test_a_bad_address_gets_a_page(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert status == 303 or 'lang="vi"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["a" * 300, "a b", "x_y..z", "đo.vn"])
@pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/api/v1/openapi.json"])
def test_a_bad_host_is_no_surprise(client: FlaskClient, host: str, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code in {200, 400, 404}


FORMS: list[tuple[str, dict[str, Any], int]] = [
    ("ten megabytes", {"data": {"username": "x" * 10_000_000}}, 413),
    ("ten megabytes without a length", {"data": b"username=" + b"x" * 10_000_000, "chunked": True}, 400),
    ("two thousand parts", {"data": {f"a{n}": "b" for n in range(2000)}, "content_type": "multipart/form-data"}, 413),
    ("a file of two megabytes", {"data": b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
                                 + b"x" * 2_000_000 + b"\r\n--x--", "content_type": "multipart/form-data; boundary=x"}, 413),
    ("a boundary that is none", {"data": b"--y", "content_type": "multipart/form-data; boundary="}, 400),
    ("NUL in the name", {"data": {"username": "a\0b", "password": "x"}}, 400),
    ("nothing", {"data": {}}, 400),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "status"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS])
def test_a_bad_form_gets_a_page(client: FlaskClient, sent: dict[str, Any], status: int) -> None:
    given = {"content_type": "application/x-www-form-urlencoded", **sent}
    if given.pop("chunked", False):
        given |= {"headers": {"Transfer-Encoding": "chunked"}, "environ_overrides": {"wsgi.input_terminated": True}}
    answer = client.post("/sign-in", **given)
    assert answer.status_code == status
    assert 'lang="vi"' in answer.get_data(as_text=True)


PEERS: list[tuple[str, str, dict[str, str], str]] = [
    ("no proxy", "203.0.113.5", {}, "203.0.113.5"),
    ("our proxy", "127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, "203.0.113.7"),
    ("our proxy adds to a claim", "127.0.0.1", {"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}, "203.0.113.7"),
    ("a claim of a stranger", "203.0.113.5", {"X-Forwarded-For": "1.1.1.1"}, "203.0.113.5"),
    ("our proxy says nothing", "127.0.0.1", {"X-Forwarded-For": " "}, "127.0.0.1"),
]


@pytest.mark.parametrize(("peer", "headers", "wanted"), [p[1:] for p in PEERS], ids=[p[0] for p in PEERS])
def test_attempts_are_counted_by_who_makes_them(app: Flask, peer: str, headers: dict[str, str], wanted: str) -> None:
    with app.test_request_context(headers=headers, environ_overrides={"REMOTE_ADDR": peer}):
        assert client_address() == wanted


def test_wrong_codes_of_one_address_do_not_lock_out_another(client: FlaskClient) -> None:
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    public_key = base64.urlsafe_b64encode(key).rstrip(b"=").decode()
    wrong = {"code": "AAAAAAAAAAAA", "tablet_name": "x", "public_key": public_key}

    def tries(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return client.post("/api/v1/enrolments", json=wrong, headers=headers).status_code

    assert [tries("203.0.113.1") for _ in range(11)][-1] == 429
    assert tries("203.0.113.2") == 410
