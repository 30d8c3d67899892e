"""POST /mark-leases and /mark-leases/{id}/return over HTTP, and the lease in the tablet's own pull."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.builders import Kit, Office
from tests.server.services.marks import Store


@pytest.fixture
def store(office: Office) -> Store:
    """A department with a store of stickers."""
    found = Store(office)
    found.receives("A01", "A30")
    return found


@pytest.fixture
def kit(store: Store, office: Office) -> Kit:
    """The leader's tablet."""
    return office.enrols(store.leader)


def asks(client: FlaskClient, kit: Kit, store: Store, **more: Any) -> Any:
    """Ask for stickers."""
    body = {"organisation_id": store.office.organisation_id, "kind": "sticker", "count": 10, **more}
    return client.post("/api/v1/mark-leases", json=body, headers=kit.headers)


def test_a_tablet_leases_pulls_and_returns(client: FlaskClient, kit: Kit, store: Store) -> None:
    answer = asks(client, kit, store)
    assert answer.status_code == 201
    lease = answer.get_json()
    assert (lease["prefix"], lease["digits"], lease["first"], lease["last"], lease["returned_at"]) == (
        "A",
        2,
        1,
        10,
        None,
    )
    pulled = client.post("/api/v1/sync/pull", json={"cursor": None, "limit": 500}, headers=kit.headers).get_json()[
        "items"
    ]
    own = [item for item in pulled if item["kind"] == "mark_lease"]
    assert [(item["id"], item["state"]["device_id"]) for item in own] == [(lease["id"], kit.device_id)]

    path, body = f"/api/v1/mark-leases/{lease['id']}/return", {"ranges": [{"first": 6, "last": 10}]}
    assert client.post(path, json=body, headers=kit.headers).get_json()["returned"] == [6, 7, 8, 9, 10]
    assert client.post(path, json=body, headers=kit.headers).get_json()["returned"] == [], "twice is once"


def test_another_tablet_neither_sees_nor_returns_it(
    client: FlaskClient, kit: Kit, store: Store, office: Office
) -> None:
    lease = asks(client, kit, store).get_json()
    other = office.enrols(store.leader, "Máy 2")
    pulled = client.post("/api/v1/sync/pull", json={"cursor": None, "limit": 500}, headers=other.headers).get_json()[
        "items"
    ]
    assert not [item for item in pulled if item["kind"] == "mark_lease"]
    answer = client.post(
        f"/api/v1/mark-leases/{lease['id']}/return", json={"ranges": [{"first": 1, "last": 1}]}, headers=other.headers
    )
    assert answer.status_code == 404


def test_who_works_for_nobody_gets_nothing(client: FlaskClient, store: Store, office: Office) -> None:
    answer = asks(client, office.enrols(office.hires()), store)
    assert (answer.status_code, "không ở trong đoàn" in answer.get_json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    "more", [{"count": 0}, {"count": 501}, {"count": "5"}, {"kind": "glue"}, {"organisation_id": "x"}, {"kind": None}]
)
def test_what_makes_no_sense_is_refused(client: FlaskClient, kit: Kit, store: Store, more: dict[str, Any]) -> None:
    assert asks(client, kit, store, **more).status_code == 400


@pytest.mark.parametrize(
    "ranges",
    [[], [{"first": 9, "last": 11}], [{"first": 5, "last": 4}], [{"first": 0, "last": 10**11}], [{"first": 1}]],
)
def test_a_range_outside_the_lease_is_refused(client: FlaskClient, kit: Kit, store: Store, ranges: Any) -> None:
    lease = asks(client, kit, store).get_json()
    answer = client.post(f"/api/v1/mark-leases/{lease['id']}/return", json={"ranges": ranges}, headers=kit.headers)
    assert answer.status_code == 400


def test_a_revoked_tablet_gets_none(client: FlaskClient, kit: Kit, store: Store, app: Flask) -> None:
    store.office.revokes(kit)
    assert asks(client, kit, store).status_code in (401, 403)
