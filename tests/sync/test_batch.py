"""A pushed batch by example: results, replays, numbering, groups, waiting children, who may write what."""

from __future__ import annotations

from typing import Any

import pytest

from sync.batch import DeviceGap
from sync.ids import answer_id
from sync.operations import Operation
from sync.refusals import DETAILS
from tests.sync.tablet import Station, open_station


@pytest.fixture
def station() -> Station:
    """A station with an inspection in progress."""
    found = open_station()
    found.starts()
    return found


def outcome(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["status"], result["code"]


def test_a_created_finding_is_applied_with_its_seq_and_no_current(station: Station) -> None:
    station.record(station.member, answer="conforming", note="Đủ")
    [result] = station.member.push()
    assert outcome(result) == ("applied", None)
    assert (result["rev"], result["scope"], result["replay"]) == (1, station.scope, False)
    assert result["seq"] == len(station.server.journal[station.scope])
    assert result["current"] is None
    state = station.server.state("finding", station.answer())
    assert state["answer"] == "conforming"
    assert state["computed"] is None
    assert state["conflicts"] == {}


def test_sending_again_answers_the_same_and_writes_nothing(station: Station) -> None:
    raw = station.record(station.member, answer="conforming")
    [first] = station.member.push()
    journal = len(station.server.entries())
    [again] = station.server.push(station.member.device_id, [raw])
    assert again == {**first, "replay": True}
    assert len(station.server.entries()) == journal


def test_the_same_operation_twice_in_one_batch_is_one(station: Station) -> None:
    raw = station.record(station.member, answer="conforming")
    first, second = station.server.push(station.member.device_id, [raw, raw])
    assert second == {**first, "replay": True}


def test_one_changed_byte_under_a_known_op_id_is_quarantined_naming_both(station: Station) -> None:
    raw = station.record(station.member, answer="conforming")
    station.member.push()
    altered = {**raw, "set": {**raw["set"], "answer": "nonconforming"}}
    for _ in range(2):
        [result] = station.server.push(station.member.device_id, [altered])
        assert outcome(result) == ("quarantined", "op_id_reuse")
    assert result["replay"] is True
    assert len(station.server.quarantine) == 1
    assert result["detail"].startswith(DETAILS["op_id_reuse"])
    assert result["detail"].count("…") == 2
    assert station.server.state("finding", station.answer())["answer"] == "conforming"


def test_a_gap_is_refused_with_the_number_awaited(station: Station) -> None:
    station.member.op("finding", station.answer(), station.scope)
    late = station.member.op("finding", station.answer(), station.scope)
    with pytest.raises(DeviceGap) as gap:
        station.server.push(station.member.device_id, [late])
    assert gap.value.next_device_seq == 1


def test_a_cloned_tablet_is_a_fork_and_stops_issuing(station: Station) -> None:
    station.record(station.member, answer="conforming")
    station.member.push()
    station.member.seq = 0
    clone = station.member.op("finding", station.answer("FU02"), station.scope, "create", parent=station.inspection,
                              set=station.fields("FU02"))  # fmt: skip
    [result] = station.server.push(station.member.device_id, [clone])
    assert outcome(result) == ("quarantined", "device_fork")
    device = station.server.devices[station.member.device_id]
    assert device.stopped
    assert device.next_device_seq == 2


@pytest.mark.parametrize("malformed", [None, 7, "x", [], {}, {"op_id": "no"}, {"device_seq": True}, {"set": 1.5}])
def test_a_malformed_operation_counts_as_the_expected_one_and_replays(station: Station, malformed: Any) -> None:
    before = station.record(station.member, answer="conforming")
    station.member.seq += 1
    after = station.record(station.member, "FU02", note="sau")
    batch = [before, malformed, after]
    results = station.server.push(station.member.device_id, batch)
    assert [r["status"] for r in results] == ["applied", "quarantined", "applied"]
    again = station.server.push(station.member.device_id, batch)
    assert [r["replay"] for r in again] == [True, True, True]
    assert [r["status"] for r in again] == [r["status"] for r in results]
    assert len(station.server.quarantine) == 1
    assert station.server.devices[station.member.device_id].next_device_seq == 4


def test_equal_malformed_operations_each_consume_a_number_once(station: Station) -> None:
    station.server.push(station.member.device_id, [None, None])
    station.server.push(station.member.device_id, [None, None, None])
    assert station.server.devices[station.member.device_id].next_device_seq == 4
    assert len(station.server.quarantine) == 3


@pytest.mark.parametrize("cut", [0, 2])
def test_a_malformed_operation_that_a_restored_server_took_out_of_turn_stops_nothing(
    station: Station, cut: int
) -> None:
    """Found by `make soak`: it was sent alone, the server had forgotten those before it, and then all came again."""
    tablet, third = station.member, {"set": 1.5}
    station.server.push(tablet.device_id, [third])
    queue: list[Any] = [station.record(tablet, item, note="có") for item in ("FU01", "FU02")]
    tablet.seq += 1
    queue += [third, station.record(tablet, "FU03", note="sau")]
    station.server.push(tablet.device_id, queue[:cut])
    results = station.server.push(tablet.device_id, queue[cut:])
    assert outcome(results[-1]) == ("applied", None)
    assert station.server.devices[tablet.device_id].next_device_seq == 5
    assert all(result["replay"] for result in station.server.push(tablet.device_id, queue))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "campaign"}, "server_kind"),
        ({"kind": "measurement_standard"}, "server_kind"),
        ({"kind": "hologram"}, "unknown_kind"),
        ({"type": "append"}, "bad_type"),
        ({"type": "explode"}, "bad_type"),
        ({"scope": "campaign:elsewhere"}, "foreign_scope"),
        ({"scope": "area:07213"}, "scope_mismatch"),
        ({"id": "0190-not-an-id"}, "bad_id"),
        ({"id": "01900000-0000-7000-8000-000000000001"}, "bad_answer_id"),
        ({"set": {"value": 0.5}}, "float_number"),
        ({"set": {"value": 2**60}}, "bad_number"),
        ({"set": {"note": "a\x00b"}}, "bad_text"),
        ({"set": {"note": "\ud800"}}, "bad_text"),
        ({"set": {"note": "x" * 20_000}}, "too_large"),
        ({"set": {f"n{i}": "x" * 10_000 for i in range(8)}}, "too_large"),
        ({"set": []}, "malformed"),
        ({"base_rev": -1}, "malformed"),
        ({"kind": None}, "malformed"),
        ({"at": 5}, "malformed"),
    ],
)
def test_what_cannot_be_applied_is_kept_whole_with_its_reason(
    station: Station, change: dict[str, Any], code: str
) -> None:
    raw = station.member.op("finding", station.answer(), station.scope, "create", parent=station.inspection,
                            set=station.fields())  # fmt: skip
    raw |= {**change, "set": {**raw["set"], **change["set"]} if isinstance(change.get("set"), dict) else change.get("set", raw["set"])}  # fmt: skip
    [result] = station.server.push(station.member.device_id, [raw])
    assert outcome(result) == ("quarantined", code)
    assert (result["rev"], result["seq"]) == (None, None)
    assert result["current"] == {"rev": 0, "deleted": False, "state": None}
    assert station.server.quarantine[-1].entry.raw == raw


