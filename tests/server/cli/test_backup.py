"""`flask backup` and `flask restore`: one archive whole or none, verified before anything relies on it, a new epoch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db.journal import JournalEntry, Scope, ServerState
from server.extensions import db
from server.security.keys import KEY_FILE, server_key
from server.services import journal
from server.settings import ROOT, Settings
from server.storage import open_store
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus, records_photo, state_of
from tests.server.api.wire import Site, Wire, new_id, site_of

PHOTO = jpeg((80, 60))


@pytest.fixture
def tablet(office: Office, client: FlaskClient) -> Wire:
    """A leader's tablet."""
    office.opens_series()
    return Wire(client, office.enrols(office.hires("team_leader")))


@pytest.fixture
def site(office: Office, tablet: Wire, client: FlaskClient) -> Site:
    """A day's work: an answer pushed, a photo complete, numbers leased."""
    site = site_of(office, tablet.kit.user)
    assert tablet.one(tablet.finding(site, "FU02"))["status"] == "applied"
    photo = new_id()
    records_photo(office, site, PHOTO, photo)
    Tus(client, tablet.kit).send(PHOTO, photo)
    assert state_of(office, "photo", photo)["status"] == "complete"
    assert tablet.post("/leases", {"series": "BB-ĐKT", "year": 2026, "count": 5}).status_code == 201
    return site


