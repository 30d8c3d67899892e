"""A supervisor's decision about quarantine: applied where it can be, journalled always."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import catalog
from server.db import documents
from server.db.journal import JournalEntry
from server.db.sync import Quarantine
from server.errors import Problem
from server.services import journal, release
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import Tus
from tests.server.api.wire import Site, Wire, foreign_uuid, new_id, site_of

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


def test_a_replay_answers_as_before_though_the_reason_has_changed(tablet: Wire, site: Site, office: Office) -> None:
    """I3: a copy's answer about an inspection that the server does not have was a fork's; released, it waits for that."""
    tablet.push(tablet.finding(site))
    copy = Wire(tablet.client, tablet.kit)
    op = copy.finding(replace(site, inspection=foreign_uuid()))
    first = copy.one(op)
    for _ in range(2):
        with office.transaction() as session:
            (row,) = release.release(session, [release.waiting(session)[0].id], actor="x", reason="thử", now=NOW)
            assert (row.state, row.code) == ("held", "held_parent")
        assert first == {**copy.one(op), "replay": False}
    assert (first["status"], first["code"]) == ("quarantined", "device_fork")


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


def inspection_op(wire: Wire, site: Site, id: str) -> dict[str, Any]:
    """The creation of an inspection in the field."""
    checklist = catalog.load().get("fuel-dispenser", 1)
    assert checklist is not None
    state = {"campaign_id": site.campaign, "establishment_id": site.establishment, "planned_on": "2021-08-06",
             "checklists": [{"code": checklist.code, "version": 1, "sha256": checklist.sha256}]}  # fmt: skip
    return wire.op("inspection", id, "create", site.scope, state, parent=site.campaign)


def test_a_whole_line_of_waiting_operations_lands_with_the_first(tablet: Wire, site: Site, database: Session) -> None:
    """An answer waits for its inspection, its correction for the answer: the inspection frees both."""
    site = replace(site, inspection=new_id())
    correction = tablet.op("finding", site.finding_id("FU02"), "patch", site.scope, {"note": "Sửa"})
    correction["base"] = {"note": ""}
    assert tablet.one(correction)["status"] == "held"
    assert tablet.one(tablet.finding(site))["status"] == "held"
    assert tablet.one(inspection_op(tablet, site, site.inspection))["status"] == "applied"
    found = documents.get(database, "finding", site.finding_id("FU02"))
    assert found is not None
    assert found.state["note"] == "Sửa"
    assert {row.state for row in database.scalars(select(Quarantine))} == {"applied"}
    assert journal.verify(database).is_whole


def test_a_queue_released_at_once_is_applied_once_each(
    tablet: Wire, site: Site, office: Office, database: Session
) -> None:
    """A child that waits for its parent is released by name and freed by the parent in the same act."""
    site = replace(site, inspection=new_id())
    office.revokes(tablet.kit)
    tablet.push(inspection_op(tablet, site, site.inspection), tablet.finding(site))
    with office.transaction() as session:
        rows = release.waiting(session)
        release.release(session, [row.id for row in reversed(rows)], actor="ban-giam-doc", reason="Tìm thấy", now=NOW)
    assert {row.state for row in database.scalars(select(Quarantine))} == {"released"}
    assert documents.get(database, "finding", site.finding_id("FU02")) is not None
    assert journal.verify(database).is_whole


def test_a_word_for_one_of_a_group_is_a_word_for_all(
    tablet: Wire, site: Site, office: Office, database: Session
) -> None:
    office.revokes(tablet.kit)
    one, other = (tablet.finding(site, item, group="g") for item in ("FU02", "FU03"))
    tablet.push(one, other, tablet.finding(site, "FU11"))
    with office.transaction() as session:
        first = next(row for row in release.waiting(session) if row.op_id == one["op_id"])
        rows = release.release(session, [first.id], actor="ban-giam-doc", reason="Tìm thấy", now=NOW)
        assert [row.state for row in rows] == ["released", "released"]
    assert documents.get(database, "finding", site.finding_id("FU03")) is not None
    assert documents.get(database, "finding", site.finding_id("FU11")) is None


def test_a_photo_released_after_its_bytes_came_is_complete(
    tablet: Wire, site: Site, office: Office, database: Session
) -> None:
    data, id = jpeg(), new_id()
    assert Tus(office.app.test_client(), tablet.kit).create(data, photo_id=id, body=data).status_code == 201
    office.revokes(tablet.kit)
    said = {"inspection_id": site.inspection, "purpose": "evidence", "sha256": sha256(data), "size": len(data)}
    tablet.push(tablet.op("photo", id, "create", site.scope, said, parent=site.inspection))
    with office.transaction() as session:
        (row,) = release.waiting(session)
        release.release(session, [row.id], actor="ban-giam-doc", reason="Tìm thấy", now=NOW)
    photo = documents.get(database, "photo", id)
    assert photo is not None
    assert photo.state["status"] == "complete"


def test_receipts_show_a_lost_tablet_no_document(tablet: Wire, site: Site, office: Office) -> None:
    first = tablet.finding(site)
    tablet.push(first)
    stale = tablet.op("finding", first["id"], "patch", site.scope, {"note": "n"})
    shown = tablet.one({**stale, "base": {"note": "x"}, "base_rev": 9})["current"]
    assert shown["state"]["answer"] == "conforming"
    office.revokes(tablet.kit)
    answer = tablet.client.get("/api/v1/sync/receipts", headers=tablet.kit.headers).get_json()
    assert [row["result"]["current"] for row in answer["receipts"]] == [
        None,
        {"rev": 0, "deleted": False, "state": None},
    ]
