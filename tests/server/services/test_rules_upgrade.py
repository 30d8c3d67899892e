"""A release with a newer rule set over the confirmations that a department has made: nothing said is lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from checklists.limits import SHIPPED_VERSION, RuleSet
from checklists.model import LimitStatus
from server.db import documents
from server.db.rules import LimitConfirmation, RuleSetRow
from server.services import inspection_plans, rules
from server.services.inspection_plans import Plan
from tests.builders import Office
from tests.server.api.wire import Site, Wire
from tests.server.pages.scene import Desk

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
FUEL, PRICE = "fuel-delivery-inspection", "fuel-price"
FIRST = RuleSet.from_served(
    json.loads((Path(__file__).parents[2] / "vectors" / "rules-2026.1.json").read_text("utf-8"))
)


def left_by_an_older_release(office: Office, base: RuleSet, **said: str) -> RuleSet:
    """Fill the database as the older release did: its rule set, then one more for each limit that was confirmed."""
    with office.transaction() as session:
        sets = [base]
        for name, value in said.items():
            row_id = name.replace("_", "-")
            sets.append(sets[-1].with_confirmed(row_id, value, "Lê Soát", "Thông tư 99/2025", date(2025, 3, 2)))
            session.add(LimitConfirmation(limit_id=row_id, value=value, reviewed_by="Lê Soát", version=sets[-1].version,
                                          document="Thông tư 99/2025", confirmed_on=date(2025, 3, 2)))  # fmt: skip
        for made in sets:
            session.add(RuleSetRow(version=made.version, sha256=made.sha256, served=made.served(), made_at=NOW))
            session.flush()
    return sets[-1]


def versions(office: Office) -> list[str]:
    with office.transaction() as session:
        return list(session.scalars(select(RuleSetRow.version).order_by(RuleSetRow.serial)))


def test_a_tablet_is_told_the_new_set_with_what_was_confirmed(office: Office, client: FlaskClient) -> None:
    left_by_an_older_release(office, FIRST, fuel_delivery_inspection="0.5", fuel_price="1")
    tablet = Wire(client, office.enrols(office.hires("team_leader")))
    told = tablet.hello()["rules"]
    assert told["version"] == f"{SHIPPED_VERSION}+1"
    served = client.get(f"/api/v1/rules/{told['version']}", headers=tablet.kit.headers).get_json()
    now = RuleSet.from_served(served)
    for row_id, value in ((FUEL, "0.5"), (PRICE, "1")):
        row = now.limit(row_id)
        assert row is not None
        assert (row.value, row.status, row.reviewed_by) == (Decimal(value), LimitStatus.CONFIRMED, "Lê Soát")
    assert now.cycles, "the department gets the rows that are new"
    with office.transaction() as session:
        assert rules.waiting(session) == []
    assert versions(office) == ["2026.1", "2026.1+1", "2026.1+2", SHIPPED_VERSION, f"{SHIPPED_VERSION}+1"]
    for old in ("2026.1", "2026.1+2"):  # what inspections pinned is served for ever
        assert client.get(f"/api/v1/rules/{old}", headers=tablet.kit.headers).status_code == 200
    assert tablet.hello()["rules"] == told


def test_reading_before_anyone_writes_shows_the_same_and_writes_nothing(office: Office) -> None:
    left_by_an_older_release(office, FIRST, fuel_price="1")
    with office.transaction() as session:
        shown = rules.current(session)
    assert versions(office) == ["2026.1", "2026.1+1"]
    with office.transaction() as session:
        rules.remember_shipped(session, NOW)
        assert rules.current(session) == shown


def test_a_database_without_confirmations_takes_the_release_as_it_is(office: Office) -> None:
    left_by_an_older_release(office, FIRST)
    with office.transaction() as session:
        rules.remember_shipped(session, NOW)
        assert rules.current(session).version == SHIPPED_VERSION
    assert versions(office) == ["2026.1", SHIPPED_VERSION]


def test_servers_that_start_a_release_at_once_keep_it_once(office: Office) -> None:
    left_by_an_older_release(office, FIRST, fuel_price="1")

    def starts(_: int) -> str:
        with office.app.app_context(), office.transaction() as session:
            rules.remember_shipped(session, NOW)
            return rules.current(session).version

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(starts, range(4))) == {f"{SHIPPED_VERSION}+1"}
    assert versions(office) == ["2026.1", "2026.1+1", SHIPPED_VERSION, f"{SHIPPED_VERSION}+1"]


def test_a_server_set_back_to_an_older_release_keeps_the_newer_rules(office: Office) -> None:
    left_by_an_older_release(office, FIRST, fuel_price="1")
    with office.transaction() as session:
        rules.remember_shipped(session, NOW)
        newer = replace(rules.current(session))
        later = RuleSet.build("2027.1", newer.limits, newer.law)
        session.add(RuleSetRow(version=later.version, sha256=later.sha256, served=later.served(), made_at=NOW))
        session.flush()
        rules.remember_shipped(session, NOW)
        assert rules.current(session).version == "2027.1"


@pytest.fixture
def changed(office: Office) -> str:
    """A confirmation on a row that the shipped set has otherwise."""
    limits = [replace(row, edition="2011", value=Decimal("0.75")) if row.id == FUEL else row for row in FIRST.limits]
    left_by_an_older_release(office, RuleSet.build("2026.1", limits, FIRST.law), fuel_delivery_inspection="0.6")
    return FUEL


def test_a_row_that_the_release_changed_waits_until_it_is_said_again(office: Office, changed: str) -> None:
    with office.transaction() as session:
        rules.remember_shipped(session, NOW)
        assert rules.current(session).version == SHIPPED_VERSION
        (left,) = rules.waiting(session)
        assert (left.said.limit_id, left.said.value, left.said.document) == (changed, "0.6", "Thông tư 99/2025")
        made = rules.confirm(session, changed, value=None, reviewed_by="Lê Soát", document="Thông tư 12/2026",
                             on=date(2026, 11, 24), now=NOW)  # fmt: skip
        assert rules.waiting(session) == []
        kept = made.limit(changed)
        assert kept is not None
        assert (str(kept.value), kept.reviewed_by) == ("0.45", "Lê Soát")


def test_the_supervisor_sees_what_waits_again(office: Office, client: FlaskClient, app: Flask, changed: str) -> None:
    desk = Desk(client).signs_in(office.hires("supervisor"))
    page = desk.opens("/limits")
    assert "Cần xác nhận lại" in page
    assert "0,6 %" in page
    assert "Thông tư 99/2025" in page
    assert "khác với lần cơ quan xác nhận" in desk.opens(f"/limits/{changed}")
    listed = json.loads(app.test_cli_runner().invoke(args=["limits", "list", "--json"]).stdout)
    assert [(each["id"], each["value"], each["reviewed_by"]) for each in listed["again"]] == [
        (changed, "0.6", "Lê Soát")
    ]
    assert f"CẦN XÁC NHẬN LẠI  {changed}: giá trị 0.6" in app.test_cli_runner().invoke(args=["limits", "list"]).stdout
    good = {"number": "Thông tư 12/2026", "on": "2026-11-24", "value": "0,45"}
    asked = desk.sends(desk.opens(f"/limits/{changed}"), f"/limits/{changed}", **good).get_data(as_text=True)
    assert desk.sends(asked, f"/limits/{changed}").status_code == 303
    assert "Cần xác nhận lại" not in desk.opens("/limits")


def computed(office: Office, tablet: Wire, site: Site, ordinal: int = 0) -> dict[str, Any]:
    """Measure a nozzle that gives 0.5 % too little, and return what the server computed."""
    rows = [{"flow_regime": "q_max", "v_fd": "20.00", "v_ref": "19.90"}]
    said = {"answer": None, "subject_id": site.instrument, "rows": rows, "ordinal": ordinal}
    assert tablet.one(tablet.finding(site, "FU14", set=said))["status"] == "applied"
    with office.transaction() as session:
        finding = documents.get(session, "finding", site.finding_id("FU14", site.instrument, ordinal))
        assert finding is not None
        found: dict[str, Any] = finding.state["computed"]
    return found


def test_new_inspections_are_judged_by_what_was_confirmed_and_old_ones_are_not(
    office: Office, client: FlaskClient
) -> None:
    leader = office.hires("team_leader")
    tablet = Wire(client, office.enrols(leader))
    stations = [office.registers_establishment(name=f"Cửa hàng {n}") for n in (1, 2)]
    campaign = office.opens_campaign(leader, establishments=stations)
    nozzles = [office.registers_instrument(station, "nozzle") for station in stations]

    def planned(number: int) -> Site:
        with office.transaction() as session:
            plan = Plan(stations[number], "2021-08-05")
            id = inspection_plans.plan(session, campaign, plan, actor="system", at=NOW)
        return Site(campaign, stations[number], nozzles[number], id)

    before = planned(0)
    assert computed(office, tablet, before)["verdict"] == "inconclusive"
    with office.transaction() as session:
        rules.confirm(
            session, FUEL, value=None, reviewed_by="Lê Soát", document="ĐLVN 10:2017", on=date(2021, 8, 1), now=NOW
        )
    after = computed(office, tablet, planned(1))
    assert (after["verdict"], after["limit"]["source"]) == ("fail", "ĐLVN 10:2017")
    assert computed(office, tablet, before, 1)["verdict"] == "inconclusive"
