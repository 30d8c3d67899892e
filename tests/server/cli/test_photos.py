"""`flask photos`, `backup` and `evidence` while the photo store is away: one sentence, and no photo is called lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.extensions import db
from server.settings import Settings
from tests.builders import Office
from tests.pictures import jpeg
from tests.server.api.tus_wire import Tus, records_photo, state_of
from tests.server.api.wire import new_id, site_of


@pytest.fixture
def photo(office: Office, client: FlaskClient) -> str:
    """A photo whose bytes are here."""
    leader, data, id = office.hires("team_leader"), jpeg(), new_id()
    site = site_of(office, leader)
    records_photo(office, site, data, id)
    Tus(client, office.enrols(leader)).send(data, id)
    assert state_of(office, "photo", id)["status"] == "complete"
    return id


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The same server with its photos in a store that nobody serves."""
    for name, value in (
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x"),
        ("AWS_DEFAULT_REGION", "x"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    app = create_app(replace(settings, blob_url="s3://khong-co-ai"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("words", [["photos", "verify", "--ask-again"], ["backup", "b.zip"]], ids=["verify", "backup"])
def test_a_store_that_is_away_has_lost_nothing(
    office: Office, photo: str, away: Flask, tmp_path: Path, words: list[str]
) -> None:
    arguments = [str(tmp_path / word) if word.endswith(".zip") else word for word in words]
    done = away.test_cli_runner().invoke(args=arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "kho ảnh" in done.stderr.lower() or "không sao lưu được" in done.stderr.lower()
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "b.zip").exists()
    assert state_of(office, "photo", photo)["status"] == "complete"
