"""POST /leases and /leases/{id}/return over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from server.extensions import db
from server.services import numbers
from tests.builders import Kit, Office


@pytest.fixture
def kit(office: Office) -> Kit:
    """A tablet of a department that has a series."""
    office.opens_series()
    return office.enrols(office.hires())


def test_a_tablet_leases_and_returns(client: FlaskClient, kit: Kit) -> None:
    answer = client.post("/api/v1/leases", json={"series": "BB-ĐKT", "year": 2026, "count": 20}, headers=kit.headers)
    assert answer.status_code == 201
    lease = answer.get_json()
    assert (lease["from"], lease["to"], lease["symbol"], lease["expires_on"]) == (1, 20, "BB-ĐKT", "2026-12-31")

    back = client.post(f"/api/v1/leases/{lease['id']}/return", json={"first_unused": 6}, headers=kit.headers)
    assert back.status_code == 200
    assert back.get_json()["returned"] == list(range(6, 21))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"series": "BB-ĐKT", "year": 2026, "count": 0}, 400),
        ({"series": "BB-ĐKT", "year": 2026, "count": 201}, 400),
        ({"series": "BB-ĐKT", "year": 2026, "count": True}, 400),
        ({"series": "BB-ĐKT", "year": 2026, "count": "5"}, 400),
        ({"series": "BB-ĐKT", "year": 1999, "count": 5}, 400),
        ({"series": "'; DROP TABLE series; --", "year": 2026, "count": 5}, 404),
        ({"series": "{{ 7*7 }}", "year": 2026, "count": 5}, 404),
        ({"series": ["BB-ĐKT"], "year": 2026, "count": 5}, 400),
        ({}, 400),
        ({"series": "BB-ĐKT", "year": 2026, "count": 0, "newer": "member"}, 400),
    ],
)
def test_bad_requests_get_a_clear_problem(client: FlaskClient, kit: Kit, body: dict[str, Any], status: int) -> None:
    answer = client.post("/api/v1/leases", json=body, headers=kit.headers)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["status"] == status
    assert problem["detail"]


def test_no_token_no_numbers(client: FlaskClient, kit: Kit) -> None:
    body = {"series": "BB-ĐKT", "year": 2026, "count": 5}
    assert client.post("/api/v1/leases", json=body).status_code == 401
    upload_only = {"Authorization": f"Bearer {kit.upload_token}"}
    assert client.post("/api/v1/leases", json=body, headers=upload_only).status_code == 403


def test_a_revoked_tablet_gets_no_numbers(client: FlaskClient, kit: Kit, office: Office) -> None:
    office.revokes(kit)
    body = {"series": "BB-ĐKT", "year": 2026, "count": 5}
    answer = client.post("/api/v1/leases", json=body, headers=kit.headers)
    assert answer.status_code == 403
    assert "thu hồi" in answer.get_json()["detail"]


def test_a_tablet_crosses_out_a_spoiled_sheet(client: FlaskClient, kit: Kit, office: Office) -> None:
    leased = client.post("/api/v1/leases", json={"series": "BB-ĐKT", "year": 2026, "count": 5}, headers=kit.headers)
    id = leased.get_json()["id"]
    body = {"number": 2, "reason": "Bản in sẵn bị rách"}
    for _ in range(2):  # an answer that was lost is asked for again
        answer = client.post(f"/api/v1/leases/{id}/void", json=body, headers=kit.headers)
        assert (answer.status_code, answer.get_json()) == (200, {"id": id, "voided": 2})
    with office.app.app_context():
        found = numbers.register(db.session(), "BB-ĐKT", 2026)
        held = numbers.of_device(db.session(), kit.device_id)
    assert [(r.number, r.status, r.reason) for r in found[:3]] == [
        (1, "outstanding", None), (2, "void", "Bản in sẵn bị rách"), (3, "outstanding", None)]  # fmt: skip
    assert [lease.id for lease in held] == [id]  # the rest of the range is still this tablet's
    back = client.post(f"/api/v1/leases/{id}/return", json={"first_unused": 3}, headers=kit.headers)
    assert back.get_json()["returned"] == [3, 4, 5]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"number": 2, "reason": " "}, 400),
        ({"number": 2}, 400),
        ({"number": 6, "reason": "Rách"}, 400),
        ({"number": 0, "reason": "Rách"}, 400),
        ({"number": 2, "reason": "R" * 301}, 400),
    ],
)
def test_a_number_is_crossed_out_only_with_a_reason_and_from_its_own_range(
    client: FlaskClient, kit: Kit, body: dict[str, Any], status: int
) -> None:
    leased = client.post("/api/v1/leases", json={"series": "BB-ĐKT", "year": 2026, "count": 5}, headers=kit.headers)
    answer = client.post(f"/api/v1/leases/{leased.get_json()['id']}/void", json=body, headers=kit.headers)
    assert answer.status_code == status
    assert answer.get_json()["detail"]


def test_nobody_crosses_out_a_number_of_another_tablet(client: FlaskClient, kit: Kit, office: Office) -> None:
    leased = client.post("/api/v1/leases", json={"series": "BB-ĐKT", "year": 2026, "count": 5}, headers=kit.headers)
    other = office.enrols(office.hires())
    body = {"number": 2, "reason": "Rách"}
    answer = client.post(f"/api/v1/leases/{leased.get_json()['id']}/void", json=body, headers=other.headers)
    assert answer.status_code == 404


def test_a_number_that_was_given_back_is_not_crossed_out(client: FlaskClient, kit: Kit) -> None:
    leased = client.post("/api/v1/leases", json={"series": "BB-ĐKT", "year": 2026, "count": 5}, headers=kit.headers)
    id = leased.get_json()["id"]
    client.post(f"/api/v1/leases/{id}/return", json={"first_unused": 2}, headers=kit.headers)
    answer = client.post(f"/api/v1/leases/{id}/void", json={"number": 2, "reason": "Rách"}, headers=kit.headers)
    assert answer.status_code == 409
