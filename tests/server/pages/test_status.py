"""/healthz, /readyz, /metrics and the page of the API."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.db.journal import ServerState


def test_the_server_says_that_it_lives_and_is_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "ready")
    assert len(ready.get_json()["epoch"]) == 32
    assert ready.get_json()["storage"] == "ready"


def test_an_empty_database_is_not_ready(client: FlaskClient, database: Session) -> None:
    database.execute(delete(ServerState))
    database.commit()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "unavailable")
    assert client.get("/healthz").status_code == 200


def test_metrics_are_prometheus_text(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "python_info" in answer.get_data(as_text=True)
    assert "hientruong_operations" in answer.get_data(as_text=True)


def test_the_page_of_the_api_names_every_operation(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    page = client.get("/api/v1/docs")
    assert page.mimetype == "text/html"
    text = page.get_data(as_text=True)
    for path in document["paths"]:
        assert path in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text
