"""POST /enrolments with a key that is known: the same device goes on, if the key is at hand and the person is the same."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.security.keys import public_bytes
from tests.builders import Office, Person
from tests.server.api.test_enrolments import body_of, code_for, post, text_of


@pytest.fixture
def person(office: Office) -> Person:
    """An inspector of a department."""
    office.has_organisation()
    return office.hires("team_leader", "Nguyễn Văn Kiểm")


@pytest.fixture
def key() -> Ed25519PrivateKey:
    """The tablet's key."""
    return Ed25519PrivateKey.generate()


def proven(code: str, key: Ed25519PrivateKey, **more: Any) -> dict[str, Any]:
    """An enrolment with the proof that the key is at hand."""
    public = text_of(public_bytes(key))
    message = f"hien-truong enrolment\n{code}\n{public}".encode()
    return body_of(code, public_key=public, proof=text_of(key.sign(message)), **more)


def hello(client: FlaskClient, token: str) -> Any:
    """Greet."""
    body = {"client": {"app": "t", "build": "1", "protocols": [1]}, "lowest_device_seq": None}
    return client.post("/api/v1/sync/hello", json=body, headers={"Authorization": f"Bearer {token}"})


def test_the_same_device_goes_on_with_new_tokens(
    client: FlaskClient, office: Office, person: Person, key: Ed25519PrivateKey, database: Session
) -> None:
    first = post(client, proven(code_for(office, person), key)).get_json()
    again = post(client, proven(code_for(office, person), key, user_id=person.id, tablet_name="Máy 02"))
    assert again.status_code == 201
    told = again.get_json()
    assert told["device"]["id"] == first["device"]["id"]
    assert hello(client, first["token"]).status_code == 401
    assert hello(client, told["token"]).status_code == 200
    assert database.scalar(select(func.count()).select_from(Device)) == 1
    assert database.get_one(Device, told["device"]["id"]).tablet_name == "Máy 02"


def test_a_key_without_proof_or_with_a_wrong_one_stays_refused(
    client: FlaskClient, office: Office, person: Person, key: Ed25519PrivateKey
) -> None:
    first = post(client, proven(code_for(office, person), key)).get_json()
    code = code_for(office, person)
    other = proven(code_for(office, person), key)["proof"]
    stranger = proven(code, Ed25519PrivateKey.generate())["proof"]
    garbage = base64.urlsafe_b64encode(bytes(64)).rstrip(b"=").decode()
    for proof in (None, other, stranger, garbage):
        assert post(client, {**proven(code, key), "proof": proof}).status_code == 409
    assert hello(client, first["token"]).status_code == 200
    assert post(client, proven(code, key)).status_code == 201  # no refusal has used the code up


def test_a_key_stays_with_its_person(
    client: FlaskClient, office: Office, person: Person, key: Ed25519PrivateKey
) -> None:
    post(client, proven(code_for(office, person), key))
    other = office.hires("inspector", "Trần Thị Bình")
    assert post(client, proven(code_for(office, other), key)).status_code == 409


def test_a_code_for_somebody_else_is_not_spent_on_the_wrong_tablet(
    client: FlaskClient, office: Office, person: Person, key: Ed25519PrivateKey
) -> None:
    other = office.hires("inspector", "Trần Thị Bình")
    code = code_for(office, other)
    refused = post(client, proven(code, key, user_id=person.id))
    assert refused.status_code == 409
    assert "cấp cho người khác" in refused.get_json()["detail"]
    assert post(client, proven(code, key, user_id=other.id)).status_code == 201


def test_a_revoked_tablet_does_not_come_back(
    client: FlaskClient, office: Office, person: Person, key: Ed25519PrivateKey, database: Session
) -> None:
    told = post(client, proven(code_for(office, person), key)).get_json()
    with office.transaction() as session:
        device = session.get_one(Device, told["device"]["id"])
        device.revoked_at = device.enrolled_at
    assert post(client, proven(code_for(office, person), key)).status_code == 409


@pytest.mark.parametrize("more", [{"proof": "x"}, {"proof": 5}, {"user_id": "A"}])
def test_a_malformed_proof_is_said(
    client: FlaskClient, office: Office, person: Person, key: Ed25519PrivateKey, more: dict[str, Any]
) -> None:
    assert post(client, {**proven(code_for(office, person), key), **more}).status_code == 400
