"""Enrolment: a code works once, expires, and carries no secret that works twice."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db.devices import Device, EnrolmentCode
from server.security.keys import public_bytes
from tests.builders import Office

NAME = "Máy tính bảng số 3"


def new_key() -> str:
    """A fresh public key as a tablet sends it."""
    return base64.urlsafe_b64encode(public_bytes(Ed25519PrivateKey.generate())).rstrip(b"=").decode()


@pytest.fixture
def code(office: Office) -> str:
    """A code for a new inspector."""
    person = office.hires()
    run = office.app.test_cli_runner().invoke(args=["tablets", "enrol", "--user", person.username, "--json"])
    assert run.exit_code == 0, run.output
    made = json.loads(run.output)
    assert set(made) == {"code", "url", "expires_at"}
    assert made["url"].endswith("#enrol=" + made["code"])
    return str(made["code"])


def test_a_code_makes_a_device_that_may_speak(client: FlaskClient, code: str) -> None:
    answer = client.post("/api/v1/enrolments", json={"code": code, "tablet_name": NAME, "public_key": new_key()})
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["user"]["role"] == "inspector"
    hello = {"client": {"app": "t", "build": "1", "protocols": [1]}, "lowest_device_seq": 1}
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert client.post("/api/v1/sync/hello", json=hello, headers=headers).status_code == 200
    headers = {"Authorization": f"Bearer {made['upload_token']}"}
    assert client.post("/api/v1/sync/hello", json=hello, headers=headers).status_code == 403


def test_tokens_are_stored_hashed(client: FlaskClient, code: str, session: Session) -> None:
    made = client.post(
        "/api/v1/enrolments", json={"code": code, "tablet_name": NAME, "public_key": new_key()}
    ).get_json()
    row = session.scalars(select(Device)).one()
    assert made["token"] not in (row.token_hash, row.upload_token_hash)
    assert session.scalars(select(EnrolmentCode.code_hash)).one() != code


def test_a_code_works_once(client: FlaskClient, code: str) -> None:
    body = {"code": code, "tablet_name": NAME, "public_key": new_key()}
    assert client.post("/api/v1/enrolments", json=body).status_code == 201
    again = client.post("/api/v1/enrolments", json={**body, "public_key": new_key()})
    assert (again.status_code, again.get_json()["code"]) == (410, "gone")


def test_of_many_at_once_one_wins(app: Flask, code: str, session: Session) -> None:
    def attempt(_: int) -> int:
        body = {"code": code, "tablet_name": NAME, "public_key": new_key()}
        return app.test_client().post("/api/v1/enrolments", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(attempt, range(8)))
    assert statuses == [201] + [410] * 7
    assert len(session.scalars(select(Device)).all()) == 1


def test_a_code_expires(client: FlaskClient, code: str, office: Office) -> None:
    with office.transaction() as session:
        session.execute(update(EnrolmentCode).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    answer = client.post("/api/v1/enrolments", json={"code": code, "tablet_name": NAME, "public_key": new_key()})
    assert answer.status_code == 410


@pytest.mark.parametrize(
    "spoilt",
    [
        {"public_key": "A" * 43},
        {"public_key": "ab"},
        {"public_key": "!" * 43},
        {"public_key": "ệ" * 43},
        {"public_key": base64.urlsafe_b64encode(b"\x01" + bytes(31)).decode().rstrip("=")},
        {"tablet_name": ""},
        {"tablet_name": "a\x00b"},
        {"tablet_name": "x" * 101},
        {"code": None},
        {"extra": 1},
    ],
)
def test_a_spoilt_request_leaves_the_code_unused(client: FlaskClient, code: str, spoilt: dict[str, object]) -> None:
    body = {"code": code, "tablet_name": NAME, "public_key": new_key()}
    assert client.post("/api/v1/enrolments", json={**body, **spoilt}).status_code == 400
    assert client.post("/api/v1/enrolments", json=body).status_code == 201


def test_an_unknown_user_gets_no_code(office: Office) -> None:
    run = office.app.test_cli_runner().invoke(args=["tablets", "enrol", "--user", "ai-do"])
    assert run.exit_code == 1
    assert "Không có tài khoản" in run.output
