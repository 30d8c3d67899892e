"""Ids, leases, clocks, the inspection's machine, and the reading of single operations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.clock import judge_clock
from sync.ids import answer_id, is_uuid, uuid7
from sync.inspection import MINUTES, ReviewItem, Status, StepRefused, is_frozen, issue, review, step
from sync.lease import Lease
from sync.operations import digest, parse
from sync.refusals import DETAILS, Refusal

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_uuid7_is_a_uuid_of_version_7_in_order_of_time() -> None:
    ids = [uuid7(1_700_000_000_000 + n) for n in range(50)]
    assert ids == sorted(ids)
    assert {(UUID(i).version, UUID(i).variant) for i in ids} == {(7, "specified in RFC 4122")}
    assert len({uuid7(0) for _ in range(50)}) == 50


def test_an_answer_id_is_the_uuid5_of_the_protocol() -> None:
    for moment in range(64):  # enough for each of the sixteen digits that the variant replaces
        inspection = uuid7(moment)
        name = f"fuel-dispenser/FU01|-|{moment}"
        assert answer_id(inspection, "fuel-dispenser", "FU01", None, moment) == str(uuid5(UUID(inspection), name))
    assert answer_id(inspection, "a", "b", "c", 1) != answer_id(inspection, "a", "b", "c", 2)


@pytest.mark.parametrize("text", ["", "x", 5, None, "0190A000-0000-7000-8000-000000000001", "{01900000-0000-7000-8000-000000000001}",
                                  "01900000000070008000000000000001", "01900000-0000-7000-8000-000000000001\n"])  # fmt: skip
def test_ids_have_one_spelling(text: object) -> None:
    assert not is_uuid(text)


def test_a_lease_counts_its_numbers() -> None:
    lease = Lease("BB-ĐKT", 2026, 101, 103)
    assert lease.next({101}) == 102
    assert lease.next({101, 102, 103}) is None
    assert lease.remaining({102, 500}) == 2
    assert lease.give_back({101}) == [102, 103]
    assert [lease.contains("BB-ĐKT", 2026, n) for n in (100, 101, 103, 104)] == [False, True, True, False]
    assert not lease.contains("BB-ĐKT", 2027, 101)
    assert lease.overlaps(Lease("BB-ĐKT", 2026, 103, 110))
    assert not lease.overlaps(Lease("BB-ĐKT", 2026, 104, 110))
    assert not lease.overlaps(Lease("BB-X", 2026, 101, 103))
    with pytest.raises(ValueError, match="lease"):
        Lease("BB-ĐKT", 2026, 5, 3)


@pytest.mark.parametrize(
    ("at", "clock", "flags"),
    [
        ("2026-11-24T14:59:00+07:00", {"offset_ms": -1200, "offset_age_s": 86400}, ()),
        ("2026-11-24T14:59:00+07:00", None, ("unproven",)),
        ("2026-11-24T14:59:00+07:00", {"offset_ms": -1200, "offset_age_s": 86400 * 30}, ("unproven",)),
        ("2021-11-24T14:59:00+07:00", {"offset_ms": 157766400000, "offset_age_s": 60}, ("skewed",)),
        ("2021-11-24T14:59:00+07:00", None, ("unproven", "too_old")),
        ("2031-11-24T14:59:00+07:00", None, ("unproven", "future")),
        ("hôm qua", None, ("no_time",)),
        ("2026-11-24T14:59:00", {"offset_ms": 0, "offset_age_s": 0}, ("no_time",)),
        (None, {"offset_ms": "x"}, ("no_time",)),
        ("9999-12-31T23:59:59+00:00", {"offset_ms": 10**12, "offset_age_s": 0}, ("skewed", "future")),
    ],
)
def test_clock_evidence_flags_what_cannot_be_trusted(at: str, clock: dict[str, Any], flags: tuple[str, ...]) -> None:
    found = judge_clock(at, clock, NOW)
    assert found.flags == flags
    assert found.trusted is (not flags)


def test_the_skew_is_shown_and_corrects_the_time() -> None:
    found = judge_clock("2021-11-24T08:00:00+00:00", {"offset_ms": 60_000, "offset_age_s": 60}, NOW)
    assert found.skew_ms == 60_000
    assert found.corrected is not None
    assert found.claimed is not None
    assert found.corrected - found.claimed == timedelta(minutes=1)


@given(json_values, json_values)
def test_clock_evidence_never_raises(at: Any, clock: Any) -> None:
    judge_clock(at, clock, NOW)


STEPS = {
    ("planned", "in_progress"): "team", ("planned", "not_carried_out"): "team", ("issued", "returned"): "supervisor",
    ("issued", "approved"): "supervisor", ("in_progress", "issued"): MINUTES, ("returned", "issued"): MINUTES,
}  # fmt: skip


@pytest.mark.parametrize(("status", "wanted"), list(product(list(Status), repeat=2)))
def test_every_step_of_the_machine(status: str, wanted: str) -> None:
    for role in ("inspector", "team_leader", "supervisor", "admin", "clerk", MINUTES):
        who = STEPS.get((status, wanted))
        allowed = who == role or (who == "supervisor" and role == "admin") or (who == "team" and role != MINUTES)
        if allowed:
            assert step(status, wanted, role) == wanted
        else:
            with pytest.raises(StepRefused):
                step(status, wanted, role)


def test_paper_issues_whatever_the_server_thought() -> None:
    assert {s.value: issue(s) for s in Status} == {
        "planned": ("issued", False), "in_progress": ("issued", True), "issued": ("issued", False),
        "returned": ("issued", True), "approved": ("approved", False), "not_carried_out": ("issued", False)}  # fmt: skip


def test_a_review_returns_with_a_reason_or_approves() -> None:
    state = {"status": "issued", "conclusion": "Đạt"}
    found = review(state, "returned", role="supervisor", items=[ReviewItem("f", "Thiếu ảnh tem")])
    assert found["status"] == "returned"
    assert found["review"] == {
        "decision": "returned",
        "remark": "",
        "items": [{"finding_id": "f", "remark": "Thiếu ảnh tem"}],
    }
    assert review(state, "approved", role="admin")["status"] == "approved"
    with pytest.raises(Refusal) as bare:
        review(state, "returned", role="supervisor", items=[ReviewItem("f", " ")])
    assert bare.value.code == "missing_reason"
    for role, status in (("inspector", "issued"), ("supervisor", "approved")):
        with pytest.raises(StepRefused):
            review({"status": status}, "approved", role=role)


@pytest.mark.parametrize("review_", [None, {}, {"items": None}, {"items": ["x", {}]}])
def test_a_return_that_names_nothing_opens_nothing(review_: Any) -> None:
    assert is_frozen({"status": "returned", "review": review_}, "finding", "f", {}, ())


@pytest.mark.parametrize("status", ["issued", "returned", "approved"])
@pytest.mark.parametrize(("written", "opens"), [
    ({"conclusion"}, True), ({"conclusion", "establishment_statement"}, True), ({"conclusion", "visits"}, False),
    ({"status"}, False), (set(), False),
])  # fmt: skip
def test_only_a_return_opens_the_words_of_an_inspection(status: str, written: set[str], opens: bool) -> None:
    frozen = is_frozen({"status": status}, "inspection", "i", dict.fromkeys(written, "x"), ())
    assert frozen is not (opens and status == "returned")


@given(json_values)
def test_a_digest_never_fails_and_tells_values_apart(value: Any) -> None:
    assert len(digest(value)) == 64
    assert digest([value]) != digest([value, None])


def test_a_digest_ignores_only_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": "ế"}) == digest({"b": "ế", "a": 1})
    assert digest({"a": "ế"}) != digest({"a": "e\u0302\u0301"})
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert digest(deep) != digest([deep])


@given(json_values | st.dictionaries(st.sampled_from(["op_id", "device_seq", "kind", "id", "type", "scope", "set", "base",
                                                      "group", "at", "clock", "base_rev", "checklist", "parent"]), json_values))  # fmt: skip
def test_reading_an_operation_refuses_and_never_fails(raw: Any) -> None:
    with pytest.raises(Refusal) as refused:
        parse(raw)
    assert refused.value.code in DETAILS
