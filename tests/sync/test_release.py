"""Operations that waited, judged again: each once, by the same rules; and verdicts that follow what they depend on."""

from __future__ import annotations

from typing import Any

import pytest

from sync.ids import answer_id
from tests.sync.tablet import Station, open_station
from tests.sync.world import CHECKLIST


@pytest.fixture
def station() -> Station:
    """A station with an inspection in progress."""
    found = open_station()
    found.starts()
    return found


def journalled(station: Station, raw: dict[str, Any]) -> int:
    return sum(entry["op_id"] == raw["op_id"] for entry in station.server.entries())


def orphan(station: Station, inspection: str, **more: Any) -> dict[str, Any]:
    """Queue an answer in an inspection that the server does not know yet."""
    id = answer_id(inspection, "fuel-dispenser", "FU01", None, 0)
    fields = {**station.fields(), "inspection_id": inspection, **more}
    return station.member.write("finding", id, station.scope, "create", parent=inspection, set=fields)


def test_what_is_released_together_with_its_parent_is_applied_once(station: Station) -> None:
    inspection = station.server.new_id()
    child = orphan(station, inspection, note="n")
    station.member.push()
    station.server.change_device(station.leader.device_id, revoked=True)
    parent = station.leader.write("inspection", inspection, station.scope, "create", set={
        "campaign_id": station.campaign, "establishment_id": station.establishment,
        "checklists": [{"code": CHECKLIST.code, "version": 1, "sha256": CHECKLIST.sha256}]})  # fmt: skip
    station.leader.push()
    rows = [row.id for row in reversed(station.server.quarantine)]
    assert sorted(station.server.release(*rows).released) == sorted(rows)
    assert (journalled(station, parent), journalled(station, child)) == (1, 1)
    assert station.server.documents["finding", child["id"]].rev == 1


def test_what_waits_for_an_id_that_two_kinds_bear_is_applied_once(station: Station) -> None:
    answer = station.answer("FU02")
    station.member.do("finding", answer, station.scope, set={"note": "n"}, base={"note": ""})
    patch = station.member.outbox[-1]
    station.member.write("photo", answer, station.scope, "create", parent=station.inspection,
                         set={"sha256": "a" * 64, "purpose": "evidence"})  # fmt: skip
    station.record(station.member, "FU02")
    assert [result["status"] for result in station.member.push()] == ["applied", "applied"]
    assert journalled(station, patch) == 1
    assert station.server.state("finding", answer)["note"] == "n"


def test_one_op_id_for_two_contents_is_nobodys_to_release(station: Station) -> None:
    first = station.record(station.member, answer="conforming")
    station.member.push()
    station.server.push(station.member.device_id, [{**first, "set": {**first["set"], "answer": "nonconforming"}}])
    [row] = station.server.quarantine
    assert [again.code for again in station.server.release(row.id).rejudged] == ["op_id_reuse"]
    assert journalled(station, first) == 1


def test_a_replay_shows_nothing_of_a_scope_that_was_taken_away(station: Station) -> None:
    station.record(station.leader, answer="conforming")
    station.leader.push()
    raw = station.record(station.member, answer="nonconforming")
    [first] = station.member.push()
    assert first["current"]["state"]["answer"] == "conforming"
    station.server.change_device(station.member.device_id, grants=frozenset({"agency"}))
    [again] = station.server.push(station.member.device_id, [raw])
    assert (again["status"], again["seq"], again["replay"]) == (first["status"], first["seq"], True)
    assert (again["current"]["state"], again["conflicts"]) == (None, {})


# -- verdicts


def load_test(station: Station) -> dict[str, Any]:
    """Queue readings whose verdict needs the zero error of another item."""
    return station.record(station.member, "NA12", subject=station.instrument,
                          rows=[{"load": "10", "indication": "10"}])  # fmt: skip


def verdict(station: Station) -> Any:
    return station.server.state("finding", station.answer("NA12", subject=station.instrument))["computed"]


def test_deleting_an_answer_that_a_verdict_needs_computes_it_again(station: Station) -> None:
    load_test(station)
    station.member.push()
    without = verdict(station)
    station.record(station.member, "NA11", subject=station.instrument, values={"value": "0.5"})
    station.member.push()
    assert verdict(station) != without
    zero = station.answer("NA11", subject=station.instrument)
    assert station.member.do("finding", zero, station.scope, "delete", base_rev=1)["status"] == "applied"
    assert verdict(station) == without


def test_an_answer_before_its_inspections_start_gets_the_verdict_of_one_after_it() -> None:
    early, late = open_station(), open_station()
    for station in (early, late):
        planned = station.server.documents["inspection", station.inspection].state
        station.server.office("inspection", station.inspection, station.scope, {**planned, "planned_on": None})
    load_test(early)
    early.member.push()
    assert verdict(early) is None, "no day yet, so no law"
    early.starts()
    late.starts()
    load_test(late)
    late.member.push()
    assert verdict(early) == verdict(late) is not None
