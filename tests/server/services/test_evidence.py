"""An inspection's evidence verifies on a machine that has none of our code, and names whatever was changed in it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db.documents import Document
from server.security.keys import server_key
from server.services import minutes
from server.settings import Settings
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus
from tests.server.api.wire import Site, Wire, new_id, site_of

PHOTO = jpeg((80, 60))


@pytest.fixture
def case(app: Flask, office: Office, client: FlaskClient, settings: Settings) -> Site:
    """An inspection with answers, a photo and minutes; another one in the same campaign."""
    office.has_organisation()
    office.opens_series()
    leader = office.hires("team_leader", "Trần Văn Trưởng")
    site = site_of(office, leader)
    other = office.plans_inspection(site.campaign, office.registers_establishment(name="Cửa hàng bí mật"), leader)
    wire = Wire(client, office.enrols(leader))
    photo = new_id()
    said = {"inspection_id": site.inspection, "finding_id": None, "purpose": "evidence", "size": len(PHOTO),
            "sha256": sha256(PHOTO), "media_type": "image/jpeg",
            "taken_at": "2021-08-05T08:30:00+07:00", "position": None, "original_sha256": None}  # fmt: skip
    results = wire.push(
        wire.finding(site, "FU02", set={"note": "Tem còn hạn"}),
        wire.op("photo", photo, "create", site.scope, said, parent=site.inspection),
    )["results"]
    assert [r["status"] for r in results] == ["applied", "applied"]
    Tus(client, wire.kit).send(PHOTO, photo)
    foreign = Site(site.campaign, site.establishment, site.instrument, other)
    assert wire.one(wire.finding(foreign, "FU02", set={"note": "Chuyện của cửa hàng khác"}))["status"] == "applied"
    with office.transaction() as session:
        minutes.issue(session, site.inspection, "inspection", actor=leader.id, key=server_key(settings.instance),
                      now=datetime(2026, 11, 20, 3, 0, tzinfo=UTC))  # fmt: skip
    return site


@pytest.fixture
def archive(app: Flask, case: Site, tmp_path: Path) -> Path:
    """The exported archive."""
    path = tmp_path / "ho-so.zip"
    done = app.test_cli_runner().invoke(args=["evidence", "export", case.inspection, "-o", str(path), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (len(said["minutes"]), len(said["photos"]), said["without_bytes"]) == (1, 1, [])
    assert said["hidden"] >= 2
    return path


def verified(archive: Path, folder: Path, *more: str) -> tuple[int, str]:
    """Run the checker from the archive, isolated, somewhere else, without our packages."""
    folder.mkdir(exist_ok=True)
    script = folder / "verify.py"
    if not script.exists():
        script.write_bytes(zipfile.ZipFile(archive).read("verify.py"))
    command = [sys.executable, "-I", str(script), str(archive), *more]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def with_changed(archive: Path, to: Path, name: str, at: int = -1) -> Path:
    """Copy an archive with one byte of one member changed; the zip itself stays a good one."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(to, "w") as target:
        for member in source.namelist():
            data = bytearray(source.read(member))
            if member == name:
                data[len(data) // 2 if at < 0 else at] ^= 1
            target.writestr(member, bytes(data))
    return to


def test_a_good_archive_verifies(archive: Path, tmp_path: Path) -> None:
    code, said = verified(archive, tmp_path / "elsewhere")
    assert (code, "NGUYÊN VẸN" in said) == (0, True), said
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "unpacked")
    assert verified(tmp_path / "unpacked", tmp_path / "elsewhere")[0] == 0


def test_one_changed_byte_in_any_member_is_found_and_named(archive: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
    assert {name.split("/")[0] for name in names} >= {
        "minutes",
        "documents",
        "photos",
        "journal",
        "keys.json",
        "verify.py",
    }
    verified(archive, elsewhere)
    for name in names:
        code, said = verified(with_changed(archive, tmp_path / "changed.zip", name), elsewhere)
        assert (code, said.startswith("HỎNG: ")) == (1, True), name
        assert name in said or "manifest.json" in (name, said), (name, said)


def test_a_member_taken_out_or_put_in_is_found(archive: Path, tmp_path: Path) -> None:
    for change in ("out", "in"):
        with zipfile.ZipFile(archive) as source, zipfile.ZipFile(tmp_path / f"{change}.zip", "w") as target:
            photo = next(n for n in source.namelist() if n.startswith("photos/"))
            for name in source.namelist():
                if change == "in" or name != photo:
                    target.writestr(name, source.read(name))
            if change == "in":
                target.writestr("photos/them.jpg", b"x")
        code, said = verified(tmp_path / f"{change}.zip", tmp_path / "elsewhere")
        assert code == 1
        assert (photo if change == "out" else "photos/them.jpg") in said


def test_a_forger_with_a_key_of_his_own_is_found_by_an_independent_key_list(archive: Path, tmp_path: Path) -> None:
    keys = tmp_path / "minutes-keys.json"
    keys.write_bytes(zipfile.ZipFile(archive).read("keys.json"))
    assert verified(archive, tmp_path / "elsewhere", "--keys", str(keys))[0] == 0
    said = json.loads(keys.read_text())
    said["keys"] = [row for row in said["keys"] if row["holder"] != "server"]
    keys.write_text(json.dumps(said))
    code, out = verified(archive, tmp_path / "elsewhere", "--keys", str(keys))
    assert (code, "không phải khóa của máy chủ" in out) == (1, True)


def test_other_inspections_of_the_campaign_are_not_in_it(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist()).decode("utf-8", "replace")
    assert "Tem còn hạn" in everything
    assert "Chuyện của cửa hàng khác" not in everything
    assert "Cửa hàng bí mật" not in everything


def test_the_paper_must_agree_with_the_journal(
    archive: Path, case: Site, office: Office, app: Flask, tmp_path: Path
) -> None:
    """A verdict changed in the database, and exported as if it were right: the checker sees it."""
    from sqlalchemy import select

    with office.transaction() as session:
        row = session.scalars(
            select(Document).where(Document.kind == "finding", Document.parent == case.inspection)
        ).one()
        row.state = {**row.state, "answer": "nonconforming"}
    path = tmp_path / "sửa.zip"
    app.test_cli_runner().invoke(args=["evidence", "export", case.inspection, "-o", str(path)])
    code, said = verified(path, tmp_path / "elsewhere")
    assert (code, "khác với nhật ký" in said) == (1, True), said


def test_what_cannot_be_exported_leaves_no_file(app: Flask, case: Site, archive: Path, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    unknown = run(args=["evidence", "export", "00000000-0000-4000-8000-000000000000", "-o", str(tmp_path / "x.zip")])
    assert (unknown.exit_code, "Không có cuộc kiểm tra này" in unknown.stderr) == (1, True)
    assert not list(tmp_path.glob("*x.zip*"))
    again = run(args=["evidence", "export", case.inspection, "-o", str(archive)])
    assert (again.exit_code, "đã có" in again.stderr) == (1, True)
