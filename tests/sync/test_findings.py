"""What the server computes for findings, and computes again when an answer that it feeds on changes."""

from __future__ import annotations

import pytest

from sync.findings import context_of, inspected_on
from sync.overlay import Overlay
from tests.sync.tablet import Station, open_station


@pytest.fixture
def station() -> Station:
    """An inspection in progress."""
    found = open_station()
    found.starts()
    return found


def test_a_verdict_feeds_on_another_answer_whichever_comes_first(station: Station) -> None:
    row = {"load": "1000", "indication": "1003"}
    pump, id = station.instrument, station.answer("NA12", subject=station.instrument)
    station.record(station.member, "NA12", subject=pump, rows=[row])
    station.member.push()
    before = station.server.state("finding", id)["computed"]
    station.record(station.leader, "NA11", subject=pump, values={"value": "1"})
    station.leader.push()
    after = station.server.state("finding", id)["computed"]
    assert (before["verdict"], after["verdict"]) == ("fail", "pass")
    follow = [e for e in station.server.entries() if e["id"] == id][-1]
    assert (follow["op_id"], follow["device"], follow["actor"], follow["rev"]) == (None, None, "system", 2)

    other = open_station()
    other.starts()
    other.record(other.leader, "NA11", subject=other.instrument, values={"value": "1"})
    other.leader.push()
    other.record(other.member, "NA12", subject=other.instrument, rows=[row])
    other.member.push()
    assert other.server.state("finding", other.answer("NA12", subject=other.instrument))["computed"] == after


def test_a_frozen_verdict_is_not_computed_again(station: Station) -> None:
    station.server.lease(station.leader.device_id, 1, 9)
    id = station.answer("NA12", subject=station.instrument)
    station.record(station.member, "NA12", subject=station.instrument, rows=[{"load": "1000", "indication": "1001"}])
    station.member.push()
    fields = station.paper(station.leader, 1, closes=False, form="working")
    station.leader.do(
        "minutes", station.server.new_id(), station.scope, "create", parent=station.inspection, set=fields
    )
    before = station.server.state("finding", id)
    station.record(station.leader, "NA11", subject=station.instrument, values={"value": "1"})
    assert station.leader.push()[-1]["status"] == "applied"
    assert station.server.state("finding", id) == before


def test_minutes_freeze_the_verdict_that_answers_of_the_same_push_lead_to(station: Station) -> None:
    station.server.lease(station.leader.device_id, 1, 9)
    pump, id = station.instrument, station.answer("NA12", subject=station.instrument)
    station.record(station.member, "NA12", subject=pump, rows=[{"load": "1000", "indication": "1003"}])
    station.member.push()
    fields, minutes = station.paper(station.leader, 1, closes=False, form="working"), station.server.new_id()
    station.record(station.leader, "NA11", subject=pump, values={"value": "1"})
    station.leader.write("minutes", minutes, station.scope, "create", parent=station.inspection, set=fields)
    assert station.leader.push()[-1]["status"] == "applied"
    assert id in station.server.state("minutes", minutes)["freezes"]
    assert station.server.state("finding", id)["computed"]["verdict"] == "pass"


@pytest.mark.parametrize("rows", [["x"], [None], [{"load": "1e999"}], [{"load": "NaN", "indication": "0,5"}], [[]], []])
def test_bad_readings_are_inconclusive_never_an_error(station: Station, rows: list[object]) -> None:
    station.record(station.member, "NA12", subject=station.instrument, rows=rows)
    [result] = station.member.push()
    assert result["status"] == "applied"
    computed = station.server.state("finding", station.answer("NA12", subject=station.instrument))["computed"]
    assert computed["verdict"] == "inconclusive"
    assert computed["explanation"]


def test_unpinned_rules_leave_no_verdict(station: Station) -> None:
    state = station.server.state("inspection", station.inspection)
    station.server.office("inspection", station.inspection, station.scope, {**state, "rules": None})
    station.record(station.member, "NA12", subject=station.instrument, rows=[{"load": "1000", "indication": "1001"}])
    [result] = station.member.push()
    assert result["status"] == "applied"
    assert station.server.state("finding", station.answer("NA12", subject=station.instrument))["computed"] is None


def test_the_law_of_the_first_visit_applies_else_of_the_planned_day() -> None:
    visits = [{"started_at": "2026-11-25T08:00:00+07:00"}, {"started_at": "2026-11-24T08:00:00+07:00"}, {}, "x"]
    assert str(inspected_on({"visits": visits, "planned_on": "2026-01-01"})) == "2026-11-24"
    assert str(inspected_on({"visits": [], "planned_on": "2026-01-01"})) == "2026-01-01"
    assert inspected_on({"planned_on": "hôm nay"}) is None


@pytest.mark.parametrize(
    ("kind", "context"), [("kiem_tra_nha_nuoc", "inspection"), ("kiem_dinh_luu_dong", "verification")]
)
def test_verification_campaigns_use_verification_limits(station: Station, kind: str, context: str) -> None:
    station.server.office("campaign", station.campaign, station.scope, {"kind": kind})
    inspection = station.server.documents["inspection", station.inspection]
    assert context_of(Overlay(station.server, ""), inspection) == context
