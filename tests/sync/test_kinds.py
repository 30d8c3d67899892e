"""The rules of the kinds by example: merge, conflicts, deletion, voids, fixed fields, moves, places."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sync.tablet import Station, open_station


@pytest.fixture
def station() -> Station:
    """A station with an inspection in progress."""
    found = open_station()
    found.starts()
    return found


def outcome(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["status"], result["code"]


def test_two_inspectors_answering_one_item_meet_in_one_document(station: Station) -> None:
    station.record(station.leader, answer="conforming", note="của trưởng đoàn")
    station.record(station.member, answer="conforming", photo_ids=["p1"])
    station.leader.push()
    [result] = station.member.push()
    assert outcome(result) == ("merged", None)
    assert result["conflicts"] == {}
    state = result["current"]["state"]
    assert (state["answer"], state["note"], state["photo_ids"]) == ("conforming", "của trưởng đoàn", ["p1"])


def test_a_conflict_is_seen_by_both_and_resolved_by_a_person(station: Station) -> None:
    station.record(station.leader, answer="conforming")
    losing = station.record(station.member, answer="nonconforming")
    station.leader.push()
    [result] = station.member.push()
    conflict = result["conflicts"]["answer"]
    assert (conflict["mine"], conflict["base"], conflict["theirs"]) == ("nonconforming", None, "conforming")
    assert conflict["actors"]["mine"] == "member"
    assert conflict["actors"]["theirs"]["actor"] == "leader"
    [shown] = station.server.state("finding", station.answer())["conflicts"]["answer"]
    assert (shown["value"], shown["actor"], shown["op_id"]) == ("nonconforming", "member", losing["op_id"])
    assert shown["kept"] == conflict["actors"]["theirs"]
    settled = station.leader.do("finding", station.answer(), station.scope, "resolve", base={"answer": "conforming"},
                                set={"field": "answer", "value": "nonconforming", "op_ids": [losing["op_id"]]})  # fmt: skip
    assert outcome(settled) == ("applied", None)
    state = station.server.state("finding", station.answer())
    assert (state["answer"], state["conflicts"]) == ("nonconforming", {})


def test_one_value_of_an_answer_conflicts_alone(station: Station) -> None:
    station.record(station.leader, "FU02", values={"unit_price": "20000", "a": "1"})
    station.record(station.member, "FU02", values={"unit_price": "21000", "b": "2"})
    station.leader.push()
    [result] = station.member.push()
    assert set(result["conflicts"]) == {"values.unit_price"}
    assert result["current"]["state"]["values"] == {"unit_price": "20000", "a": "1", "b": "2"}
    op_id = result["current"]["state"]["conflicts"]["values.unit_price"][0]["op_id"]
    station.member.do("finding", station.answer("FU02"), station.scope, "resolve",
                      set={"field": "values.unit_price", "value": "21000", "op_ids": [op_id]})  # fmt: skip
    assert station.server.state("finding", station.answer("FU02"))["values"]["unit_price"] == "21000"


def test_an_edit_outlives_a_concurrent_delete(station: Station) -> None:
    station.record(station.leader, note="n")
    station.leader.push()
    station.member.do("finding", station.answer(), station.scope, set={"note": "m"}, base={"note": "n"})
    gone = station.leader.do("finding", station.answer(), station.scope, "delete", base_rev=1)
    assert outcome(gone) == ("quarantined", "stale_delete")
    assert gone["current"]["state"]["note"] == "m"


def test_a_deleted_document_stays_deleted_and_keeps_what_came_after(station: Station) -> None:
    station.record(station.leader, note="n")
    station.leader.push()
    assert outcome(station.leader.do("finding", station.answer(), station.scope, "delete", base_rev=1)) == ("applied", None)  # fmt: skip
    edit = station.member.do("finding", station.answer(), station.scope, set={"note": "m"}, base={"note": "n"})
    assert outcome(edit) == ("quarantined", "deleted")
    assert edit["current"] == {"rev": 2, "deleted": True, "state": {}}
    station.record(station.member, note="lại")
    assert outcome(station.member.push()[0]) == ("quarantined", "deleted")
    again = station.member.do("finding", station.answer(), station.scope, "delete", base_rev=1)
    assert outcome(again) == ("applied", None)


def test_findings_with_evidence_are_voided_never_deleted(station: Station) -> None:
    photo = station.server.new_id()
    station.record(station.member, answer="nonconforming")
    station.member.write("photo", photo, station.scope, "append", parent=station.inspection,
                         set={"purpose": "evidence", "finding_id": station.answer()})  # fmt: skip
    station.member.push()
    gone = station.member.do("finding", station.answer(), station.scope, "delete", base_rev=1)
    assert outcome(gone) == ("quarantined", "has_evidence")
    empty = station.member.do("finding", station.answer(), station.scope, "void", set={"reason": " "})
    assert outcome(empty) == ("quarantined", "missing_reason")
    void = station.member.do("finding", station.answer(), station.scope, "void", set={"reason": "Nhầm cột"})
    assert outcome(void) == ("applied", None)
    assert station.server.state("finding", station.answer())["voided"]["reason"] == "Nhầm cột"


def test_photos_are_append_only_and_voided_by_their_creator(station: Station) -> None:
    photo = station.server.new_id()
    fields = {"purpose": "evidence", "sha256": "b" * 64, "status": "complete"}
    station.member.do("photo", photo, station.scope, "append", parent=station.inspection, set=fields)
    assert station.server.state("photo", photo)["status"] == "expected"
    again = station.member.do("photo", photo, station.scope, "create", parent=station.inspection, set=fields)
    assert outcome(again) == ("merged", None)
    other = station.leader.do(
        "photo", photo, station.scope, "append", parent=station.inspection, set={"sha256": "c" * 64}
    )
    assert outcome(other) == ("quarantined", "exists")
    patch = station.member.do("photo", photo, station.scope, set={"sha256": "c" * 64})
    assert outcome(patch) == ("quarantined", "bad_type")
    foreign = station.leader.do("photo", photo, station.scope, "void", set={"reason": "mờ"})
    assert outcome(foreign) == ("quarantined", "not_creator")
    assert outcome(station.member.do("photo", photo, station.scope, "void", set={"reason": "mờ"})) == ("applied", None)


def test_fixed_fields_do_not_change(station: Station) -> None:
    station.record(station.member, note="n")
    station.member.push()
    moved = station.member.do("finding", station.answer(), station.scope, set={"item": "FU02"})
    assert outcome(moved) == ("quarantined", "immutable_field")
    same = station.member.do("finding", station.answer(), station.scope, set={"item": "FU01"}, base_rev=1)
    assert outcome(same) == ("applied", None)
    assert same["rev"] == 1


def test_a_step_that_the_machine_does_not_know_is_a_conflict(station: Station) -> None:
    found = station.member.do("inspection", station.inspection, station.scope, base={"status": "in_progress"},
                              set={"status": "approved", "conclusion": "Tốt"})  # fmt: skip
    assert found["status"] == "merged"
    assert found["conflicts"]["status"]["theirs"] == "in_progress"
    assert found["current"]["state"]["conclusion"] == "Tốt"


def test_not_carried_out_needs_a_reason() -> None:
    station = open_station()
    bare = station.leader.do("inspection", station.inspection, station.scope, set={"status": "not_carried_out"})
    assert outcome(bare) == ("quarantined", "missing_reason")
    said = station.leader.do("inspection", station.inspection, station.scope,
                             set={"status": "not_carried_out", "reason": "Cơ sở nghỉ"})  # fmt: skip
    assert outcome(said) == ("applied", None)


def test_pinned_checklists_stay_once_begun(station: Station) -> None:
    pinned = station.server.state("inspection", station.inspection)["checklists"]
    dropped = station.leader.do("inspection", station.inspection, station.scope, set={"checklists": []},
                                base={"checklists": pinned})  # fmt: skip
    assert outcome(dropped) == ("quarantined", "immutable_field")
    unknown = station.leader.do("inspection", station.inspection, station.scope, base={"checklists": pinned},
                                set={"checklists": [*pinned, {"code": "x", "version": 9, "sha256": ""}]})  # fmt: skip
    assert outcome(unknown) == ("quarantined", "unknown_checklist")


def test_moving_an_establishment_takes_its_instruments_along(station: Station) -> None:
    foreign = station.member.do("establishment", station.establishment, station.area, set={"area_code": "07300"},
                                base={"area_code": "07213"})  # fmt: skip
    assert outcome(foreign) == ("quarantined", "foreign_scope")
    device = station.server.devices[station.member.device_id]
    station.server.change_device(device.device_id, grants=device.grants | {"area:07300"})
    moved = station.member.do("establishment", station.establishment, station.area, set={"area_code": "07300"},
                              base={"area_code": "07213"})  # fmt: skip
    assert (moved["status"], moved["scope"]) == ("applied", "area:07300")
    assert station.server.documents["instrument", station.instrument].scope == "area:07300"
    late = station.leader.do(
        "establishment", station.establishment, station.area, set={"phone": "0204"}, base={"phone": ""}
    )
    assert outcome(late) == ("quarantined", "foreign_scope")
    assert late["current"]["state"] is None, "nothing of a scope that is not granted (I8)"


def test_computed_is_the_servers(station: Station) -> None:
    row = {"volume": "10.00", "unit_price": "20000", "price": "200000"}
    station.record(station.member, "FU11", subject=station.instrument, rows=[row])
    station.member.push()
    id = station.answer("FU11", subject=station.instrument)
    computed = station.server.state("finding", id)["computed"]
    assert computed["errors"] == ["0.00"]
    patched = {**row, "price": "200500"}
    station.member.do("finding", id, station.scope, set={"rows": [patched]}, base={"rows": [row]})
    assert station.server.state("finding", id)["computed"]["errors"] == ["500.00"]
    assert json.dumps(computed)


def test_a_document_stays_where_it_is(station: Station) -> None:
    server, member = station.server, station.member
    station.record(member, note="n")
    member.push()
    elsewhere = open_station(server)
    server.change_device(member.device_id, grants=server.devices[member.device_id].grants | {elsewhere.scope})
    wrong = member.do("finding", station.answer(), elsewhere.scope, set={"note": "m"})
    assert outcome(wrong) == ("quarantined", "scope_mismatch")
    wrong = member.do("finding", station.answer(), station.scope, parent=elsewhere.inspection, set={"note": "m"})
    assert outcome(wrong) == ("quarantined", "parent_mismatch")
    photo = server.new_id()
    for fields, parent, scope, code in (
        ({"inspection_id": station.inspection}, elsewhere.inspection, station.scope, "parent_mismatch"),
        ({"inspection_id": "x"}, None, station.scope, "bad_id"),
        ({"inspection_id": station.inspection}, None, elsewhere.scope, "scope_mismatch"),
    ):
        found = member.do("photo", photo, scope, "append", parent=parent, set=fields)
        assert outcome(found) == ("quarantined", code)
    far = open_station(server)
    found = member.do("photo", photo, station.scope, "append", parent=far.inspection, set={})
    assert outcome(found) == ("quarantined", "foreign_scope")


def test_an_establishment_says_its_commune(station: Station) -> None:
    for area, code in ((None, "malformed"), ("", "malformed"), ("07999", "scope_mismatch")):
        found = station.member.do("establishment", station.server.new_id(), station.area, "create",
                                  set={"name": "B", "area_code": area})  # fmt: skip
        assert outcome(found) == ("quarantined", code)


def test_nothing_is_added_to_a_deleted_parent(station: Station) -> None:
    site = station.server.new_id()
    station.member.do("establishment", site, station.area, "create", set={"name": "B", "area_code": "07213"})
    pump = station.server.new_id()
    station.member.do("instrument", pump, station.area, "create", set={"establishment_id": site})
    kept = station.member.do("establishment", site, station.area, "delete", base_rev=1)
    assert outcome(kept) == ("quarantined", "has_children")
    for kind, id in (("instrument", pump), ("establishment", site)):
        assert outcome(station.member.do(kind, id, station.area, "delete", base_rev=1)) == ("applied", None)
    late = station.member.do("instrument", station.server.new_id(), station.area, "create", parent=site, set={})
    assert outcome(late) == ("quarantined", "parent_deleted")


def test_a_new_inspection_is_not_over_and_pins_what_the_server_knows(station: Station) -> None:
    fields = {"campaign_id": station.campaign, "establishment_id": station.establishment}
    for change, code in (({"status": "issued"}, "status_step"), ({"checklists": [{"code": "x", "version": 1}]}, "unknown_checklist"),
                         ({"checklists": [{"code": "fuel-dispenser", "version": 1, "sha256": "b" * 64}]}, "unknown_checklist")):  # fmt: skip
        found = station.leader.do(
            "inspection", station.server.new_id(), station.scope, "create", set={**fields, **change}
        )
        assert outcome(found) == ("quarantined", code)


def test_a_create_sent_under_a_new_op_id_merges_for_its_creator_only(station: Station) -> None:
    id = station.server.new_id()
    fields = {"text": "Dán tem", "state": "open"}
    station.member.do("requirement", id, station.scope, "create", parent=station.inspection, set=fields)
    again = station.member.do("requirement", id, station.scope, "create", parent=station.inspection,
                              set={**fields, "due_on": "2026-12-31"})  # fmt: skip
    assert outcome(again) == ("merged", None)
    assert station.server.state("requirement", id)["due_on"] == "2026-12-31"
    other = station.leader.do(
        "requirement", id, station.scope, "create", parent=station.inspection, set={"text": "Khác"}
    )
    assert outcome(other) == ("quarantined", "exists")


def test_a_second_void_keeps_the_first_reason(station: Station) -> None:
    station.record(station.member, note="n")
    station.member.push()
    for reason in ("một", "hai"):
        station.member.do("finding", station.answer(), station.scope, "void", set={"reason": reason})
    assert station.server.state("finding", station.answer())["voided"]["reason"] == "một"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"field": "note"}, "malformed"),
        ({"field": 5, "value": 1, "op_ids": []}, "malformed"),
        ({"field": "item", "value": "FU02", "op_ids": []}, "immutable_field"),
        ({"field": "computed", "value": {}, "op_ids": []}, "immutable_field"),
        ({"field": "values", "value": {}, "op_ids": []}, "immutable_field"),
    ],
)
def test_a_resolution_names_a_field_that_people_write(station: Station, said: dict[str, Any], code: str) -> None:
    station.record(station.member, note="n")
    station.member.push()
    found = station.member.do("finding", station.answer(), station.scope, "resolve", set=said)
    assert outcome(found) == ("quarantined", code)


def test_several_readings_of_one_value_unite(station: Station) -> None:
    station.record(station.leader, values={"codes": ["a"]})
    station.record(station.member, values={"codes": ["b"]})
    station.leader.push()
    [result] = station.member.push()
    assert result["conflicts"] == {}
    assert result["current"]["state"]["values"]["codes"] == ["a", "b"]


def test_false_and_zero_are_two_values(station: Station) -> None:
    station.record(station.member, rows=[{"seal": False}])
    station.member.push()
    found = station.member.do("finding", station.answer(), station.scope, set={"rows": [{"seal": 0}]},
                              base={"rows": [{"seal": False}]})  # fmt: skip
    assert (found["status"], found["rev"]) == ("applied", 2)
    assert station.server.state("finding", station.answer())["rows"][0]["seal"] is not False
