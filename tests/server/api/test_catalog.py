"""GET /checklists and /rules: immutable, cached for ever, for tablets only."""

from __future__ import annotations

import hashlib
import json

import pytest
from flask.testing import FlaskClient

from checklists import catalog
from checklists.limits import load_rules
from tests.builders import Kit, Office


@pytest.fixture
def kit(office: Office) -> Kit:
    """A tablet."""
    return office.enrols(office.hires())


def test_the_list_and_each_version(client: FlaskClient, kit: Kit) -> None:
    listed = client.get("/api/v1/checklists", headers=kit.headers).get_json()["checklists"]
    assert {(c["code"], c["version"]) for c in listed} == {(c.code, c.version) for c in catalog.load().all()}
    for entry in listed:
        answer = client.get(f"/api/v1/checklists/{entry['code']}/{entry['version']}", headers=kit.headers)
        assert answer.status_code == 200
        assert answer.headers["ETag"] == f'"{entry["sha256"]}"'
        assert "immutable" in answer.headers["Cache-Control"]
        body = answer.get_json()
        assert body["sha256"] == entry["sha256"]
        unsigned = {name: value for name, value in body.items() if name != "sha256"}
        canonical = json.dumps(unsigned, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(canonical.encode()).hexdigest() == entry["sha256"]


def test_rules_are_served_by_version(client: FlaskClient, kit: Kit) -> None:
    rules = load_rules()
    answer = client.get(f"/api/v1/rules/{rules.version}", headers=kit.headers)
    assert (answer.get_json(), answer.headers["ETag"]) == (rules.served(), f'"{rules.sha256}"')


@pytest.mark.parametrize("path", ["checklists/fuel-dispenser/1", f"rules/{load_rules().version}"])
def test_what_the_tablet_has_is_not_sent_again(client: FlaskClient, kit: Kit, path: str) -> None:
    etag = client.get(f"/api/v1/{path}", headers=kit.headers).headers["ETag"]
    again = client.get(f"/api/v1/{path}", headers={**kit.headers, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    for known in (f"W/{etag}", f'"x", {etag}', f'"x", W/{etag}', "*"):
        again = client.get(f"/api/v1/{path}", headers={**kit.headers, "If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag), known
        assert "immutable" in again.headers["Cache-Control"]
    for other in ('"x"', etag.strip('"')[:-1], ""):
        assert client.get(f"/api/v1/{path}", headers={**kit.headers, "If-None-Match": other}).status_code == 200


def test_a_checklist_is_served_in_the_shape_of_the_protocol(client: FlaskClient, kit: Kit) -> None:
    texts = {"vi", "en"}
    for entry in client.get("/api/v1/checklists", headers=kit.headers).get_json()["checklists"]:
        served = client.get(f"/api/v1/checklists/{entry['code']}/{entry['version']}", headers=kit.headers).get_json()
        assert served.keys() == {"code", "version", "sha256", "title", "legal_basis", "sections"}
        assert served["title"].keys() == texts
        for section in served["sections"]:
            assert section.keys() == {"key", "per", "title", "instrument_types", "items"}
            assert section["per"] in ("visit", "instrument", "sample", "vehicle")
            for item in section["items"]:
                assert {"key", "text", "type", "fields", "columns", "required", "photo", "when", "procedure",
                        "legal_basis"} <= item.keys()  # fmt: skip
                assert item["text"].keys() == texts
                assert isinstance(item["required"], bool)
                for field in (*item["fields"], *item["columns"]):
                    assert {"key", "title", "type", "unit"} <= field.keys()
                    assert field["title"].keys() == texts
                    assert all(choice.keys() == {"key", "title"} for choice in field.get("choices", []))
                if item["procedure"] is not None:
                    assert item["procedure"].keys() == {"name", "parameters", "rows"}


@pytest.mark.parametrize("path", [
    "checklists/none/1", "checklists/fuel-dispenser/99", "checklists/fuel-dispenser/0",
    "checklists/fuel-dispenser/99999999999999999999", "checklists/fuel-dispenser/-1", "checklists/fuel-dispenser/x",
    "checklists/%00/1", "checklists/..%2f..%2fetc/1", "rules/1999.1", "rules/%00", "rules/{{7*7}}", "rules/" + "9" * 300,
])  # fmt: skip
def test_an_unknown_version_is_not_found(client: FlaskClient, kit: Kit, path: str) -> None:
    answer = client.get(f"/api/v1/{path}", headers=kit.headers)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert answer.mimetype == "application/problem+json"
    assert not answer.get_json()["title"].isascii()
    assert "immutable" not in answer.headers["Cache-Control"]


def test_nobody_reads_them_without_a_token(client: FlaskClient, office: Office) -> None:
    for path in ("checklists", "checklists/fuel-dispenser/1", f"rules/{load_rules().version}"):
        assert client.get(f"/api/v1/{path}").status_code == 401
