"""Merging establishments: everything goes over, tablets without a link lose nothing, papers stay, and there is a way back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.db import documents
from server.db.registers import EstablishmentEntry, InstrumentEntry
from server.db.sync import Quarantine
from server.errors import Problem
from server.services import establishment_merge, establishment_twins, establishments, journal
from server.services.establishment_merge import KIND, Wanted
from tests.builders import AREA, Office
from tests.journeys.field import SERIES, department, team_of
from tests.server.api.wire import Wire, new_id, site_of
from tests.server.cli.test_backup import flask, said
from tests.server.services.test_evidence import verified
from tests.server.services.test_register_rows import changes

ELSEWHERE = "07300"


def merge(office: Office, keep: str, away: str, reason: str = "Ghi hai lần", **choices: str) -> str:
    """Merge as a supervisor who has just looked at both."""
    with office.transaction() as session:
        seen = {f"seen_{name}": str(session.get_one(documents.Document, ("establishment", id)).rev)
                for name, id in (("keep", keep), ("away", away))}  # fmt: skip
        wanted = Wanted.of({"reason": reason, **seen, **choices})
        return establishment_merge.merge(session, keep, away, wanted, actor="boss", now=datetime.now(UTC))


def undo(office: Office, merger: str) -> None:
    with office.transaction() as session:
        establishment_merge.undo(session, merger, "Hai cửa hàng khác nhau", actor="boss", now=datetime.now(UTC))


def state(office: Office, kind: str, id: str) -> dict[str, Any]:
    with office.transaction() as session:
        found = documents.get(session, kind, id)
        assert found is not None
        return dict(found.state)


def assert_whole(office: Office) -> None:
    with office.transaction() as session:
        report = journal.verify(session)
        assert report.is_whole, (report.broken, report.differences)
        assert session.query(Quarantine).count() == 0


def test_everything_goes_over_and_comes_back(office: Office, database: Session) -> None:
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    keep = office.registers_establishment(name="CHXD số 1", area=ELSEWHERE)
    both = office.opens_campaign(leader, establishments=[keep, site.establishment])
    merger = merge(office, keep, site.establishment, name="away", phone="away")
    assert state(office, "establishment", keep)["name"] == "Cửa hàng xăng dầu số 1"
    assert state(office, "establishment", site.establishment)["merged_into"] == keep
    inspection, instrument = state(office, "inspection", site.inspection), state(office, "instrument", site.instrument)
    assert (inspection["establishment_id"], inspection["formerly"]) == (keep, [site.establishment])
    assert instrument["establishment_id"] == keep
    moved = database.get_one(documents.Document, ("instrument", site.instrument))
    assert (moved.scope, moved.parent) == (f"area:{ELSEWHERE}", keep)
    assert state(office, "campaign", site.campaign)["establishment_ids"] == [keep]
    assert state(office, "campaign", both)["establishment_ids"] == [keep]
    assert_whole(office)
    undo(office, merger)
    assert state(office, "establishment", keep)["name"] == "CHXD số 1"
    assert state(office, "establishment", site.establishment)["merged_into"] is None
    assert state(office, "inspection", site.inspection)["establishment_id"] == site.establishment
    assert state(office, "instrument", site.instrument)["establishment_id"] == site.establishment
    assert state(office, "campaign", site.campaign)["establishment_ids"] == [site.establishment]
    assert state(office, "campaign", both)["establishment_ids"] == [keep, site.establishment]
    assert_whole(office)
    with pytest.raises(Problem, match="đã được tách lại"):
        undo(office, merger)


def test_what_a_tablet_without_a_link_recorded_at_the_one_merged_away_is_taken(
    office: Office, client: FlaskClient
) -> None:
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    wire = Wire(client, office.enrols(leader))
    wire.pull()
    area, own = f"area:{AREA}", site.establishment
    new = {"establishment_id": own, "type": "weighing_instrument", "maker": "CAS", "model": "", "serial": "9", "year": 2020,
           "attributes": {}, "verified_until": None, "mark_serial": "", "certificate_number": "", "new_price": None}  # fmt: skip
    added, planned = new_id(), new_id()
    plan = {name: value for name, value in state(office, "inspection", site.inspection).items()
            if name in {"checklists", "rules", "planned_on", "lead_user_id"}}  # fmt: skip
    ops = [
        wire.finding(site, "FU02"),
        wire.op("instrument", added, "create", area, new, parent=own),
        wire.op("instrument", site.instrument, "patch", area, {"mark_serial": "NEW"}, base={"mark_serial": "22B01439"}, base_rev=1, parent=own),
        wire.op("establishment", own, "patch", area, {"phone": "0900"}, base={"phone": ""}, base_rev=1),
        wire.op("inspection", planned, "create", site.scope, {**plan, "campaign_id": site.campaign, "establishment_id": own, "visits": []}, parent=site.campaign),
        wire.op("instrument", added, "patch", area, {"serial": "10"}, base={"serial": "9"}, base_rev=1),
    ]  # fmt: skip
    keep = office.registers_establishment(name="Đúng tên", area=ELSEWHERE)
    merge(office, keep, own)
    results = wire.push(*ops)["results"]
    assert {r["status"] for r in results} <= {"applied", "merged"}, results
    assert (state(office, "instrument", added)["establishment_id"], state(office, "instrument", added)["serial"]) == (
        keep,
        "10",
    )
    assert state(office, "instrument", site.instrument)["mark_serial"] == "NEW"
    inspection = state(office, "inspection", planned)
    assert (inspection["establishment_id"], inspection["formerly"]) == (keep, [own])
    assert results[1]["status"] == results[4]["status"] == "merged", "the tablet is told where it stands now"
    assert state(office, "establishment", own)["phone"] == "0900"
    wire.pull()
    assert wire.documents["instrument", added]["scope"] == f"area:{ELSEWHERE}", "the other commune is granted"
    refused = wire.push(wire.op("establishment", own, "delete", area, {}, base_rev=3))["results"][0]
    assert (refused["status"], refused["code"]) == ("quarantined", "has_children")
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_minutes_signed_without_a_link_stay_genuine_before_and_after_the_way_back(
    office: Office, tmp_path: Path
) -> None:
    team = team_of(department(office), 2)
    tablet = team.tablet()
    tablet.leases_numbers(SERIES, tablet.now().year, 5)
    away = state(office, "inspection", team.inspections[0])["establishment_id"]
    first = team.finishes(tablet, team.inspections[0])
    keep = office.registers_establishment(name="Đúng tên")
    merger = merge(office, keep, away)
    tablet.pushes()
    assert state(office, "minutes", first)["status"] == "issued"
    assert state(office, "inspection", team.inspections[0])["establishment_id"] == keep
    path = tmp_path / "ho-so.zip"
    done = office.app.test_cli_runner().invoke(args=["evidence", "export", team.inspections[0], "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert verified(path, tmp_path / "elsewhere")[0] == 0, "the paper names the one merged away, and is genuine"
    undo(office, merger)
    assert state(office, "inspection", team.inspections[0])["establishment_id"] == away
    assert_whole(office)


def test_what_makes_no_sense_is_refused_and_changes_nothing(office: Office) -> None:
    keep, away, third = (office.registers_establishment(name=name) for name in ("Một", "Hai", "Ba"))
    for arguments, words in (((keep, keep), "hai cơ sở khác nhau"), ((keep, away, " "), "lý do"), ((keep, away, "x" * 501), "lý do")):  # fmt: skip
        with pytest.raises(Problem, match=words):
            merge(office, *arguments)
    with office.transaction() as session, pytest.raises(Problem, match="vừa được người khác sửa"):
        wanted = Wanted.of({"reason": "x", "seen_keep": "1", "seen_away": "²"})
        establishment_merge.merge(session, keep, away, wanted, actor="boss", now=datetime.now(UTC))
    first = merge(office, keep, away)
    for one, other in ((keep, away), (away, third)):
        with pytest.raises(Problem, match="đã được gộp"):
            merge(office, one, other)
    second = merge(office, third, keep)
    with pytest.raises(Problem, match="tách lần gộp sau trước"):
        undo(office, first)
    undo(office, second)
    undo(office, first)
    assert_whole(office)


def test_twice_at_once_is_once(office: Office) -> None:
    keep, away = office.registers_establishment(name="Một"), office.registers_establishment(name="Hai")
    wanted = Wanted.of({"reason": "trùng", "seen_keep": "1", "seen_away": "1"})
    for attempt in range(2):
        with office.transaction() as session:
            if attempt:
                with pytest.raises(Problem):
                    establishment_merge.merge(session, keep, away, wanted, actor="boss", now=datetime.now(UTC))
            else:
                establishment_merge.merge(session, keep, away, wanted, actor="boss", now=datetime.now(UTC))
    with office.transaction() as session:
        assert len(documents.of_kind(session, KIND)) == 1


def test_a_merger_outlives_a_restore(office: Office, app: Flask, tmp_path: Path) -> None:
    leader = office.hires("team_leader")
    site = site_of(office, leader)
    keep = office.registers_establishment(name="Đúng tên")
    merger = merge(office, keep, site.establishment)
    assert flask(app, "backup", tmp_path / "b.zip").exit_code == 0
    done = said(flask(app, "restore", tmp_path / "b.zip", "--force", "--json"))
    assert done["journal"]["whole"]
    with office.transaction() as session:
        assert session.get_one(EstablishmentEntry, site.establishment).site_id == keep
        assert session.get_one(InstrumentEntry, site.instrument).site_id == keep
    undo(office, merger)
    assert_whole(office)


def test_an_old_list_imported_again_finds_the_one_that_stands_for_it(office: Office) -> None:
    keep, away = office.registers_establishment(name="Đúng tên"), office.registers_establishment(name="Tên cũ")
    merge(office, keep, away)
    with office.transaction() as session:
        known = establishments.identities(session)
    assert known[establishments.identity(AREA, "2400123456", "Tên cũ")] == keep


def test_what_was_entered_twice_is_offered(office: Office) -> None:
    names = ("Công ty TNHH Xăng dầu Hà An", "XD HÀ AN - CTY TNHH", "Cửa hàng Hà An (xăng dầu)", "Hà Anh")
    ids = [office.registers_establishment(name=name) for name in names]
    for n, id in enumerate(ids):
        changes(office, "establishment", id, tax_code=f"010998877{n}")
    office.registers_establishment(name="Khác hẳn", area=ELSEWHERE)
    with office.transaction() as session:
        found = establishment_twins.listing(session, "1", datetime.now(UTC).date())
        assert [{row.id for row in group.rows} for group in found.groups] == [set(ids[:3])]
        assert {row.id for row in establishment_twins.others(session, ids[0], "", datetime.now(UTC).date())} == set(
            ids[1:3]
        )
        assert [r.id for r in establishment_twins.others(session, ids[0], "anh", datetime.now(UTC).date())] == [ids[3]]
