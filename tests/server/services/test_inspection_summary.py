"""The projection of inspections: what a row says, and that it always equals the documents."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import flask_migrate
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from server.db.inspections import InspectionSummary
from server.db.photos import PhotoUse
from server.db.sync import Quarantine
from server.extensions import db
from server.services import inspection_summary, journal, ledger
from tests.builders import Office
from tests.server.api.wire import new_id
from tests.server.pages.scene import Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection with everything that can be odd."""
    return scene_of(office, client)


def row(scene: Scene) -> dict[str, Any]:
    """The inspection's row."""
    with scene.office.app.app_context():
        found = db.session().execute(select(InspectionSummary.__table__)).all()
        assert [r.id for r in found] == [scene.site.inspection]
        return dict(found[0]._mapping)


def differences(scene: Scene) -> list[str]:
    """What a comparison with the documents finds."""
    found: list[str] = []
    with scene.office.app.app_context():
        inspection_summary.compare(db.session(), found.append)
    return found


def test_a_row_says_what_the_list_needs(scene: Scene) -> None:
    found = row(scene)
    assert {name: found[name] for name in ("status", "verdict", "nonconforming", "inconclusive", "conflicts", "odd_photos",
            "missing_photos", "odd_papers", "awaits_signed_paper", "minutes", "planned_on", "inspected_on", "name")} == {
        "status": "issued", "verdict": "nonconforming", "nonconforming": 1, "inconclusive": 1, "conflicts": 1, "odd_photos": 1,
        "missing_photos": 1, "odd_papers": 0, "awaits_signed_paper": True, "minutes": ["01/BB-ĐKT"],
        "planned_on": "2021-08-05", "inspected_on": "2021-08-05", "name": "Cửa hàng xăng dầu số 1"}  # fmt: skip
    assert found["issued_at"].endswith("Z")
    assert found["issued_at"] > "2026"
    assert "cua hang xang dau so 1 thon trai, xa song mai 2400123456 01/bb-dkt" in found["search"]
    assert differences(scene) == []


def test_a_signed_page_and_a_void_finding_change_the_row(scene: Scene, office: Office) -> None:
    state = {"inspection_id": scene.site.inspection, "finding_id": None, "purpose": "signed_paper", "status": "complete",
             "sha256": "cd" * 32, "taken_at": "2021-08-05T11:00:00+07:00", "warnings": [{"code": "no_exif", "level": "note"}]}  # fmt: skip
    office.records("photo", scene.site.scope, state, parent=scene.site.inspection)
    assert row(scene)["awaits_signed_paper"] is False
    assert row(scene)["odd_photos"] == 1, "a note is no warning"
    for key in ("FU02", "FU11"):
        id = scene.site.finding_id(key)
        office.records("finding", scene.site.scope, {"item": key, "answer": "nonconforming", "voided": {"reason": "x"}}, id=id)  # fmt: skip
    assert (row(scene)["nonconforming"], row(scene)["verdict"]) == (0, "inconclusive")


def test_a_renamed_site_is_found_by_its_new_name(scene: Scene, office: Office) -> None:
    with office.app.app_context():
        site = db.session().scalar(select(InspectionSummary.establishment_id))
    office.records("establishment", "area:07213", {"name": "Cây xăng Đồi Ngô", "area_code": "07213"}, id=site)
    assert "cay xang doi ngo" in row(scene)["search"]
    assert row(scene)["address"] == ""
    assert differences(scene) == []


