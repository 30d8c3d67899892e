"""schemathesis drives every operation of the OpenAPI document: no 5xx, no status or shape that is not documented."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.builders import Kit, Office
from tests.server.api.wire import Wire, site_of

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 20


@pytest.fixture
def kit(app: Flask, office: Office) -> Kit:
    """A leader's tablet in a department with some work in it."""
    office.has_organisation()
    office.opens_series()
    leader = office.hires("team_leader")
    kit = office.enrols(leader)
    tablet = Wire(app.test_client(), kit)
    tablet.push(tablet.finding(site_of(office, leader)))
    return kit


@pytest.fixture
def api_schema(app: Flask, kit: Kit) -> Any:
    """The document that this very server serves."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


schema = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_operation_answers_as_documented(case: Any, kit: Kit) -> None:
    case.call_and_validate(headers=kit.headers, checks=CHECKS)


@schema.parametrize()
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_every_operation_answers_a_stranger_as_documented(case: Any) -> None:
    case.call_and_validate(headers={"Authorization": "Bearer nobody"}, checks=CHECKS)


def test_the_document_is_openapi_3_1_and_every_problem_has_the_one_shape(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, response in operation.get("responses", {}).items() if method != "parameters" else ():
                if status.isdigit() and int(status) >= 400 and "content" in response:
                    problem = response["content"].get("application/problem+json", {})
                    assert problem.get("schema", {}).get("$ref", "").endswith("/Problem"), (method, path, status)


def test_the_protocols_operations_are_documented(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    for path, method in (("/api/v1/sync/hello", "post"), ("/api/v1/sync/push", "post"), ("/api/v1/sync/pull", "post"),
                         ("/api/v1/sync/receipts", "get"), ("/api/v1/checklists", "get"),
                         ("/api/v1/checklists/{code}/{version}", "get"), ("/api/v1/rules/{version}", "get")):  # fmt: skip
        assert method in paths[path]
    assert "426" in paths["/api/v1/sync/pull"]["post"]["responses"]
    assert "426" not in paths["/api/v1/sync/push"]["post"]["responses"]
