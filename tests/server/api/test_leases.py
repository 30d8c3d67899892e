"""POST /leases and /leases/{id}/return over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

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
