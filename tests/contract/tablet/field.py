"""What a tablet's user does in these tests, and what of it is found at the server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog
from server.db.journal import JournalEntry
from server.db.sync import Quarantine
from server.services import enrolments
from tests.builders import Office, Person
from tests.contract.tablet.program import TabletProgram
from tests.server.api.wire import Site


def code_for(office: Office, person: Person) -> str:
    """A one-time code."""
    with office.transaction() as session:
        user = enrolments.user_with_id(session, person.id)
        return enrolments.make_code(session, user, public_url="https://x", now=datetime.now(UTC)).code


def reference(code: str = "fuel-dispenser") -> dict[str, Any]:
    """A checklist as an inspection pins it."""
    found = catalog.load().latest(code)
    return {"code": found.code, "version": found.version, "sha256": found.sha256}


ITEMS = [item.key for section in catalog.load().latest("fuel-dispenser").sections for item in section.items]


def fills(tablet: TabletProgram, site: Site, count: int = 10) -> list[str]:
    """Answer some items; return the findings."""
    return [
        tablet.does("answer", site.inspection, reference(), item, {"answer": "conforming", "note": f"Ghi chú {n}"})
        for n, item in enumerate(ITEMS[:count])
    ]


def op_ids(tablet: TabletProgram) -> list[str]:
    """Everything in the tablet's outbox, kept or waiting."""
    return sorted(row["op"]["op_id"] for row in tablet.ops())


def journalled(database: Session, wanted: list[str]) -> list[str]:
    """Which of these operations the server took."""
    database.rollback()
    return sorted(str(id) for id in database.scalars(select(JournalEntry.op_id).where(JournalEntry.op_id.in_(wanted))))


def quarantined(database: Session, wanted: list[str]) -> list[str]:
    """Why it did not take others of them."""
    database.rollback()
    return sorted(database.scalars(select(Quarantine.code).where(Quarantine.op_id.in_(wanted))).all())
