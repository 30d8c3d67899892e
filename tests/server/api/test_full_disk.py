"""A disk without room, under the photos and under the database: said in words, nothing half visible, over when it is over."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import FeedRow, JournalEntry
from server.db.sync import Quarantine, Receipt
from server.db.uploads import Blob
from server.settings import Settings
from server.storage import open_store
from tests.builders import Kit, Office, Person
from tests.conftest import settings_in
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus, checksum, records_photo, state_of
from tests.server.api.wire import Wire, site_of
from tests.small_disk import SmallDisk

pytestmark = pytest.mark.sqlite_only("the database is a file on the small disk")

BIG = random.Random(5).randbytes(2_500_000)
TABLES = (Document, JournalEntry, FeedRow, Receipt, Quarantine)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    found = SmallDisk(tmp_path / "disk")
    yield found
    found.goes()


@pytest.fixture
def settings(engine: str, disk: SmallDisk, template_database: Path) -> Settings:
    """This test's server has its database and its photos on the small disk."""
    shutil.copy(template_database, disk.folder / "test.sqlite3")
    return settings_in(disk.folder)


@pytest.fixture
def leader(office: Office) -> Person:
    """Who leads the team."""
    return office.hires("team_leader")


@pytest.fixture
def kit(office: Office, leader: Person) -> Kit:
    """The leader's tablet."""
    return office.enrols(leader)


def rows(database: Session) -> list[int]:
    """How much is recorded."""
    database.rollback()
    return [database.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_a_photo_stops_where_the_room_ends_and_goes_on_from_there(
    disk: SmallDisk, client: FlaskClient, kit: Kit, settings: Settings, database: Session
) -> None:
    tus = Tus(client, kit)
    url = tus.begin(BIG)
    disk.fills(leaving=1_500_000)
    answer = tus.patch(url, BIG, 0)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "600"
    assert "hết chỗ chứa ảnh" in answer.get_json()["detail"]
    assert not open_store(settings.blob_url).has(sha256(BIG))
    assert database.scalar(select(func.count()).select_from(Blob)) == 0
    disk.frees()
    offset = tus.offset(url)
    assert 0 < offset < 1_500_000
    assert tus.patch(url, BIG[offset:], offset).status_code == 204
    with open_store(settings.blob_url).open(sha256(BIG)) as file:
        assert file.read() == BIG


def test_a_chunk_with_checksum_finds_no_room_to_wait(
    disk: SmallDisk, client: FlaskClient, kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    tus = Tus(client, kit)
    url = tus.begin(BIG)
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    disk.fills(leaving=100_000)
    answer = tus.patch(url, BIG, 0, Upload_Checksum=checksum(BIG))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    disk.frees()
    assert tus.offset(url) == 0
    assert tus.patch(url, BIG, 0, Upload_Checksum=checksum(BIG)).status_code == 204


def test_photos_are_seen_while_there_is_no_room_for_smaller_sizes(
    disk: SmallDisk, client: FlaskClient, office: Office, leader: Person, kit: Kit, settings: Settings
) -> None:
    tus, photo = Tus(client, kit), jpeg((900, 600))
    id = records_photo(office, site_of(office, leader), photo)
    tus.send(photo, id)
    disk.fills()
    assert tus.ask("GET", f"/api/v1/photos/{id}").data == photo
    assert tus.ask("GET", f"/api/v1/photos/{id}?size=320").status_code == 200
    assert open_store(settings.blob_url).derived(sha256(photo), "320.jpg") is None
    disk.frees()
    small = tus.ask("GET", f"/api/v1/photos/{id}?size=320").data
    assert open_store(settings.blob_url).derived(sha256(photo), "320.jpg") == small


def test_a_push_finds_no_room_in_the_database(
    disk: SmallDisk, client: FlaskClient, office: Office, leader: Person, kit: Kit, database: Session
) -> None:
    site, wire = site_of(office, leader), Wire(client, kit)
    ops = [wire.finding(site, f"FU{n:02}", set={"note": "Cột đo bị mất niêm phong. " * 300}) for n in range(1, 21)]
    before = rows(database)
    database.rollback()
    disk.fills(leaving=64 * 1024)
    for _ in range(2):
        answer = wire.post("/sync/push", {"protocol": 1, "epoch": "", "ops": ops})
        assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        if disk.is_mounted:
            assert "hết chỗ ghi dữ liệu" in answer.get_json()["detail"]
        assert rows(database) == before
    assert client.get("/healthz").status_code == 200
    assert wire.post("/sync/pull", {"cursor": None, "limit": 500}).status_code == 200
    disk.frees()
    assert [r["replay"] for r in wire.push(*ops)["results"]] == [False] * 20
    assert [r["replay"] for r in wire.push(*ops)["results"]] == [True] * 20
    wire.pull()
    assert len([kind for kind, _ in wire.documents if kind == "finding"]) == 20


def test_a_last_byte_that_the_database_cannot_note_is_mended(
    disk: SmallDisk, client: FlaskClient, office: Office, leader: Person, kit: Kit
) -> None:
    """The bytes are promoted, the commit finds no room: the photo is complete once there is room."""
    tus, photo = Tus(client, kit), jpeg((90, 60))
    id = records_photo(office, site_of(office, leader), photo)
    url = tus.begin(photo, id)
    disk.fills(leaving=len(photo) + 8 * 1024)
    answer = tus.patch(url, photo, 0)
    assert answer.status_code == 503
    assert state_of(office, "photo", id)["status"] == "expected"
    disk.frees()
    offset = tus.offset(url)
    if offset < len(photo):
        assert tus.patch(url, photo[offset:], offset).status_code == 204
    assert state_of(office, "photo", id)["status"] == "complete"
    assert tus.ask("GET", f"/api/v1/photos/{id}").data == photo
