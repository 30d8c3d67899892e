"""Photos in an object store, and that store away for a while: said in words, nothing lost, pushes go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.uploads import Blob
from server.settings import Settings
from server.storage import open_store
from tests.builders import Office
from tests.conftest import settings_in
from tests.pictures import jpeg, sha256
from tests.seaweed import Seaweed
from tests.server.api.tus_wire import Tus, records_photo, state_of
from tests.server.api.wire import Site, Wire, site_of

PHOTO = jpeg((120, 90))


@pytest.fixture
def settings(settings: Settings, s3_url: str) -> Settings:
    """This test's server keeps its photos in the object store."""
    return replace(settings, blob_url=s3_url)


@pytest.fixture
def at_work(office: Office, client: FlaskClient) -> tuple[Tus, Site]:
    """A tablet at a site."""
    leader = office.hires("team_leader")
    return Tus(client, office.enrols(leader)), site_of(office, leader)


@contextmanager
def away(seaweed: Seaweed) -> Iterator[None]:
    """The object store is stopped for a while."""
    seaweed.stops()
    try:
        yield
    finally:
        seaweed.starts()


def is_told_to_wait(answer: Any) -> None:
    """What a tablet or a page is told while the store is away."""
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "Kho ảnh tạm thời không truy cập được" in problem["detail"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_photo_goes_to_the_bucket_and_comes_back(
    office: Office, at_work: tuple[Tus, Site], settings: Settings, database: Session
) -> None:
    tus, site = at_work
    id = records_photo(office, site, PHOTO)
    url = tus.begin(PHOTO, id)
    assert tus.patch(url, PHOTO[:900], 0).status_code == 204
    assert tus.patch(url, PHOTO[900:], 900).status_code == 204
    assert state_of(office, "photo", id)["status"] == "complete"
    answer = tus.ask("GET", f"/api/v1/photos/{id}")
    assert (answer.status_code, answer.data) == (200, PHOTO)
    assert tus.ask("GET", f"/api/v1/photos/{id}", If_None_Match=answer.headers["ETag"]).status_code == 304
    small = tus.ask("GET", f"/api/v1/photos/{id}?size=320").data
    assert open_store(settings.blob_url, settings.instance).derived(sha256(PHOTO), "320.jpg") == small
    assert tus.create(PHOTO).headers["Upload-Offset"] == str(len(PHOTO))  # a twin need not come again
    assert database.scalar(select(func.count()).select_from(Blob)) == 1
    assert list((settings.instance / "staging").iterdir()) == []


def test_wrong_bytes_never_reach_the_bucket(at_work: tuple[Tus, Site], settings: Settings) -> None:
    tus, bad = at_work[0], PHOTO[:-1] + b"X"
    assert tus.patch(tus.begin(PHOTO), bad, 0).status_code == 460
    store = open_store(settings.blob_url, settings.instance)
    assert [store.has(sha256(PHOTO)), store.has(sha256(bad))] == [False, False]


def test_the_store_is_away_for_a_while(
    office: Office, at_work: tuple[Tus, Site], client: FlaskClient, seaweed: Seaweed
) -> None:
    tus, site = at_work
    wire, before = Wire(client, tus.kit), jpeg(seed=2)
    seen = f"/api/v1/photos/{records_photo(office, site, before)}"
    tus.send(before, seen.rpartition("/")[2])
    id = str(uuid4())
    with away(seaweed):
        ready = client.get("/readyz")
        assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
        assert ready.get_json()["storage"] == "StoreUnavailable"
        assert wire.one(wire.finding(site))["status"] == "applied"
        said = {"inspection_id": site.inspection, "finding_id": None, "purpose": "evidence", "sha256": sha256(PHOTO),
                "size": len(PHOTO), "media_type": "image/jpeg", "taken_at": "2021-08-05T08:30:00+07:00",
                "position": None, "original_sha256": None}  # fmt: skip
        assert wire.one(wire.op("photo", id, "create", site.scope, said, parent=site.inspection))["status"] == "applied"
        url = tus.begin(PHOTO, id)
        assert tus.patch(url, PHOTO[:900], 0).status_code == 204
        is_told_to_wait(tus.patch(url, PHOTO[900:], 900))
        assert tus.offset(url) == len(PHOTO) - 1  # everything is kept; only the last byte must come again
        is_told_to_wait(tus.patch(url, PHOTO[-1:], len(PHOTO) - 1))
        is_told_to_wait(tus.create(before))
        is_told_to_wait(tus.ask("GET", seen))
        is_told_to_wait(tus.ask("GET", f"{seen}?size=320"))
        assert state_of(office, "photo", id)["status"] == "expected"
    assert client.get("/readyz").get_json()["status"] == "ready"
    assert tus.offset(url) == len(PHOTO) - 1
    assert tus.patch(url, PHOTO[-1:], len(PHOTO) - 1).status_code == 204
    assert state_of(office, "photo", id)["status"] == "complete"
    assert tus.ask("GET", f"/api/v1/photos/{id}").data == PHOTO
    assert tus.ask("GET", seen).data == before


def test_a_server_starts_and_says_so_while_its_store_is_away(
    seaweed: Seaweed, s3_url: str, tmp_path: Path, template_database: Path
) -> None:
    from server.app import create_app

    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "test.sqlite3").write_bytes(template_database.read_bytes())
    with away(seaweed):
        app = create_app(replace(settings_in(tmp_path / "own"), blob_url=s3_url))
        assert app.test_client().get("/readyz").get_json()["storage"] == "StoreUnavailable"
    assert app.test_client().get("/readyz").get_json()["storage"] == "ready"