def test_deep_nesting_is_refused_whatever_its_depth(station: Station) -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    raw = station.member.op("finding", station.answer(), station.scope, set={"note": deep})
    found = station.member.judge(raw)
    assert outcome(found.results[0]) == ("quarantined", "too_deep")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"checklist": "unknown"}, "unknown_checklist"),
        ({"item": "FU99"}, "unknown_item"),
        ({"ordinal": -1}, "malformed"),
        ({"ordinal": "0"}, "malformed"),
        ({"values": []}, "malformed"),
        ({"photo_ids": "p"}, "malformed"),
    ],
)
def test_a_finding_answers_an_item_of_a_known_checklist(station: Station, fields: dict[str, Any], code: str) -> None:
    wanted = {**station.fields(), **fields}
    ordinal = wanted["ordinal"] if isinstance(wanted["ordinal"], int) else 0
    id = answer_id(station.inspection, wanted["checklist"], wanted["item"], None, ordinal)
    result = station.member.do("finding", id, station.scope, "create", parent=station.inspection, set=wanted)
    assert outcome(result) == ("quarantined", code)


def test_fields_that_the_server_makes_are_not_taken(station: Station) -> None:
    station.record(station.member, answer="conforming", computed={"verdict": "pass"}, conflicts={"a": []})
    [result] = station.member.push()
    assert outcome(result) == ("applied", None)
    assert station.server.state("finding", station.answer())["computed"] is None
    [entry] = [e for e in station.server.entries() if e["kind"] == "finding"]
    assert entry["lost"] == {"computed": {"verdict": "pass"}, "conflicts": {"a": []}}


