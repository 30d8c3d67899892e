"""Minutes pushed by tablets: paper wins, numbers, forks, freezing, amendment, the return loop."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sync import seal
from sync.findings import fingerprint
from sync.inspection import ReviewItem, review
from sync.world import NumberState
from tests.sync.tablet import Station, Tablet, open_station


@pytest.fixture
def station() -> Station:
    """An inspection in progress with one answer; the leader holds numbers 101 to 150."""
    found = open_station()
    found.starts()
    found.server.lease(found.leader.device_id, 101, 150)
    found.record(found.member, "FU01", answer="conforming")
    found.record(found.member, "FU10", subject=found.instrument, answer="nonconforming", photo_ids=["p"])
    found.member.push()
    return found


def outcome(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["status"], result["code"]


def issue(station: Station, tablet: Tablet, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    id = station.server.new_id()
    result = tablet.do("minutes", id, station.scope, "create", parent=station.inspection, set=fields)
    return id, result


def test_closing_minutes_issue_the_inspection_and_take_their_number(station: Station) -> None:
    id, result = issue(station, station.leader, station.paper(station.leader, 101))
    assert outcome(result) == ("applied", None)
    state = station.server.state("minutes", id)
    assert (state["status"], state["diverged"], state["warnings"]) == ("issued", [], [])
    assert station.server.state("inspection", station.inspection)["status"] == "issued"
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (id, "issued")
    assert result["seq"] == next(e["seq"] for e in station.server.entries() if e["id"] == id)
    followed = [e for e in station.server.entries() if e["id"] == station.inspection][-1]
    assert (followed["op_id"], followed["device"], followed["actor"]) == (None, None, "system")


def test_the_canonical_text_is_kept_byte_for_byte(station: Station) -> None:
    fields = station.paper(station.leader, 101)
    id, _ = issue(station, station.leader, fields)
    assert station.server.state("minutes", id)["canonical"] == fields["canonical"]


def test_what_differs_and_what_is_missing_is_shown_never_refused(station: Station) -> None:
    nozzle = station.answer("FU10", subject=station.instrument)
    printed = [{"id": nozzle, "sha256": "0" * 64}]
    id, result = issue(station, station.leader, station.paper(station.leader, 101, findings=printed))
    assert outcome(result) == ("applied", None)
    state = station.server.state("minutes", id)
    assert set(state["diverged"]) == {nozzle, station.answer()}


def test_a_required_item_without_an_answer_is_a_warning() -> None:
    station = open_station()
    station.starts()
    station.server.lease(station.leader.device_id, 1, 5)
    id, _ = issue(station, station.leader, station.paper(station.leader, 1))
    warnings = station.server.state("minutes", id)["warnings"]
    assert [(w["code"], w["item"], w["subject_id"]) for w in warnings] == [
        ("missing_answer", "FU01", None), ("missing_answer", "FU10", station.instrument)]  # fmt: skip


@pytest.mark.parametrize(
    ("issued_at", "offset_ms", "codes"),
    [
        ("2026-11-24T15:00:00+07:00", 4 * 60_000, []),
        ("2026-11-24T15:00:00+07:00", 6 * 60_000, ["clock_skewed"]),
        ("2021-11-25T15:00:00+07:00", 157_680_000_000, ["clock_skewed", "other_year"]),
        ("2026-11-25T15:00:00+07:00", None, ["clock_ahead"]),
        ("2025-12-31T17:00:00+00:00", None, []),  # New Year already here
        ("2099-12-31T23:59:59+00:00", None, ["clock_ahead", "other_year"]),
        ("1970-01-01T00:00:01+00:00", 0, ["other_year"]),
    ],
)
def test_a_wrong_clock_is_said_on_the_minutes(
    station: Station, issued_at: str, offset_ms: int | None, codes: list[str]
) -> None:
    """Acceptance 19: the printed time is never used for a legal deadline unflagged."""
    clock = None if offset_ms is None else {"boot": "b", "mono_ms": 1, "offset_ms": offset_ms, "offset_age_s": 60}
    fields = station.paper(station.leader, 101, issued_at=issued_at)
    id = station.server.new_id()
    station.leader.write("minutes", id, station.scope, "create", parent=station.inspection, set=fields, clock=clock)
    station.leader.push()
    state = station.server.state("minutes", id)
    assert (state["status"], [warning["code"] for warning in state["warnings"]]) == ("issued", codes)


@pytest.mark.parametrize("field", ["series", "year", "number", "canonical", "issued_at", "cose"])
def test_one_changed_field_breaks_the_seal(station: Station, field: str) -> None:
    fields = station.paper(station.leader, 101)
    other = {"series": "BB-X", "year": 2025, "number": 102, "canonical": fields["canonical"].replace("form", "farm"),
             "issued_at": "2026-11-24T15:00:01+07:00", "cose": fields["cose"][:-6] + "AAAAAA"}[field]  # fmt: skip
    id, result = issue(station, station.leader, {**fields, field: other})
    assert outcome(result) == ("quarantined", "bad_signature")
    assert station.server.get("minutes", id) is None
    assert station.server.state("inspection", station.inspection)["status"] == "in_progress"


def test_a_bad_signature_shows_its_number_and_does_not_take_it(station: Station) -> None:
    fields = station.paper(station.leader, 101)
    bad, _ = issue(station, station.leader, {**fields, "cose": fields["cose"][:-6] + "AAAAAA"})
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (bad, "quarantined")
    good, result = issue(station, station.leader, fields)
    assert outcome(result) == ("applied", None)
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (good, "issued")


def test_a_seal_of_another_key_or_establishment_is_refused(station: Station) -> None:
    forged = station.paper(station.member, 101)
    assert outcome(issue(station, station.leader, forged)[1]) == ("quarantined", "bad_signature")
    elsewhere = open_station(station.server)
    foreign = {**elsewhere.paper(station.leader, 101), "inspection_id": station.inspection}
    assert outcome(issue(station, station.leader, foreign)[1]) == ("quarantined", "bad_signature")


@pytest.mark.parametrize(
    "change",
    [{"canonical": "{"}, {"canonical": "[]"}, {"canonical": None}, {"number": 0}, {"number": 10**9}, {"year": "2026"},
     {"series": None}, {"issued_at": "hôm qua"}, {"cose": 5}],
)  # fmt: skip
def test_malformed_minutes_are_kept_aside(station: Station, change: dict[str, Any]) -> None:
    _, result = issue(station, station.leader, {**station.paper(station.leader, 101), **change})
    assert result["status"] == "quarantined"
    assert result["code"] in {"malformed", "bad_signature"}


def test_only_a_leader_issues(station: Station) -> None:
    _, result = issue(station, station.member, station.paper(station.member, 101))
    assert outcome(result) == ("quarantined", "not_leader")


def test_a_leader_replaced_while_offline_keeps_his_paper_with_a_warning(station: Station) -> None:
    station.server.change_device(station.leader.device_id, led_campaigns=frozenset())
    id, result = issue(station, station.leader, station.paper(station.leader, 101))
    assert outcome(result) == ("applied", None)
    assert [w["code"] for w in station.server.state("minutes", id)["warnings"]] == ["not_leader"]


@pytest.mark.parametrize("number", [100, 151])
def test_a_number_outside_the_lease_is_conflicting(station: Station, number: int) -> None:
    id, result = issue(station, station.leader, station.paper(station.leader, number))
    assert outcome(result) == ("applied", None)
    assert station.server.state("minutes", id)["status"] == "conflicting"
    assert station.server.state("inspection", station.inspection)["status"] == "in_progress"


def test_a_number_taken_twice_keeps_both_papers_and_one_valid(station: Station) -> None:
    first, _ = issue(station, station.leader, station.paper(station.leader, 101, form="working", closes=False))
    second, _ = issue(station, station.leader, station.paper(station.leader, 101))
    assert station.server.state("minutes", first)["status"] == "issued"
    assert station.server.state("minutes", second)["status"] == "conflicting"
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (first, "issued")


def test_a_number_taken_twice_in_one_batch(station: Station) -> None:
    ids = [station.server.new_id(), station.server.new_id()]
    for id in ids:
        fields = station.paper(station.leader, 101, form="working", closes=False)
        station.leader.write("minutes", id, station.scope, "create", parent=station.inspection, set=fields)
    station.leader.push()
    assert [station.server.state("minutes", id)["status"] for id in ids] == ["issued", "conflicting"]


def test_a_void_number_does_not_come_back(station: Station) -> None:
    station.server.numbers["BB-ĐKT", 2026, 101] = ("", "void")
    id, _ = issue(station, station.leader, station.paper(station.leader, 101))
    assert station.server.state("minutes", id)["status"] == "conflicting"


def test_a_clone_cannot_have_two_valid_papers(station: Station) -> None:
    """Scenario 8: both papers are kept, one number is shown as conflicting, issuing stops."""
    seq = station.leader.seq
    first, _ = issue(station, station.leader, station.paper(station.leader, 101))
    clone = Tablet(station.server, station.leader.device_id, seq=seq)
    fields = station.paper(clone, 101, issued_at="2026-11-24T15:30:00+07:00")
    second = station.server.new_id()
    raw = clone.op("minutes", second, station.scope, "create", parent=station.inspection, set=fields)
    found = clone.judge(raw)
    assert [(u.minutes_id, u.status) for u in found.numbers] == [(second, "conflicting")]
    [result] = station.server.push(clone.device_id, [raw])
    assert outcome(result) == ("quarantined", "device_fork")
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (first, "issued")
    assert station.server.devices[clone.device_id].stopped


def test_a_stopped_device_waits_for_review_and_is_then_issued(station: Station) -> None:
    station.server.change_device(station.leader.device_id, stopped=True)
    id, result = issue(station, station.leader, station.paper(station.leader, 101))
    assert outcome(result) == ("held", "issuing_stopped")
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (id, "quarantined")
    [row] = station.server.quarantine
    station.server.release(row.id)
    assert station.server.state("minutes", id)["status"] == "issued"
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (id, "issued")


# -- freezing


def test_working_minutes_freeze_the_findings_that_they_list(station: Station) -> None:
    issue(station, station.leader, station.paper(station.leader, 101, form="working", closes=False))
    listed = station.member.do("finding", station.answer(), station.scope, set={"note": "muộn"}, base={"note": None})
    assert outcome(listed) == ("held", "after-issue")
    assert listed["current"]["state"]["answer"] == "conforming"
    station.record(station.member, "FU02", note="mới")
    assert station.member.push()[-1]["status"] == "applied"


def test_after_closing_minutes_only_what_the_protocol_names_is_open(station: Station) -> None:
    minutes, _ = issue(station, station.leader, station.paper(station.leader, 101))
    before = dict(station.server.state("minutes", minutes))
    at, scope, member = station.inspection, station.scope, station.member

    def sent(kind: str, op_type: str, /, **fields: Any) -> tuple[str, str | None]:
        return outcome(member.do(kind, station.server.new_id(), scope, op_type, parent=at, set=fields))

    assert sent("signature", "append", role="representative", outcome="ink") == ("applied", None)
    assert sent("photo", "append", purpose="signed_paper") == ("applied", None)
    assert sent("requirement", "create", text="Dán tem", state="open") == ("applied", None)
    assert sent("measure", "create", type="suspend") == ("applied", None)
    assert sent("photo", "append", purpose="evidence") == ("held", "after-issue")
    station.record(member, "FU02", note="mới")
    assert outcome(member.push()[-1]) == ("held", "after-issue")
    late = member.do("inspection", at, scope, set={"conclusion": "khác"}, base={"conclusion": None})
    assert outcome(late) == ("held", "after-issue")
    held = [r for r in station.server.quarantine if r.state == "held"]
    assert [r.entry.parent for r in held] == [None] * 3, "a person decides, no document will release them"
    assert station.server.state("minutes", minutes) == before, "I12"


def test_the_correction_loop(station: Station) -> None:
    """Scenario 17: only the returned item opens, amendment minutes cite the first, the original says amended."""
    first, _ = issue(station, station.leader, station.paper(station.leader, 101))
    nozzle = station.answer("FU10", subject=station.instrument)
    state = station.server.state("inspection", station.inspection)
    returned = review(state, "returned", role="supervisor", items=[ReviewItem(nozzle, "Ghi lại số tem")])
    station.server.office("inspection", station.inspection, station.scope, returned)
    ok = station.member.do("finding", nozzle, station.scope, set={"note": "tem số 5"}, base={"note": None})
    assert outcome(ok) == ("applied", None)
    other = station.member.do("finding", station.answer(), station.scope, set={"note": "x"}, base={"note": None})
    assert outcome(other) == ("held", "after-issue")
    fields = station.paper(station.leader, 102, form="amendment", amends=first)
    second, result = issue(station, station.leader, fields)
    assert outcome(result) == ("applied", None)
    assert station.server.state("minutes", second)["warnings"] == []
    assert station.server.state("minutes", first)["status"] == "amended"
    assert station.server.state("inspection", station.inspection)["status"] == "issued"
    again = station.member.do("finding", nozzle, station.scope, set={"note": "y"}, base={"note": "tem số 5"})
    assert outcome(again) == ("held", "after-issue")


def test_a_return_opens_what_the_amendment_says_of_the_whole(station: Station) -> None:
    """The amendment concludes anew; nothing else of the inspection opens, and the first minutes keep their words."""
    first, _ = issue(station, station.leader, station.paper(station.leader, 101))
    says = {"conclusion": "Đã đo lại vòi số 2: đạt", "establishment_statement": "Nhất trí"}

    def writes(set: dict[str, Any]) -> tuple[str, str | None]:
        base = {name: station.server.state("inspection", station.inspection).get(name) for name in set}
        return outcome(station.leader.do("inspection", station.inspection, station.scope, set=set, base=base))

    assert writes(says) == ("held", "after-issue")
    state = station.server.state("inspection", station.inspection)
    returned = review(state, "returned", role="supervisor", remark="Kết luận lại")
    station.server.office("inspection", station.inspection, station.scope, returned)
    before = station.server.state("minutes", first)
    assert writes({**says, "planned_on": "2026-12-01"}) == ("held", "after-issue")
    assert writes(says) == ("applied", None)
    assert station.server.state("inspection", station.inspection)["conclusion"] == says["conclusion"]
    assert station.server.state("minutes", first) == before, "I12"


def test_amendment_minutes_wait_for_the_first(station: Station) -> None:
    first = station.server.new_id()
    _, result = issue(station, station.leader, station.paper(station.leader, 102, form="amendment", amends=first))
    assert outcome(result) == ("held", "held_parent")
    fields = station.paper(station.leader, 101)
    station.leader.do("minutes", first, station.scope, "create", parent=station.inspection, set=fields)
    assert station.server.state("minutes", first)["status"] == "amended"


def test_minutes_are_create_only(station: Station) -> None:
    id, _ = issue(station, station.leader, station.paper(station.leader, 101))
    for type in ("patch", "delete", "resolve"):
        result = station.leader.do("minutes", id, station.scope, type, set={"reason": "r"}, base_rev=1)
        assert outcome(result) == ("quarantined", "bad_type")
    same = station.leader.outbox[-4]["set"]
    again = station.leader.do("minutes", id, station.scope, "create", parent=station.inspection, set=same)
    assert outcome(again) == ("merged", None)
    other = station.leader.do("minutes", id, station.scope, "create", parent=station.inspection,
                              set=station.paper(station.leader, 103))  # fmt: skip
    assert outcome(other) == ("quarantined", "exists")


def test_fingerprint_covers_what_the_inspector_entered_and_nothing_else() -> None:
    state = {"answer": "conforming", "note": "", "values": {"a": "1"}, "photo_ids": ["b", "a"]}
    assert fingerprint(state) == fingerprint({**state, "photo_ids": ["a", "b"], "computed": {"verdict": "pass"}})
    assert fingerprint({}) == fingerprint({"answer": None, "note": "", "values": {}, "rows": [], "photo_ids": []})
    for name, value in {
        "answer": "nonconforming",
        "note": "x",
        "values": {"a": "2"},
        "rows": [{}],
        "photo_ids": [],
    }.items():
        assert fingerprint({**state, name: value}) != fingerprint(state)


def test_the_cose_text_is_unpadded_base64url(station: Station) -> None:
    fields = station.paper(station.leader, 101)
    padded = base64.urlsafe_b64decode(fields["cose"] + "=" * (-len(fields["cose"]) % 4))
    assert seal.peek(padded).number == 101


def test_a_number_that_a_restored_server_forgot_is_the_signer_s(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease was granted after the backup: the signed paper is the word for it, and is shown as such."""
    forgotten = NumberState(None, None, None, None, None, forgotten=True)
    known = station.server.number_state
    monkeypatch.setattr(station.server, "number_state", lambda s, y, n: forgotten if n == 160 else known(s, y, n))
    id, result = issue(station, station.leader, station.paper(station.leader, 160))
    assert outcome(result) == ("applied", None)
    state = station.server.state("minutes", id)
    assert (state["status"], [w["code"] for w in state["warnings"]][:1]) == ("issued", ["lease_forgotten"])


