"""POST /enrolments: one code, one tablet, one inspector; and what everyone else gets."""

from __future__ import annotations

import base64
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.base import Model
from server.db.devices import Device, EnrolmentCode, SigningKey
from server.db.users import User
from server.security.keys import public_bytes
from server.security.tokens import hash_of
from server.services import enrolments, tablets
from sync import seal
from tests.builders import Office, Person

PUBLIC_URL = "https://kiemtra.bacninh.gov.vn"


def text_of(raw: bytes) -> str:
    """Write bytes as the protocol does."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_key() -> bytes:
    """A tablet's public key."""
    return public_bytes(Ed25519PrivateKey.generate())


def code_for(office: Office, person: Person, at: datetime | None = None) -> str:
    """A code as the office makes it."""
    with office.transaction() as session:
        user = enrolments.user_with_id(session, person.id)
        return enrolments.make_code(session, user, public_url=PUBLIC_URL, now=at or datetime.now(UTC)).code


def body_of(code: str, **more: Any) -> dict[str, Any]:
    """What a tablet sends."""
    return {"code": code, "tablet_name": "Máy 01", "public_key": text_of(new_key()), **more}


def post(client: FlaskClient, body: Any) -> Any:
    """Enrol."""
    return client.post("/api/v1/enrolments", json=body)


@pytest.fixture
def person(office: Office) -> Person:
    """An inspector of a department."""
    office.has_organisation()
    return office.hires("team_leader", "Nguyễn Văn Kiểm")


def test_a_code_makes_a_device(client: FlaskClient, office: Office, person: Person, database: Session) -> None:
    key = new_key()
    answer = post(client, body_of(code_for(office, person), tablet_name=" Máy\t 01 ", public_key=text_of(key)))
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["user"] == {"id": person.id, "name": "Nguyễn Văn Kiểm", "username": person.username,
                            "title": "Kiểm tra viên", "role": "team_leader"}  # fmt: skip
    assert told["agency"]["name"] == "Sở Khoa học và Công nghệ"
    assert told["agency"]["id"] == office.organisation_id
    assert answer.headers["Cache-Control"] == "no-store"

    device = database.get_one(Device, told["device"]["id"])
    assert (device.user_id, device.tablet_name, device.public_key) == (person.id, "Máy 01", key)
    assert (device.token_hash, device.upload_token_hash) == (hash_of(told["token"]), hash_of(told["upload_token"]))
    signing = database.get_one(SigningKey, seal.key_id(key).hex())
    assert (signing.public_key, signing.holder, signing.revoked_at) == (key, device.id, None)
    assert told["device"]["kid"] == signing.kid


def test_the_tokens_open_what_they_should(client: FlaskClient, office: Office, person: Person) -> None:
    told = post(client, body_of(code_for(office, person))).get_json()
    hello = {"client": {"app": "t", "build": "1", "protocols": [1]}, "lowest_device_seq": None}
    push = {"protocol": 1, "epoch": "", "ops": []}
    full, only = ({"Authorization": f"Bearer {told[name]}"} for name in ("token", "upload_token"))
    assert client.post("/api/v1/sync/hello", json=hello, headers=full).status_code == 200
    assert client.post("/api/v1/sync/hello", json=hello, headers=only).status_code == 403
    assert client.post("/api/v1/sync/push", json=push, headers=only).status_code == 200


def test_nothing_secret_is_stored(client: FlaskClient, office: Office, person: Person, database: Session) -> None:
    code = code_for(office, person)
    told = post(client, body_of(code)).get_json()
    tables = [database.execute(select(table)).all() for table in Model.metadata.sorted_tables]
    dump = "\n".join(str(row) for rows in tables for row in rows)
    assert told["device"]["id"] in dump
    assert [secret for secret in (code, told["token"], told["upload_token"]) if secret in dump] == []


def test_a_code_works_once_and_strangers_learn_nothing(client: FlaskClient, office: Office, person: Person) -> None:
    """Acceptance 19: once, and not after it expired."""
    code = code_for(office, person)
    old = code_for(office, person, datetime.now(UTC) - enrolments.LIFETIME - timedelta(seconds=1))
    assert post(client, body_of(code)).status_code == 201
    answers = [post(client, body_of(each)) for each in (code, old, "AAAAAAAAAAAA")]
    assert [a.status_code for a in answers] == [410, 410, 410]
    assert len({a.get_json()["detail"] for a in answers}) == 1
    assert answers[0].mimetype == "application/problem+json"


def test_a_code_typed_by_hand_is_understood(client: FlaskClient, office: Office, person: Person) -> None:
    code = code_for(office, person)
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:].lower()} "
    assert post(client, body_of(typed)).status_code == 201


def test_a_locked_account_gets_no_tablet(client: FlaskClient, office: Office, person: Person) -> None:
    code = code_for(office, person)
    with office.transaction() as session:
        session.get_one(User, person.id).is_active = False
    assert post(client, body_of(code)).status_code == 410


