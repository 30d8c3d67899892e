"""The rows of stickers and seals: equal to their documents after every change, named when they are not, made by the migration."""

from __future__ import annotations

from typing import Any

import flask_migrate
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.db import marks
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.marks import MarkEntry
from server.extensions import db
from server.services import journal, mark_rows
from tests.builders import Office
from tests.server.services.marks import Store
from tests.server.services.test_register_rows import changes
from tests.server.verifying import owner, team_of


def row_of(database: Session, id: str) -> dict[str, Any]:
    database.rollback()
    return dict(database.execute(select(MarkEntry.__table__).where(MarkEntry.id == id)).one()._mapping)


def whole(office: Office) -> bool:
    with office.transaction() as session:
        return journal.verify(session).is_whole


def test_a_row_says_what_the_mark_says_and_follows_it(office: Office, database: Session) -> None:
    store = Store(office)
    id = store.uses(" 22b 001439", at="2026-11-24T23:30:00+00:00")
    assert row_of(database, id) == {
        "id": id, "campaign_id": store.campaign, "session_id": store.session, "kind": "sticker", "head": "22B", "width": 6,
        "number": 1439, "fate": "used", "is_odd": False, "used_on": "2026-11-25", "at": 1795563000.0,
    }  # fmt: skip
    changes(office, "mark", id, fate="spoiled", warnings=[{"detail": "Lạ"}], at="hôm qua")
    assert {name: row_of(database, id)[name] for name in ("fate", "is_odd", "used_on", "at")} == {
        "fate": "spoiled", "is_odd": True, "used_on": "", "at": 0.0,
    }  # fmt: skip
    changes(office, "mark", id, voided={"reason": "Nhầm"})
    assert row_of(database, id)["fate"] == "lost"
    assert whole(office)


@pytest.mark.parametrize("serial", ["0" * 500, "Ấ" * 500, "9" * 25, "\0", "TC-\u0669"])
def test_whatever_a_tablet_writes_for_a_serial_is_kept(office: Office, serial: str) -> None:
    Store(office).uses(serial)
    assert whole(office)


def test_serials_one_after_another_are_one_run(office: Office) -> None:
    store = Store(office)
    for serial in ("A009", "A010", "A012", "B011", "A11"):
        store.uses(serial)
    store.uses("A013", "spoiled")
    with office.transaction() as session:
        found = sorted((run.head, run.width, run.fate, run.first, run.last) for run in marks.runs(session))
    assert found == [("A", 2, "used", 11, 11), ("A", 3, "spoiled", 13, 13), ("A", 3, "used", 9, 10), ("A", 3, "used", 12, 12),
                     ("B", 3, "used", 11, 11)]  # fmt: skip


def test_rows_that_someone_changed_are_named_and_made_anew(office: Office) -> None:
    store = Store(office)
    first, second, third = (store.uses(serial) for serial in ("A1", "A2", "A3"))
    with office.transaction() as session:
        session.execute(text("UPDATE mark_entry SET number = 9 WHERE id = :id"), {"id": first})
        session.execute(text("DELETE FROM mark_entry WHERE id = :id"), {"id": second})
        session.execute(text("UPDATE mark_entry SET id = 'nobody' WHERE id = :id"), {"id": third})
    with office.transaction() as session:
        assert len(journal.verify(session).differences) == 4
        assert mark_rows.rebuild(session) == 3
    assert whole(office)


def test_the_migration_fills_the_rows_of_marks_and_of_slips(office: Office, database: Session) -> None:
    team = team_of(office)
    site, (scale,) = owner(office, "Sạp gạo bà Tám", ["S1"])
    slip = team.receives(site, [scale])
    team.concludes(slip, scale, "pass")
    team.takes(slip, "cash", [("Cân", "30000")])
    team.marks("TC0001", slip, scale)
    kept = [select(MarkEntry.__table__), select(InspectionSummary.__table__)]
    before = [database.execute(query).all() for query in kept]
    assert database.scalars(select(InspectionSummary.slip)).all() == [{"brought": 1, "cash": 30000, "pass": 1}]
    assert database.scalar(select(Document.id).where(Document.kind == "mark")) == before[0][0].id
    database.rollback()
    with office.app.app_context():
        db.session.remove()
        flask_migrate.downgrade(revision="0019")
        flask_migrate.upgrade()
    assert [database.execute(query).all() for query in kept] == before
