"""Laws of a batch by generated operations: replay (I3), clocks (I6), poison (I9), groups, never an exception."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sync.batch import DeviceGap
from sync.operations import digest
from tests.sync.tablet import Station, Tablet, open_station

ITEMS = ("FU01", "FU02")
POISON: list[Any] = [
    None, 5, "x", [], {"set": {}}, {"kind": "finding"}, {"op_id": "\ud800", "set": {"a": 1e300}},
    {"kind": "minutes", "type": "create", "set": {"number": "NaN", "canonical": "{"}},
]  # fmt: skip

edits = st.fixed_dictionaries(
    {
        "item": st.sampled_from(ITEMS),
        "type": st.sampled_from(["create", "create", "patch", "patch", "delete", "void"]),
        "set": st.dictionaries(st.sampled_from(["answer", "note", "photo_ids"]), st.sampled_from(["a", "b", ["p"], None]), max_size=2),
        "base": st.dictionaries(st.sampled_from(["answer", "note"]), st.sampled_from(["a", "b", None]), max_size=2),
        "base_rev": st.sampled_from([None, 1, 2]),
        "group": st.sampled_from([None, None, None, "g"]),
    }
)  # fmt: skip


def write(station: Station, tablet: Tablet, edit: dict[str, Any]) -> dict[str, Any]:
    """Make the operation of a generated edit."""
    item = edit["item"]
    fields = station.fields(item, **edit["set"]) if edit["type"] == "create" else dict(edit["set"])
    if edit["type"] == "void":
        fields = {"reason": "Nhầm"}
    return tablet.op("finding", station.answer(item), station.scope, edit["type"], parent=station.inspection, set=fields,
                     base=edit["base"], base_rev=edit["base_rev"], group=edit["group"])  # fmt: skip


def comparable(results: list[dict[str, Any]]) -> list[Any]:
    """Results without what counts entries."""
    return [{k: v for k, v in r.items() if k not in {"seq", "replay"}} for r in results]


def begun() -> Station:
    """A station whose inspection is in progress and has one answer of the leader."""
    station = open_station()
    station.starts()
    station.record(station.leader, "FU01", answer="a")
    station.leader.push()
    return station


@given(st.lists(edits, max_size=6))
def test_replay_answers_the_same_and_changes_nothing(plan: list[dict[str, Any]]) -> None:
    station = begun()
    batch = [write(station, station.member, edit) for edit in plan]
    first = station.server.push(station.member.device_id, copy.deepcopy(batch))
    before = copy.deepcopy((station.server.documents, station.server.journal, len(station.server.quarantine)))
    again = station.server.push(station.member.device_id, copy.deepcopy(batch))
    assert again == [{**result, "replay": True} for result in first]
    assert (station.server.documents, station.server.journal, len(station.server.quarantine)) == before
    ids = [e["op_id"] for e in station.server.entries() if e["op_id"]]
    assert len(ids) == len(set(ids)), "no op_id twice in the journal (I3)"


@given(st.lists(edits, max_size=6), st.integers(0, 6))
def test_a_batch_cut_anywhere_ends_as_the_whole(plan: list[dict[str, Any]], cut: int) -> None:
    whole, parts = begun(), begun()
    plan = [{**edit, "group": None} for edit in plan]
    batch = [write(whole, whole.member, edit) for edit in plan]
    # What comes before its own document is judged at the end of its batch (protocol), so there the cut does matter.
    assume(not any(late["id"] == early["id"] and late["type"] == "create" != early["type"]
                   for n, early in enumerate(batch) for late in batch[n + 1 :]))  # fmt: skip
    one = whole.server.push(whole.member.device_id, batch)
    two = parts.server.push(parts.member.device_id, batch[:cut])
    two += parts.server.push(parts.member.device_id, batch[cut:])
    if all(result["status"] != "held" for result in two):
        assert comparable(one) == comparable(two)
    states = [{k: (d.rev, d.state) for k, d in s.server.documents.items() if k[0] == "finding"} for s in (whole, parts)]
    assert states[0] == states[1]


@given(st.lists(edits, min_size=1, max_size=5), st.integers(0, 5), st.sampled_from(POISON))
def test_poison_spoils_only_itself(plan: list[dict[str, Any]], place: int, poison: Any) -> None:
    clean, spoiled = begun(), begun()
    place = min(place, len(plan))
    batch = [write(clean, clean.member, edit) for edit in plan]
    spoilt = copy.deepcopy(batch)
    for raw in spoilt[place:]:
        raw["device_seq"] += 1
    spoilt.insert(place, poison)
    one = clean.server.push(clean.member.device_id, batch)
    two = spoiled.server.push(spoiled.member.device_id, spoilt)
    assert two[place]["status"] == "quarantined"
    assert comparable(one) == comparable(two[:place] + two[place + 1 :])


@given(st.lists(edits, max_size=6), st.lists(st.one_of(st.none(), st.sampled_from(
    ["1970-01-01T00:00:00+00:00", "2099-12-31T23:59:59+07:00", "hôm qua", "2026-11-24T14:00:00+07:00"])), min_size=6, max_size=6))  # fmt: skip
def test_clocks_change_no_document_and_no_order(plan: list[dict[str, Any]], times: list[str | None]) -> None:
    true, false = begun(), begun()
    batch = [write(true, true.member, edit) for edit in plan]
    skewed = [{**raw, "at": at, "clock": None} for raw, at in zip(batch, times, strict=False)]
    one = true.server.push(true.member.device_id, batch)
    two = false.server.push(false.member.device_id, skewed)
    assert one == two
    assert true.server.documents == false.server.documents
    order = [[(e["scope"], e["seq"], e["op_id"]) for e in s.server.entries()] for s in (true, false)]
    assert order[0] == order[1]


@given(st.lists(edits, max_size=8))
def test_a_group_is_applied_whole_or_not_at_all(plan: list[dict[str, Any]]) -> None:
    station = begun()
    batch = [write(station, station.member, edit) for edit in plan]
    results = station.server.push(station.member.device_id, batch)
    kept = {r["status"] in {"applied", "merged"} for r, raw in zip(results, batch, strict=True) if raw["group"]}
    assert len(kept) <= 1
    journalled = {e["op_id"] for e in station.server.entries()}
    for result in results:
        assert (result["op_id"] in journalled) == (result["status"] in {"applied", "merged"})
        assert (result["current"] is None) == (result["status"] == "applied")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["kind", "type", "scope", "set", "base", "base_rev", "parent", "group", "at", "clock", "checklist", "id"]
KINDS = [
    "finding",
    "photo",
    "inspection",
    "establishment",
    "instrument",
    "minutes",
    "signature",
    "requirement",
    "measure",
    "verification_session",
    "mark",
    "stocktake",
    "payment",
]
TYPES = ["create", "patch", "append", "delete", "void", "resolve"]


@settings(max_examples=300)
@given(st.lists(st.one_of(json_values, st.tuples(
    st.sampled_from(KINDS), st.sampled_from(TYPES), st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=2),
    st.dictionaries(st.sampled_from(["status", "values", "rows", "photo_ids", "field", "value", "op_ids", "visits", "series",
                                     "number", "canonical", "area_code", "reason", "checklists", "ordinal", "serial", "lease_id", "counts", "handling", "received"]),
                    json_values, max_size=4))), max_size=4))  # fmt: skip
def test_any_json_gets_one_result_each_and_never_an_exception(plan: list[Any]) -> None:
    station = begun()
    ids = {"inspection": station.inspection, "establishment": station.establishment, "instrument": station.instrument}
    batch = []
    for each in plan:
        if not isinstance(each, tuple):
            batch.append(each)
            station.member.seq += 1
            continue
        kind, type, change, fields = each
        scope = station.area if kind in {"establishment", "instrument"} else station.scope
        id = ids.get(kind, station.answer())
        batch.append({**station.member.op(kind, id, scope, type, set=fields), **change})
    try:
        outcome = station.member.judge(*batch)
    except DeviceGap:
        return
    assert len(outcome.results) == len(batch)
    internal = [r for r in outcome.results if r["code"] == "internal"]
    assert internal == [], "arbitrary JSON is an expected refusal, not a fault of ours"
    json.dumps(outcome.results)
    kept = [c.digest for c in outcome.changes if c.op_id] + [q.digest for q in outcome.quarantine]
    replays = [r for r in outcome.results if r["replay"]]
    assert len(kept) + len(replays) == len(batch)
    assert {digest(raw) for raw in batch} >= set(kept)