def test_its_issuer_voids_a_spoiled_print_and_the_number_stays_spent(station: Station) -> None:
    id, _ = issue(station, station.leader, station.paper(station.leader, 101))
    canonical = station.server.state("minutes", id)["canonical"]
    refused = station.leader.do("minutes", id, station.scope, "void", set={"reason": " "}, base_rev=1)
    assert outcome(refused) == ("quarantined", "missing_reason")
    assert outcome(station.member.do("minutes", id, station.scope, "void", set={"reason": "In hỏng"})) == (
        "quarantined", "not_creator")  # fmt: skip
    assert outcome(station.leader.do("minutes", id, station.scope, "void", set={"reason": "In hỏng"})) == (
        "applied",
        None,
    )
    state = station.server.state("minutes", id)
    assert (state["status"], state["voided"]["reason"], state["canonical"]) == ("void", "In hỏng", canonical)
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (id, "void")
    _, again = issue(station, station.leader, station.paper(station.leader, 101))
    assert again["status"] == "applied"
    assert station.server.numbers["BB-ĐKT", 2026, 101] == (id, "void")


def test_a_void_amendment_leaves_the_first_in_force(station: Station) -> None:
    first, _ = issue(station, station.leader, station.paper(station.leader, 101))
    second, _ = issue(station, station.leader, station.paper(station.leader, 102, amends=first, form="amendment"))
    assert station.server.state("minutes", first)["status"] == "amended"
    station.leader.do("minutes", second, station.scope, "void", set={"reason": "Ghi nhầm"})
    assert station.server.state("minutes", first)["status"] == "issued"


def test_what_is_signed_on_paper_is_voided_by_a_supervisor_only(station: Station) -> None:
    id, _ = issue(station, station.leader, station.paper(station.leader, 101))
    photo = {"inspection_id": station.inspection, "purpose": "signed_paper", "sha256": "0" * 64, "finding_id": None}
    assert outcome(station.leader.do("photo", station.server.new_id(), station.scope, "create", parent=station.inspection,
                                     set=photo)) == ("applied", None)  # fmt: skip
    result = station.leader.do("minutes", id, station.scope, "void", set={"reason": "Ghi nhầm"})
    assert outcome(result) == ("held", "after-issue")
    assert station.server.state("minutes", id)["status"] == "issued"


def test_a_conditional_item_is_missing_where_its_condition_holds() -> None:
    station = open_station()
    station.starts()
    station.server.lease(station.leader.device_id, 1, 5)
    station.record(station.leader, "FU01", answer="nonconforming")
    id, _ = issue(station, station.leader, station.paper(station.leader, 1))
    assert "FU03" in [w["item"] for w in station.server.state("minutes", id)["warnings"]]
