"""schemathesis drives every operation of the OpenAPI document: no 5xx, no status or shape that is not documented."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from checklists.limits import load_rules
from server.app import create_app
from tests.builders import Kit, Office
from tests.conftest import settings_in
from tests.server.api.wire import Wire, site_of

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 20
KNOWN: dict[str, dict[str, Any]] = defaultdict(dict) | {
    "/api/v1/checklists/{code}/{version}": {"code": "fuel-dispenser", "version": 1},
    "/api/v1/rules/{version}": {"version": load_rules().version},
}
PLAIN = {"Accept-Encoding": "identity"}
"""schemathesis does not inflate what a WSGI application answers."""


@schemathesis.serializer("application/offset+octet-stream")
def bytes_of_a_photo(_context: SerializationContext, value: Any) -> bytes:
    """Send whatever was generated as bytes, as tus does."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


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


def operations() -> list[str]:
    """Name every operation of the document; read from a server without a database."""
    with tempfile.TemporaryDirectory() as folder:
        document = create_app(settings_in(Path(folder))).test_client().get("/api/v1/openapi.json").get_json()
    methods = {"get", "head", "post", "put", "patch", "delete", "options"}
    return [f"{m.upper()} {path}" for path, item in document["paths"].items() for m in item if m in methods]


def drive(app: Flask, label: str, headers: dict[str, str], examples: int) -> None:
    """Send generated requests, valid and not, and check each answer against the document that this server serves."""
    method, path = label.split(" ", 1)
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)[path][method]

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        case=st.one_of(operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)),
        known=st.booleans(),
    )
    def run(case: Any, known: bool) -> None:
        more: dict[str, str] = {}
        if known:  # a generator never guesses what exists
            path_of = dict(case.path_parameters or {})
            case.path_parameters = {**path_of, **{n: v for n, v in KNOWN[path].items() if n in path_of}}
            more = {"Tus-Resumable": "1.0.0"} if "/uploads" in path else {}
        case.call_and_validate(headers={**headers, **more}, checks=CHECKS)

    run()


@pytest.mark.parametrize("label", operations())
def test_every_operation_answers_as_documented(app: Flask, kit: Kit, label: str) -> None:
    drive(app, label, {**PLAIN, **kit.headers}, EXAMPLES)


@pytest.mark.parametrize("label", operations())
def test_every_operation_answers_a_stranger_as_documented(app: Flask, label: str) -> None:
    drive(app, label, {**PLAIN, "Authorization": "Bearer nobody"}, 3)


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