def test_of_many_with_one_code_exactly_one_wins(app: Flask, office: Office, person: Person, database: Session) -> None:
    code = code_for(office, person)
    start, statuses = threading.Barrier(8), []

    def enrol() -> None:
        client = app.test_client()
        start.wait()
        statuses.append(post(client, body_of(code)).status_code)

    threads = [threading.Thread(target=enrol) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [410] * 7
    assert database.scalar(select(func.count()).select_from(Device)) == 1


# Points of order 1, 2, 4 and 8 (RFC 7748's weak ones carried to Edwards form), and one that is a good key plus one of them.
LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
NOT_POINTS = [
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  # y = p: zero, spelt another way
    "0200000000000000000000000000000000000000000000000000000000000000",  # no x for this y
    "ff" * 32,
]


@pytest.mark.parametrize(
    "key",
    [
        *(text_of(bytes.fromhex(h)) for h in LOW_ORDER + NOT_POINTS),
        "",
        "A" * 42,
        "A" * 44,
        text_of(b"\x01" * 31),
        text_of(b"\x01" * 33),
        "A" * 42 + "=",
        "á" * 43,
        "A" * 42 + "+",
        7,
        None,
        ["A" * 43],
    ],
)
def test_what_is_no_key_is_refused_and_the_code_stays(
    client: FlaskClient, office: Office, person: Person, key: Any
) -> None:
    code = code_for(office, person)
    answer = post(client, body_of(code, public_key=key))
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert "public_key" in answer.get_json()["errors"]
    assert post(client, body_of(code)).status_code == 201


def test_a_key_spelt_with_stray_bits_is_refused(client: FlaskClient, office: Office, person: Person) -> None:
    text = text_of(new_key())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = text[:-1] + alphabet[alphabet.index(text[-1]) + 1]
    assert post(client, body_of(code_for(office, person), public_key=twin)).status_code == 400


def test_a_key_enrols_once_for_ever(client: FlaskClient, office: Office, person: Person) -> None:
    key = text_of(new_key())
    first = post(client, body_of(code_for(office, person), public_key=key)).get_json()
    code = code_for(office, person)
    again = post(client, body_of(code, public_key=key))
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")
    with office.transaction() as session:
        tablets.revoke(session, first["device"]["id"], "mất máy", actor=person.id, now=datetime.now(UTC))
    assert post(client, body_of(code, public_key=key)).status_code == 409
    assert post(client, body_of(code)).status_code == 201


def test_a_key_whose_short_id_is_taken_is_refused(client: FlaskClient, office: Office, person: Person) -> None:
    key = new_key()
    with office.transaction() as session:
        session.add(SigningKey(kid=seal.key_id(key).hex(), public_key=new_key(), holder="server", valid_from=datetime.now(UTC)))  # fmt: skip
    assert post(client, body_of(code_for(office, person), public_key=text_of(key))).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"code": None}, {"code": ""}, {"code": 123456789012}, {"code": "A" * 41}, {"code": ["A"]}, {"code": "Ạ" * 12},
        {"tablet_name": ""}, {"tablet_name": "   "}, {"tablet_name": "x" * 101}, {"tablet_name": "\x00\x01"},
        {"tablet_name": 5}, {"tablet_name": None},
    ],
)  # fmt: skip
def test_bad_fields_get_a_vietnamese_problem(
    client: FlaskClient, office: Office, person: Person, change: dict[str, Any]
) -> None:
    answer = post(client, body_of(code_for(office, person)) | change)
    assert answer.status_code == 400
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"code":"\xff"}', "application/json", 400),
        (b"code=A", "application/x-www-form-urlencoded", 415),
        (b" " * (1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_bad_bodies_get_a_problem(client: FlaskClient, data: bytes, kind: str, status: int) -> None:
    answer = client.post("/api/v1/enrolments", data=data, content_type=kind)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_text_of_other_languages_in_a_name_stays_text(
    client: FlaskClient, office: Office, person: Person, database: Session
) -> None:
    name = "'); DROP TABLE device; -- {{ 7*7 }} <b>"
    told = post(client, body_of(code_for(office, person), tablet_name=name)).get_json()
    assert database.get_one(Device, told["device"]["id"]).tablet_name == name


def test_guessing_codes_is_slowed_down_but_enrolling_is_not(
    client: FlaskClient, office: Office, person: Person
) -> None:
    for _ in range(12):
        assert post(client, body_of(code_for(office, person))).status_code == 201
    statuses = [post(client, body_of("AAAAAAAAAAAA")).status_code for _ in range(12)]
    assert statuses == [410] * 10 + [429] * 2
    slowed = post(client, body_of("AAAAAAAAAAAA"))
    assert slowed.mimetype == "application/problem+json"
    assert slowed.get_json()["code"] == "too_many_requests"
    assert int(slowed.headers["Retry-After"]) > 0


def test_old_codes_are_swept(office: Office, person: Person, database: Session) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    code_for(office, person, long_ago)
    code_for(office, person)
    assert database.scalar(select(func.count()).select_from(EnrolmentCode)) == 1


def test_a_revoked_tablet_stops_and_its_queue_goes_to_quarantine(
    client: FlaskClient, office: Office, person: Person, database: Session
) -> None:
    told = post(client, body_of(code_for(office, person))).get_json()
    with office.transaction() as writing:
        assert tablets.revoke(writing, told["device"]["id"], "mất máy", actor=person.id, now=datetime.now(UTC))
        assert not tablets.revoke(writing, told["device"]["id"], "lần nữa", actor=person.id, now=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {told['token']}"}
    hello = {"client": {"app": "t", "build": "1", "protocols": [1]}, "lowest_device_seq": None}
    refused = client.post("/api/v1/sync/hello", json=hello, headers=headers)
    assert refused.status_code == 403
    assert "thu hồi" in refused.get_json()["detail"]
    op = {"op_id": "01900000-0000-7000-8000-000000000001", "device_seq": 1, "kind": "finding", "type": "create",
          "id": "01900000-0000-7000-8000-000000000002", "scope": "agency", "set": {}}  # fmt: skip
    answer = client.post("/api/v1/sync/push", json={"protocol": 1, "epoch": "", "ops": [op]}, headers=headers)
    assert answer.get_json()["results"][0]["code"] == "revoked_device"
    assert database.get_one(SigningKey, told["device"]["kid"]).revoked_at is not None
    assert tablets.reason_of(database, told["device"]["id"]) == "mất máy"