DAMAGE = [
    "UPDATE inspection_summary SET nonconforming = nonconforming + 1",
    "UPDATE inspection_summary SET status = 'approved'",
    "UPDATE inspection_summary SET minutes = '[]'",
    "UPDATE inspection_summary SET search = 'x'",
    "DELETE FROM inspection_summary",
    "UPDATE inspection_summary SET id = 'x'",
    "UPDATE quarantine SET inspection_id = 'x'",
    "UPDATE photo_use SET sha256 = 'x'",
    "DELETE FROM photo_use",
    "INSERT INTO photo_use (id, inspection_id, sha256) VALUES ('x', 'y', 'z')",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_row_that_differs_is_named_by_the_verification(scene: Scene, office: Office, damage: str) -> None:
    holds(scene)
    with office.transaction() as session:
        assert journal.verify(session).is_whole
        session.execute(text(damage))
        assert journal.verify(session).differences
        session.rollback()


def test_rebuilding_gives_the_same_rows(scene: Scene, office: Office) -> None:
    before = row(scene)
    with office.transaction() as session:
        session.execute(delete(InspectionSummary))
        assert inspection_summary.rebuild(session) == 1
    assert row(scene) == before


def test_many_inspections_are_rebuilt_and_compared_in_parts(
    scene: Scene, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = scene.site
    for _ in range(4):
        office.plans_inspection(site.campaign, site.establishment, scene.supervisor)
    monkeypatch.setattr(inspection_summary, "CHUNK", 2)
    with office.transaction() as session:
        assert inspection_summary.rebuild(session) == 5
    assert differences(scene) == []


def test_the_migration_fills_rows_and_names_what_waits(scene: Scene, office: Office) -> None:
    holds(scene)
    before = row(scene)
    with office.app.app_context():
        used = db.session().execute(select(PhotoUse.__table__).order_by(PhotoUse.id)).all()
        db.session.remove()
        flask_migrate.downgrade(revision="0005")
        flask_migrate.upgrade()
        assert len(used) == 2
        assert db.session().execute(select(PhotoUse.__table__).order_by(PhotoUse.id)).all() == used
        assert named(db.session()) == [scene.site.inspection]
        db.session.remove()
    assert row(scene) == before


@pytest.mark.postgresql_only("SQLite has one writer")
def test_a_site_renamed_while_an_answer_arrives_leaves_no_old_name(scene: Scene, office: Office) -> None:
    """Both write the same row: the one that read the old name must not be the last."""
    with office.app.app_context():
        site = str(db.session().scalar(select(InspectionSummary.establishment_id)))
        db.session.remove()
    pushed = threading.Event()

    def pushes() -> None:
        late = scene.tablet.op("requirement", new_id(), "create", scene.site.scope,
                               {"inspection_id": scene.site.inspection, "text": "x", "state": "open"}, parent=scene.site.inspection)  # fmt: skip
        assert scene.tablet.one(late)["status"] == "applied"
        pushed.set()

    thread = threading.Thread(target=pushes)
    with office.transaction() as session:
        state = {"name": "Cây xăng Đồi Ngô", "area_code": "07213"}
        change = ledger.change(session, "establishment", site, "area:07213", state, actor="system")
        ledger.record(session, [change], datetime.now(UTC))
        thread.start()
        assert not pushed.wait(1.5), "the answer waits for the name"
    thread.join()
    assert pushed.is_set()
    assert row(scene)["name"] == "Cây xăng Đồi Ngô"
    assert differences(scene) == []


def holds(scene: Scene) -> None:
    """The tablet sends a late answer: held for a supervisor, after issue."""
    tablet = scene.tablet
    late = tablet.op("finding", scene.site.finding_id("FU11"), "patch", scene.site.scope, {"answer": "conforming"},
                     base={"answer": "nonconforming"}, parent=scene.site.inspection)  # fmt: skip
    elsewhere = tablet.op("establishment", new_id(), "patch", "area:07213", {"name": "?"})
    assert {r["status"] for r in tablet.push(late, elsewhere)["results"]} <= {"held", "quarantined"}
    with scene.office.app.app_context():
        assert named(db.session()) == [scene.site.inspection]


def named(session: Session) -> list[str]:
    """The inspections that quarantine names."""
    return [id for id in session.scalars(select(Quarantine.inspection_id)) if id is not None]
