"""A supervisor's decision about quarantine: applied where it can be, journalled always."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.journal import JournalEntry
from server.db.sync import Quarantine
from server.errors import Problem
from server.services import journal, release
from tests.builders import Office
from tests.server.api.wire import Site, Wire, foreign_uuid, site_of

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture
def tablet(client: FlaskClient, office: Office) -> Wire:
    """A leader's tablet."""
    return Wire(client, office.enrols(office.hires("team_leader")))


@pytest.fixture
def site(office: Office, tablet: Wire) -> Site:
    """The leader's inspection."""
    return site_of(office, tablet.kit.user)


def test_a_lost_and_found_tablets_queue_is_released(
    tablet: Wire, site: Site, office: Office, database: Session
) -> None:
    office.revokes(tablet.kit)
    op = tablet.finding(site, set={"note": "đã ghi trước khi mất máy"})
    tablet.push(op)
    with office.transaction() as session:
        (row,) = release.waiting(session)
        (row,) = release.release(session, [row.id], actor="ban-giam-doc", reason="Máy đã tìm thấy", now=NOW)
        assert row.state == "released"
        assert release.waiting(session) == []

    found = documents.get(database, "finding", op["id"])
    assert found is not None
    assert found.state["note"] == "đã ghi trước khi mất máy"
    decision = database.scalars(select(JournalEntry).where(JournalEntry.kind == release.DECISION)).one()
    assert json.loads(decision.entry)["set"]["reason"] == "Máy đã tìm thấy"
    assert journal.verify(database).is_whole


def test_what_still_cannot_be_applied_stays(tablet: Wire, site: Site, office: Office, database: Session) -> None:
    tablet.push(tablet.op("finding", foreign_uuid(), "create", site.scope, {"answer": 5}))
    with office.transaction() as session:
        (row,) = release.release(session, [release.waiting(session)[0].id], actor="x", reason="thử", now=NOW)
        assert (row.state, row.code) == ("quarantined", "malformed")
    assert database.scalars(select(JournalEntry).where(JournalEntry.kind == "finding")).all() == []


def test_a_discarded_operation_keeps_its_text(tablet: Wire, site: Site, office: Office, database: Session) -> None:
    op = tablet.op("weather", foreign_uuid(), "create", site.scope, {"sky": "blue"})
    tablet.push(op)
    with office.transaction() as session:
        id = release.waiting(session)[0].id
        with pytest.raises(Problem, match="lý do"):
            release.discard(session, id, actor="x", reason=" ", now=NOW)
        release.discard(session, id, actor="x", reason="Gửi nhầm", now=NOW)
        with pytest.raises(Problem, match="đã được xử lý"):
            release.release(session, [id], actor="x", reason="", now=NOW)
    row = database.scalars(select(Quarantine)).one()
    assert (row.state, json.loads(row.raw)) == ("discarded", op)
    assert tablet.one(op)["replay"] is True
    assert journal.verify(database).is_whole


def test_an_unknown_row_is_not_found(office: Office) -> None:
    with office.transaction() as session, pytest.raises(Problem, match="Không có"):
        release.discard(session, foreign_uuid(), actor="x", reason="y", now=NOW)