def flask(app: Flask, *arguments: object) -> Any:
    """Run one command; the app's own connections are let go, as those of a stopped server are."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def said(done: Any) -> dict[str, Any]:
    """The one JSON document of a command that went well."""
    assert done.exit_code == 0, done.output
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def rows(app: Flask) -> list[tuple[str, ...]]:
    """Every journal entry."""
    with app.app_context(), Session(db.engine) as session:
        query = select(JournalEntry.scope, JournalEntry.hash, JournalEntry.entry)
        return sorted(tuple(row) for row in session.execute(query))


def test_a_backup_holds_everything_and_tells_tablets_so(app: Flask, tablet: Wire, site: Site, tmp_path: Path) -> None:
    assert tablet.hello()["durable"] == {}
    done = said(flask(app, "backup", tmp_path / "b.zip", "--json"))
    assert (done["blobs"], done["missing_blobs"]) == (1, [])
    with app.app_context(), Session(db.engine) as session:
        seqs = {row.scope: row.seq for row in session.scalars(select(Scope))}
    assert done["durable_scopes"] == len(seqs)
    assert tablet.hello()["durable"] == {s: seqs[s] for s in tablet.hello()["scopes"] if s in seqs}
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert sorted([*manifest["members"], "manifest.json"]) == sorted(archive.namelist())
        assert archive.read(f"blobs/{sha256(PHOTO)[:2]}/{sha256(PHOTO)}") == PHOTO
    assert {scope: seq for scope, (seq, _) in manifest["heads"].items()} == seqs


def test_a_restored_server_is_the_old_one_with_a_new_epoch(
    app: Flask, tablet: Wire, site: Site, tmp_path: Path
) -> None:
    flask(app, "backup", tmp_path / "b.zip")
    before, old = rows(app), tablet.hello()
    tablet.pull()
    tablet.one(tablet.finding(site, "FU03"))
    refused = flask(app, "restore", tmp_path / "b.zip")
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    done = said(flask(app, "restore", tmp_path / "b.zip", "--force", "--json"))
    assert done["journal"]["whole"]
    assert done["aside"]
    assert [row for row in rows(app) if row[0] != "server"] == before
    new = tablet.hello()
    assert new["epoch"] == done["epoch"] != old["epoch"]
    assert new["durable"] == {}
    assert new["next_device_seq"] == 2
    answer = tablet.post("/sync/pull", {"cursor": tablet.cursor, "limit": 10})
    assert (answer.status_code, answer.get_json()["code"]) == (410, "resync")
    assert "server" not in new["scopes"]


def test_a_restore_may_be_run_again(app: Flask, tablet: Wire, site: Site, tmp_path: Path) -> None:
    flask(app, "backup", tmp_path / "b.zip")
    first = said(flask(app, "restore", tmp_path / "b.zip", "--force", "--json"))
    time.sleep(1.1)  # what is kept aside is named by the second
    second = said(flask(app, "restore", tmp_path / "b.zip", "--force", "--json"))
    assert first["epoch"] != second["epoch"]
    assert first["aside"] != second["aside"]


def test_the_name_of_an_older_backup_is_not_taken(app: Flask, site: Site, tmp_path: Path) -> None:
    flask(app, "backup", tmp_path / "b.zip")
    old = (tmp_path / "b.zip").read_bytes()
    again = flask(app, "backup", tmp_path / "b.zip")
    assert (again.exit_code, "--force" in again.stderr) == (1, True)
    assert (tmp_path / "b.zip").read_bytes() == old
    assert flask(app, "backup", tmp_path / "b.zip", "--force").exit_code == 0


@pytest.mark.parametrize("part", ["tables/journal.jsonl", "tables/document.jsonl", "manifest.json", "blobs", "cut"])
def test_a_damaged_archive_is_refused_before_anything_is_touched(
    app: Flask, site: Site, tmp_path: Path, part: str
) -> None:
    flask(app, "backup", tmp_path / "good.zip")
    bad = tmp_path / "bad.zip"
    if part == "cut":
        bad.write_bytes((tmp_path / "good.zip").read_bytes()[:-200])
    else:
        with zipfile.ZipFile(tmp_path / "good.zip") as source, zipfile.ZipFile(bad, "w") as target:
            for name in source.namelist():
                data = bytearray(source.read(name))
                if name.startswith(part):
                    data[len(data) // 2] ^= 1
                target.writestr(name, bytes(data))
    before = rows(app)
    done = flask(app, "restore", bad, "--force")
    assert (done.exit_code, "còn nguyên" in done.stderr) == (1, True)
    assert rows(app) == before
    assert not list(tmp_path.glob("*truoc-khoi-phuc*"))


def test_keys_travel_only_under_a_passphrase(app: Flask, settings: Settings, site: Site, tmp_path: Path) -> None:
    pem = _key(settings)
    word, wrong = tmp_path / "word", tmp_path / "wrong"
    word.write_text("mật khẩu dài của cơ quan\n")
    wrong.write_text("mật khẩu khác của cơ quan\n")
    assert flask(app, "backup", tmp_path / "k.zip", "--with-keys").exit_code == 2
    flask(app, "backup", tmp_path / "k.zip", "--with-keys", "--passphrase-file", word)
    assert pem not in (tmp_path / "k.zip").read_bytes()
    (settings.instance / KEY_FILE).unlink()
    other = _key(settings)
    before = rows(app)
    refused = flask(app, "restore", tmp_path / "k.zip", "--force", "--passphrase-file", wrong)
    assert (refused.exit_code, rows(app) == before) == (1, True)
    done = said(flask(app, "restore", tmp_path / "k.zip", "--force", "--passphrase-file", word, "--json"))
    assert (settings.instance / KEY_FILE).read_bytes() == pem
    assert Path(done["old_key"]).read_bytes() == other
    assert (settings.instance / KEY_FILE).stat().st_mode & 0o077 == 0


def _key(settings: Settings) -> bytes:
    server_key(settings.instance)
    return (settings.instance / KEY_FILE).read_bytes()


def test_a_backup_without_a_photo_says_so_and_lets_no_tablet_delete(
    app: Flask, office: Office, client: FlaskClient, tablet: Wire, site: Site, settings: Settings, tmp_path: Path
) -> None:
    path = open_store(settings.blob_url).path_of(sha256(PHOTO))  # type: ignore[attr-defined] # a disk in these tests
    path.unlink()
    done = flask(app, "backup", tmp_path / "b.zip", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["missing_blobs"] == [sha256(PHOTO)]
    assert tablet.hello()["durable"] == {}
    checked = flask(app, "photos", "verify", "--json")
    assert checked.exit_code == 1
    (fault,) = json.loads(checked.stdout)["faults"]
    assert fault["sha256"] == sha256(PHOTO)
    restored = said(flask(app, "restore", tmp_path / "b.zip", "--force", "--json"))
    assert restored["expected_again"] == [fault["photo"]]
    assert state_of(office, "photo", fault["photo"])["status"] == "expected"
    tus = Tus(client, tablet.kit)
    assert tus.create(PHOTO, photo_id=fault["photo"]).headers["Upload-Offset"] == "0"
    tus.send(PHOTO, fault["photo"])
    assert state_of(office, "photo", fault["photo"])["status"] == "complete"
    assert flask(app, "photos", "verify").exit_code == 0
    with app.app_context(), Session(db.engine) as session:
        assert journal.verify(session).is_whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_aborted_backup_leaves_no_file(
    app: Flask, settings: Settings, office: Office, tmp_path: Path, number: signal.Signals
) -> None:
    """Stopped in the midst of writing: nothing under the name, and the next one clears what a kill left."""
    store = open_store(settings.blob_url)
    pipe = store.path_of("0" * 64)  # type: ignore[attr-defined] # a disk in these tests
    with office.transaction() as session:
        from datetime import UTC, datetime

        from server.db.uploads import Blob

        session.add(Blob(sha256="0" * 64, size=1, media_type="image/jpeg", stored_at=datetime.now(UTC)))
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)  # the backup waits here for bytes that never come
    target = tmp_path / "out" / "b.zip"
    target.parent.mkdir()
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "BLOB_URL": settings.blob_url}
    # A shell's background jobs ignore SIGINT, and what they start inherits that: also where these tests run in one.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "flask", "--app", "wsgi", "backup", str(target)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        while not list(target.parent.iterdir()):
            assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(number)
        process.wait(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0
    assert not target.exists()
    pipe.unlink()
    pipe.write_bytes(b"x")
    flask(app, "backup", target)
    assert [path.name for path in target.parent.iterdir()] == ["b.zip"]


def test_a_full_disk_leaves_no_file(app: Flask, site: Site, tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, before[1]))
        done = flask(app, "backup", tmp_path / "b.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert done.exit_code == 1
    assert not [p for p in tmp_path.iterdir() if "b.zip" in p.name]


def test_an_operator_who_edits_or_restores_is_found_out(app: Flask, tablet: Wire, site: Site, tmp_path: Path) -> None:
    """Scenario 20: a chain rewritten from its beginning is whole, but not the one that the backup remembers."""
    from sync.feed import chain_hash

    flask(app, "backup", tmp_path / "b.zip")
    assert flask(app, "journal", "verify", "--backup", tmp_path / "b.zip").exit_code == 0
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER journal_no_update")
        else:
            connection.exec_driver_sql("DROP TRIGGER journal_append_only ON journal")
        prev, seq = "0" * 64, 0
        table = JournalEntry.__table__
        query = select(table.c.seq, table.c.entry).where(table.c.scope == site.scope).order_by(table.c.seq)
        for seq, entry in connection.execute(query).all():
            value = json.loads(entry)
            value["actor"], value["prev"] = "kẻ sửa", prev
            text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            prev = chain_hash(prev, text)
            where = (table.c.scope == site.scope) & (table.c.seq == seq)
            connection.execute(update(JournalEntry).where(where).values(entry=text, hash=prev, actor="kẻ sửa"))
        connection.execute(update(Scope).where(Scope.scope == site.scope).values(head=prev))
    assert flask(app, "journal", "verify").exit_code == 0
    done = flask(app, "journal", "verify", "--backup", tmp_path / "b.zip", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["broken"] == [{"scope": site.scope, "seq": seq, "reason": "khác với bản sao lưu"}]


def test_a_restore_is_journalled(app: Flask, site: Site, tmp_path: Path) -> None:
    flask(app, "backup", tmp_path / "b.zip")
    done = said(flask(app, "restore", tmp_path / "b.zip", "--force", "--json"))
    with app.app_context(), Session(db.engine) as session:
        entry = json.loads(session.scalars(select(JournalEntry.entry).where(JournalEntry.scope == "server")).one())
        assert session.scalar(select(ServerState.value).where(ServerState.key == "epoch")) == done["epoch"]
    assert entry["set"]["epoch"] == done["epoch"]
