"""The year's board: every state of a month, computed from campaigns, their inspections and a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.db import documents
from server.db.programme import Programme
from server.demo.load import PROGRAMME
from server.services import ledger, programme, programme_board
from server.services.programme_board import Filter, Row
from server.services.programme_file import parse
from tests.builders import Office

PERIOD: dict[str, Any] = {"starts_on": "2021-08-02", "ends_on": "2021-09-30"}


@pytest.fixture(autouse=True)
def imported(office: Office) -> None:
    with office.transaction() as session:
        programme.import_file(session, parse(PROGRAMME.read_bytes()))


def campaign(office: Office, visits: Mapping[str, str], **more: Any) -> str:
    """Open a fuel campaign with a visit of each planned day and status."""
    leader = office.hires("team_leader")
    sites = [office.registers_establishment(name=f"Cửa hàng {day}") for day in visits]
    id = office.opens_campaign(leader, establishments=sites, **(PERIOD | more))
    for site, (day, status) in zip(sites, visits.items(), strict=True):
        changes(office, office.plans_inspection(id, site, leader), planned_on=day, status=status)
    return id


def changes(office: Office, inspection: str, **fields: str) -> None:
    with office.transaction() as session:
        row = documents.get(session, "inspection", inspection)
        assert row is not None
        state = {**row.state, **fields}
        change = ledger.change(session, "inspection", row.id, row.scope, state, actor="system", parent=row.parent)
        ledger.record(session, [change], datetime.now(UTC))


def row(session: Session, code: str, on: str) -> Row:
    session.rollback()
    return programme_board.one(session, "BG-2021", code, date.fromisoformat(on))


def months(found: Row) -> dict[int, str]:
    return {cell.month: cell.state for cell in found.cells if cell.state is not None}


def test_a_month_without_a_campaign_is_planned_until_it_is_over(session: Session) -> None:
    assert months(row(session, "A08", "2021-08-31")) == {8: "planned", 9: "planned"}
    assert months(row(session, "A08", "2021-09-01")) == {8: "late", 9: "planned"}
    assert row(session, "A08", "2021-12-31").state == "late"


def test_visits_move_a_month_from_planned_over_under_way_to_done(office: Office, session: Session) -> None:
    campaign(office, {"2021-08-03": "planned", "2021-08-20": "planned", "2021-09-10": "planned"})
    assert months(row(session, "A08", "2021-07-30")) == {8: "planned", 9: "planned"}
    for inspection in documents.of_kind(session, "inspection"):
        if inspection.state["planned_on"] == "2021-08-03":
            changes(office, inspection.id, status="issued")
    found = row(session, "A08", "2021-08-15")
    assert months(found) == {8: "under_way", 9: "planned"}
    assert (found.state, found.finished, found.sites) == ("under_way", 1, 3)
    assert [(c.planned, c.finished) for c in found.cells if c.month == 8] == [(2, 1)]
    assert (
        months(row(session, "A08", "2021-09-05"))[8] == "late"
    )  # the month is over, a visit planned in it is not done
    for inspection in documents.of_kind(session, "inspection"):
        changes(office, inspection.id, status="approved")
    assert (row(session, "A08", "2021-12-31").state, months(row(session, "A08", "2021-12-31"))) == (
        "done",
        {8: "done", 9: "done"},
    )


def test_not_carried_out_is_done_and_sent_back_is_not(office: Office, session: Session) -> None:
    campaign(office, {"2021-08-03": "not_carried_out", "2021-09-10": "returned"})
    found = row(session, "A08", "2021-09-15")
    assert months(found) == {8: "done", 9: "under_way"}
    (only,) = found.campaigns
    assert (only.inspected, only.not_carried_out, only.finished, only.waiting) == (1, 1, 1, 1)
    assert row(session, "A08", "2021-10-01").state == "late"


def test_a_site_that_nobody_planned_keeps_its_campaign_open(office: Office, session: Session) -> None:
    leader = office.hires("team_leader")
    office.opens_campaign(leader, establishments=[office.registers_establishment()], **PERIOD)
    assert row(session, "A08", "2021-10-01").state == "late"
    assert row(session, "A08", "2021-08-10").state == "planned"


def test_what_is_no_field_work_or_only_on_request_is_never_late(session: Session) -> None:
    assert row(session, "A29", "2021-12-31").state == "outside"
    assert months(row(session, "A15", "2021-12-31")) == {1: "planned"}
    assert row(session, "A27", "2021-12-31").state == "planned"  # standing, without a month


def test_a_month_that_asks_only_for_the_plan_is_done_by_opening_the_campaign(office: Office, session: Session) -> None:
    assert months(row(session, "A13", "2021-06-15"))[5] == "late"
    campaign(
        office,
        {"2021-10-12": "planned"},
        programme_activity="BG-2021/A13",
        starts_on="2021-10-11",
        ends_on="2021-11-19",
    )
    assert months(row(session, "A13", "2021-06-15"))[5] == "done"


def test_filters_narrow_and_nonsense_is_as_if_not_there(session: Session) -> None:
    found = session.get(Programme, "BG-2021")
    assert found is not None
    today = date(2026, 11, 26)
    every = Filter.of({"domain": "x", "kind": "'", "scope": "?", "state": "x", "on": "nay"}, 2021, today)
    assert every == Filter(on=date(2021, 12, 31))
    assert len(programme_board.board(session, found, every).rows) == 34
    fuel = programme_board.board(session, found, Filter.of({"domain": "fuel_retail"}, 2021, today))
    assert [r.activity.code for r in fuel.rows] == ["A08"]
    edge = programme_board.board(session, found, Filter.of({"scope": "edge", "state": "outside"}, 2021, today))
    assert {r.activity.is_core for r in edge.rows} == {False}
    assert edge.counts["outside"] == len(edge.rows) == 7
