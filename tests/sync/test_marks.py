"""Marks by example and by law: one serial is one document, never freed, never overwritten; rolls are counted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.operations import validate
from sync.mark_ranges import serial as printed
from sync.marks import number_in
from tests.sync.market import Market, open_market
from tests.sync.world import Server


@pytest.fixture
def market() -> Market:
    """A session with one slip, on a server that checks shapes as the real one does."""
    return open_market(Server(validate=validate))


def outcome(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["status"], result["code"]


def codes(state: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in state["warnings"]]


def test_a_mark_of_ones_own_roll_is_taken_without_a_word(market: Market) -> None:
    assert outcome(market.uses(market.leader, "KD26-0001")) == ("applied", None)
    assert codes(market.server.state("mark", market.id("KD26-0001"))) == []


def test_another_id_than_the_serials_is_refused(market: Market) -> None:
    fields = market.mark("KD26-0001")
    for id in (market.server.new_id(), market.id("KD26-0002"), market.id("KD26-0001", "seal")):
        found = market.leader.do("mark", id, market.scope, "create", parent=market.session, set=fields)
        assert outcome(found) == ("quarantined", "bad_mark_id")
    assert not [key for key in market.server.documents if key[0] == "mark"]


def test_a_serial_used_twice_keeps_the_first_and_names_both(market: Market) -> None:
    market.uses(market.leader, "KD26-0001")
    second = market.uses(market.member, "kd26 - 0001", instrument_id=market.scales[1])
    assert outcome(second) == ("quarantined", "mark_taken")
    assert all(word in second["detail"] for word in ("phương tiện số C-1", "phiếu K7-001", "lần này", "C-2"))
    assert second["current"]["state"]["instrument_id"] == market.scales[0]
    [row] = market.server.quarantine
    assert row.entry.raw["set"]["instrument_id"] == market.scales[1], "the second use is kept whole"


def test_a_serial_used_in_another_campaign_is_taken_and_says_nothing_of_it(market: Market) -> None:
    market.uses(market.leader, "KD26-0001", reason="bí mật")
    other = open_market(market.server)
    campaign = market.server.documents["campaign", other.campaign].state
    market.server.office("campaign", other.campaign, other.scope, {**campaign, "organisation_id": market.organisation})
    other.organisation = market.organisation
    found = other.uses(other.leader, "KD26-0001")
    assert outcome(found) == ("quarantined", "mark_taken")
    assert "ở một đợt kiểm định khác" in found["detail"]
    assert found["current"]["state"] is None


def test_the_same_use_again_is_nothing_new(market: Market) -> None:
    market.uses(market.leader, "KD26-0001")
    again = market.uses(market.leader, "KD26-0001")
    assert outcome(again) == ("merged", None)
    assert market.server.documents["mark", market.id("KD26-0001")].rev == 1


def test_a_void_mark_is_not_free(market: Market) -> None:
    market.uses(market.leader, "KD26-0001")
    id = market.id("KD26-0001")
    assert outcome(market.leader.do("mark", id, market.scope, "void", set={})) == ("quarantined", "missing_reason")
    foreign = market.member.do("mark", id, market.scope, "void", set={"reason": "nhầm"})
    assert outcome(foreign) == ("quarantined", "not_creator")
    assert market.leader.do("mark", id, market.scope, "void", set={"reason": "Quét nhầm tem"})["status"] == "applied"
    second = market.uses(market.leader, "KD26-0001", instrument_id=market.scales[1])
    assert outcome(second) == ("quarantined", "mark_taken")
    assert "không dùng lại được" in second["detail"]


@pytest.mark.parametrize(
    ("serial", "more"),
    [
        ("KD26-0021", {}),
        ("KD26-021", {}),
        ("X-1", {}),
        ("KD26-0002", {"lease_id": None}),
        ("KD26-0002", {"lease_id": "0190a0a0-0000-7000-8000-000000000000"}),
    ],
)
def test_a_serial_that_is_not_of_the_own_roll_is_taken_with_a_warning(
    market: Market, serial: str, more: dict[str, Any]
) -> None:
    assert outcome(market.uses(market.leader, serial, **more)) == ("applied", None)
    assert codes(market.server.state("mark", market.id(serial))) == ["outside_lease"]


def test_a_colleagues_roll_and_a_returned_part_are_named(market: Market) -> None:
    roll = market.rolls[market.leader.device_id]
    state = market.server.documents["mark_lease", roll].state
    market.server.office("mark_lease", roll, f"device:{market.leader.device_id}",
                         {**state, "returned": [{"first": 15, "last": 20}]})  # fmt: skip
    market.uses(market.leader, "KD26-0015")
    market.uses(market.member, "KD26-0014", lease_id=roll)
    market.uses(market.leader, "KD26-0016", fate="spoiled", reason="Rách khi bóc")
    assert codes(market.server.state("mark", market.id("KD26-0015"))) == ["returned_lease"]
    assert codes(market.server.state("mark", market.id("KD26-0014"))) == ["outside_lease"]
    assert codes(market.server.state("mark", market.id("KD26-0016"))) == ["returned_lease", "no_photo"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"instrument_id": None}, "gắn trên phương tiện nào"),
        ({"inspection_id": None}, "gắn trên phương tiện nào"),
        ({"fate": "spoiled"}, "Tem, chì hỏng phải ghi lý do."),
        ({"fate": "lost"}, "Phải là một trong"),
        ({"serial": "  "}, "Không được để trống."),
        ({"kind": None}, "Không được để trống."),
    ],
)
def test_a_mark_says_what_became_of_it(market: Market, change: dict[str, Any], word: str) -> None:
    found = market.uses(market.leader, "KD26-0001", **change)
    assert outcome(found) == ("quarantined", "malformed")
    assert word in found["detail"]


def test_a_mark_before_its_session_waits_for_it(market: Market) -> None:
    session = market.server.new_id()
    fields = market.mark("KD26-0001", session_id=session)
    found = market.leader.do("mark", market.id("KD26-0001"), market.scope, "create", parent=session, set=fields)
    assert outcome(found) == ("held", "held_parent")
    market.member.do("verification_session", session, market.scope, "create", parent=market.campaign,
                     set={"campaign_id": market.campaign, "on": "2026-11-25"})  # fmt: skip
    assert market.server.state("mark", market.id("KD26-0001"))["session_id"] == session


def test_a_stocktake_agrees_or_names_the_difference(market: Market) -> None:
    roll = market.rolls[market.leader.device_id]
    market.uses(market.leader, "KD26-0001")
    market.uses(market.leader, "KD26-0002", fate="spoiled", reason="Rách")
    market.leader.do("mark", market.id("KD26-0001"), market.scope, "void", set={"reason": "nhầm"})
    market.uses(market.member, "KD26-0003", lease_id=None)
    state = market.server.documents["mark_lease", roll].state
    market.server.office("mark_lease", roll, f"device:{market.leader.device_id}",
                         {**state, "returned": [{"first": 19, "last": 20}]})  # fmt: skip
    unknown = market.server.new_id()
    taken = market.counts(market.leader, **{roll: 14, unknown: 3})
    assert taken["expected"] == {roll: 15, unknown: None}
    assert taken["difference"] == {roll: -1, unknown: None}


def test_a_stocktake_counts_the_marks_of_its_own_batch(market: Market) -> None:
    roll, id = market.rolls[market.leader.device_id], market.server.new_id()
    market.leader.write("mark", market.id("KD26-0001"), market.scope, "create", parent=market.session,
                        set=market.mark("KD26-0001", lease_id=roll))  # fmt: skip
    market.leader.write("stocktake", id, market.scope, "create", parent=market.session, set={
        "session_id": market.session, "at": "2026-11-24T17:00:00+07:00", "counts": [{"lease_id": roll, "counted": 19}],
        "expected": {roll: 0}})  # fmt: skip
    market.leader.push()
    assert market.server.state("stocktake", id)["difference"] == {roll: 0}
    twice = market.leader.do("stocktake", market.server.new_id(), market.scope, "create", parent=market.session, set={
        "session_id": market.session, "at": "2026-11-24T17:00:00+07:00",
        "counts": [{"lease_id": roll, "counted": 1}, {"lease_id": roll, "counted": 2}]})  # fmt: skip
    assert outcome(twice) == ("quarantined", "malformed")


@given(
    prefix=st.text(st.sampled_from("Ab Đ-/19"), max_size=4), digits=st.integers(1, 8), number=st.integers(0, 10**6),
    below=st.integers(0, 50), above=st.integers(0, 50),
)  # fmt: skip
def test_a_serial_is_of_its_roll_in_any_spelling_and_of_no_other(
    prefix: str, digits: int, number: int, below: int, above: int
) -> None:
    roll = {"prefix": prefix, "digits": digits, "first": max(0, number - below), "last": number + above}
    serial = printed(prefix, number, digits)
    assert number_in(roll, serial) == number_in(roll, f" {serial.lower()} ") == number
    assert number_in({**roll, "first": number + 1}, serial) is None
    assert number_in(roll, serial + "x") is None
    if not serial.startswith("0"):
        assert number_in({**roll, "prefix": ""}, f"0{serial}") is None or prefix[:1] == "0"


USE = st.tuples(st.sampled_from(["leader", "member"]), st.integers(1, 4), st.integers(0, 1), st.sampled_from(
    ["use", "spoil", "void", "again"]))  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(plan=st.lists(USE, max_size=14))
def test_whatever_two_tablets_do_no_use_is_overwritten_or_lost(plan: list[tuple[str, int, int, str]]) -> None:
    market = open_market(Server(validate=validate))
    first: dict[str, dict[str, Any]] = {}
    sent: list[dict[str, Any]] = []
    for who, number, scale, what in plan:
        tablet, serial = getattr(market, who), f"KD26-{number:04d}"
        id = market.id(serial)
        if what == "void":
            tablet.do("mark", id, market.scope, "void", set={"reason": "nhầm"})
            continue
        if what == "again" and sent:
            market.server.push(sent[-1]["_device"], [sent[-1]["raw"]])
            continue
        more = {"fate": "spoiled", "reason": "Rách"} if what == "spoil" else {}
        fields = market.mark(serial, instrument_id=market.scales[scale], **more)
        raw = tablet.write("mark", id, market.scope, "create", parent=market.session, set=fields)
        [result] = tablet.push()
        sent.append({"_device": tablet.device_id, "raw": raw})
        is_same = first.setdefault(id, fields) == fields
        assert (result["code"] == "mark_taken") == (not is_same)
    for id, fields in first.items():
        state = market.server.state("mark", id)
        assert {name: state[name] for name in fields} == fields
    kept = {row.entry.op_id for row in market.server.quarantine} | {e["op_id"] for e in market.server.entries()}
    assert {each["raw"]["op_id"] for each in sent} <= kept


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["lease_id", "counted", "first", "at"]), inner),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["mark", "stocktake", "payment", "verification_session", "inspection"]), data=st.data(),
    roll=st.dictionaries(st.sampled_from(["prefix", "digits", "first", "last", "returned", "organisation_id", "kind"]), JSON),
)  # fmt: skip
def test_any_content_under_a_right_parent_is_an_expected_refusal_or_taken(
    kind: str, roll: dict[str, Any], data: st.DataObject
) -> None:
    market = open_market(Server())  # nobody checks shapes: the rules have to stand alone
    lease = market.rolls[market.leader.device_id]
    known = market.server.documents["mark_lease", lease].state
    market.server.office("mark_lease", lease, f"device:{market.leader.device_id}", {**known, **roll})
    names = [
        "kind",
        "serial",
        "lease_id",
        "fate",
        "counts",
        "inspection_id",
        "environment",
        "received",
        "handed_back",
        "at",
    ]
    said = {"serial": "KD26-0001", "lease_id": lease, "kind": "sticker", "counts": [{"lease_id": lease, "counted": 3}],
            **data.draw(st.dictionaries(st.sampled_from(names), JSON, max_size=4))}  # fmt: skip
    parent = {"payment": market.slip, "verification_session": market.campaign, "inspection": market.campaign}
    under = parent.get(kind, market.session)
    id = market.slip if kind == "inspection" else market.id("KD26-0001")
    type = "patch" if kind == "inspection" else "create"
    for tablet in (market.leader, market.member):
        result = tablet.do(kind, id, market.scope, type, parent=under, set=dict(said))
        assert result["code"] != "internal", result
