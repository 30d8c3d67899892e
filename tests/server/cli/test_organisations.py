"""`flask organisations` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from flask import Flask

from server.db import documents
from server.services import organisations
from tests.builders import Office

Type = Callable[..., Result]


@pytest.fixture
def flask(app: Flask) -> Type:
    """Type a command."""

    def type_in(*words: str) -> Result:
        with app.app_context():
            return app.test_cli_runner().invoke(args=["organisations", *words])

    return type_in


def test_drawn_signatures_are_off_until_an_agency_allows_them(flask: Type, office: Office) -> None:
    assert "Chưa có cơ quan nào." in flask("list").stdout
    state = {
        "name": "Sở Khoa học và Công nghệ",
        "place": "Bắc Giang",
        "letterhead": ["SỞ KHOA HỌC VÀ CÔNG NGHỆ"],
        "series": [],
    }
    with office.transaction() as session:
        organisations.register(session, state, basis="Quyết định số 01/QĐ-SKHCN", actor="system", at=datetime.now(UTC))
    [agency] = json.loads(flask("list", "--json").stdout)
    assert agency["drawn_signatures"] is False
    assert "Cho phép ký trên màn hình." in flask("drawn-signatures", agency["id"], "--allow").stdout
    assert "không đổi gì" in flask("drawn-signatures", agency["id"], "--allow").stdout
    with office.transaction() as session:
        row = documents.get(session, "organisation", agency["id"])
        assert row is not None
        assert (row.state["drawn_signatures"], row.rev) == (True, 2)
    assert f"{agency['name']}: cho phép ký" in flask("list").stdout
    assert "Không cho phép" in flask("drawn-signatures", agency["id"], "--forbid").stdout
    assert json.loads(flask("list", "--json").stdout)[0]["drawn_signatures"] is False


def test_of_an_agency_that_is_not_there(flask: Type, office: Office) -> None:
    found = flask("drawn-signatures", "0192f0c1-0000-7000-8000-000000000001", "--allow")
    assert found.exit_code != 0
    assert "Không có cơ quan này." in found.output
    assert flask("drawn-signatures", "x").exit_code == 2