def test_text_is_normalised_when_applied_and_kept_as_sent_in_the_digest(station: Station) -> None:
    station.record(station.member, note="Kie\u0302\u0309m tra")
    station.member.push()
    assert station.server.state("finding", station.answer())["note"] == "Kiểm tra"


def test_a_fault_of_ours_spoils_only_its_operation(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    def validate(op: Operation) -> Operation:
        if op.set.get("note") == "boom":
            raise KeyError("a bug")
        return op

    station.server.validate = validate
    station.record(station.member, answer="conforming")
    station.record(station.member, "FU02", note="boom")
    station.record(station.member, "FU10", subject=station.instrument, answer="conforming")
    results = station.member.push()
    assert [outcome(r) for r in results] == [("applied", None), ("quarantined", "internal"), ("applied", None)]
    assert "a bug" in caplog.text


def test_a_revoked_tablet_delivers_into_quarantine(station: Station) -> None:
    station.server.change_device(station.member.device_id, revoked=True)
    station.record(station.member, answer="conforming")
    [result] = station.member.push()
    assert outcome(result) == ("quarantined", "revoked_device")
    assert result["current"] == {"rev": 0, "deleted": False, "state": None}
    [row] = station.server.quarantine
    assert station.server.release(row.id).released == [row.id]
    assert station.server.state("finding", station.answer())["answer"] == "conforming"


# -- order


def test_a_child_before_its_parent_in_one_batch_is_applied(station: Station) -> None:
    inspection = station.server.new_id()
    photo = station.server.new_id()
    member = station.member
    member.write("photo", photo, station.scope, "append", parent=inspection, set={"inspection_id": inspection, "purpose": "evidence"})  # fmt: skip
    member.write("inspection", inspection, station.scope, "patch", set={"conclusion": "Tốt"}, base={"conclusion": None})
    member.write("inspection", inspection, station.scope, "create", parent=station.campaign,
                 set={"campaign_id": station.campaign, "establishment_id": station.establishment, "checklists": []})  # fmt: skip
    assert [r["status"] for r in member.push()] == ["applied"] * 3
    assert station.server.state("inspection", inspection)["conclusion"] == "Tốt"
    assert station.server.state("photo", photo)["status"] == "expected"


def test_create_update_update_arriving_as_3_1_2_ends_as_in_order(station: Station) -> None:
    """Scenario 14: another device's later edit arrives before the creation that it builds on."""
    first, second = station.member, station.leader
    station.record(first, note="một")
    one = first.write("finding", station.answer(), station.scope, set={"note": "hai"}, base={"note": "một"})
    three = second.do("finding", station.answer(), station.scope, set={"note": "ba"}, base={"note": "hai"})
    assert outcome(three) == ("held", "held_parent")
    assert [r["status"] for r in first.push()] == ["applied", "applied"]
    state = station.server.state("finding", station.answer())
    assert state["note"] == "hai", "judged at once when its document landed: on a base that it had not seen"
    assert [c["value"] for c in state["conflicts"]["note"]] == ["ba"], "so it is flagged, not lost"
    assert one["set"]["note"] == state["note"]


def test_what_is_held_for_a_parent_is_applied_when_it_lands(station: Station) -> None:
    inspection, photo = station.server.new_id(), station.server.new_id()
    result = station.member.do("photo", photo, station.scope, "append", parent=inspection, set={"purpose": "evidence"})
    assert outcome(result) == ("held", "held_parent")
    [row] = station.server.quarantine
    assert (row.state, row.entry.parent) == ("held", inspection)
    station.leader.do("inspection", inspection, station.scope, "create", parent=station.campaign,
                      set={"campaign_id": station.campaign, "establishment_id": station.establishment})  # fmt: skip
    assert row.state == "applied"
    assert station.server.state("photo", photo)["created_by"] == "member"
    [again] = station.server.push(station.member.device_id, station.member.outbox)
    assert outcome(again) == ("held", "held_parent")
    assert again["replay"] is True


# -- groups


def test_a_group_stands(station: Station) -> None:
    for item in ("FU01", "FU02"):
        station.record(station.member, item, note="n")
    for raw in station.member.outbox:
        raw["group"] = "g1"
    assert [r["status"] for r in station.member.push()] == ["applied", "applied"]


def test_a_group_falls_whole_and_the_rest_goes_on(station: Station) -> None:
    first = station.record(station.member, "FU01", note="n")
    bad = station.member.write("finding", station.answer("FU02"), station.scope, set=None, type="explode")
    between = station.record(station.member, "FU10", subject=station.instrument, note="n")
    last = station.record(station.member, "FU02", note="n")
    for raw in (first, bad, last):
        raw["group"] = "g1"
    results = station.member.push()
    assert [outcome(r) for r in results] == [("quarantined", "group_failed"), ("quarantined", "bad_type"),
                                             ("applied", None), ("quarantined", "group_failed")]  # fmt: skip
    assert between["group"] is None
    assert not station.server.get("finding", station.answer())
    assert [e["op_id"] for e in station.server.entries() if e["kind"] == "finding"] == [between["op_id"]]


def test_a_group_waits_whole_and_is_applied_whole(station: Station) -> None:
    inspection, photo = station.server.new_id(), station.server.new_id()
    own = station.record(station.member, "FU01", photo_ids=[photo])
    other = station.member.write(
        "photo", photo, station.scope, "append", parent=inspection, set={"purpose": "evidence"}
    )
    own["group"] = other["group"] = "g1"
    assert [outcome(r) for r in station.member.push()] == [("held", "group_held"), ("held", "held_parent")]
    station.leader.do("inspection", inspection, station.scope, "create", parent=station.campaign,
                      set={"campaign_id": station.campaign, "establishment_id": station.establishment})  # fmt: skip
    assert {row.state for row in station.server.quarantine} == {"applied"}
    assert station.server.state("finding", station.answer())["photo_ids"] == [photo]


def test_a_group_that_fell_stays_down_when_a_part_of_it_comes_again(station: Station) -> None:
    first = station.record(station.member, "FU01", note="n")
    bad = station.member.write("finding", station.answer("FU02"), station.scope, "explode")
    first["group"] = bad["group"] = "g1"
    station.member.push()
    third = station.record(station.member, "FU02", note="n")
    third["group"] = "g1"
    results = station.server.push(station.member.device_id, [bad, third])
    assert [outcome(r) for r in results] == [("quarantined", "bad_type"), ("quarantined", "group_failed")]


def test_a_held_operation_that_is_refused_at_last_says_why(station: Station) -> None:
    inspection, finding = station.server.new_id(), station.answer()
    station.member.do("finding", finding, station.scope, "create", parent=inspection, set={**station.fields(), "inspection_id": inspection})  # fmt: skip
    station.leader.do("inspection", inspection, station.scope, "create",
                      set={"campaign_id": station.campaign, "establishment_id": station.establishment})  # fmt: skip
    [row] = station.server.quarantine
    assert (row.state, row.entry.code) == ("quarantined", "bad_answer_id")


def test_released_operations_are_judged_by_the_same_rules(station: Station) -> None:
    station.record(station.member, "FU01", note="n")
    station.member.push()
    gone = station.leader.do("finding", station.answer(), station.scope, "delete", base_rev=9)
    assert outcome(gone) == ("quarantined", "stale_delete")
    [row] = station.server.quarantine
    found = station.server.release(row.id)
    assert (found.released, [r.code for r in found.rejudged]) == ([], ["stale_delete"])
