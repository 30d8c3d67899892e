"""Samples: merged in the field, frozen by their minutes, with a custody that only grows and goes on after issue."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import samples, seal
from tests.sync.tablet import Station, Tablet, open_station

PORTIONS: dict[str, dict[str, Any]] = {
    "1": {"purpose": "test", "quantity": "1", "unit": "L", "seals": ["NP-0101"], "holder": "Sở KH&CN"},
    "2": {"purpose": "retained_site", "quantity": "1000", "unit": "mL", "seals": ["NP-0102"], "holder": "Cửa hàng"},
}
TAKEN: dict[str, Any] = {
    "product": "Xăng RON 95-III", "quantity": "3", "unit": "L", "taken_at": "2026-11-24T09:00:00+07:00",
    "portions": PORTIONS,
}  # fmt: skip
TAKING = {"type": "taken", "at": "2026-11-24T09:00:00+07:00"}
SENDING = {"type": "handed_over", "at": "2026-11-25T08:00:00+07:00", "to": "Trung tâm 1", "document": "05/PGM"}


@pytest.fixture
def station() -> Station:
    """A station with an inspection in progress, its leader's tablet with numbers."""
    found = open_station()
    found.starts()
    found.server.lease(found.leader.device_id, 101, 150)
    return found


def outcome(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["status"], result["code"]


def takes(station: Station, tablet: Tablet | None = None, **more: Any) -> str:
    """Take a sample; returns its id."""
    id = station.server.new_id()
    result = (tablet or station.leader).do("sample", id, station.scope, "create", parent=station.inspection,
                                           set={"inspection_id": station.inspection, **TAKEN, **more})  # fmt: skip
    assert outcome(result) == ("applied", None), result
    return id


def issues(station: Station, number: int, *ids: str, closes: bool = False, form: str = "sampling") -> str:
    """Issue minutes that list these samples as the server holds them; returns their id."""
    listed = [{"id": id, "sha256": samples.fingerprint(station.server.state("sample", id))} for id in ids]
    canonical = seal.canonical_text({"form": form, "findings": [], "samples": listed, "number": {"number": number}})
    at = "2026-11-24T15:00:00+07:00"
    claims = seal.Claims(series="BB-ĐKT", year=2026, number=number, issued_at=int(datetime.fromisoformat(at).timestamp()),
                         sha256=seal.digest(canonical), establishment=station.establishment)  # fmt: skip
    cose = seal.seal(claims, station.server.keys[station.leader.device_id])
    fields = {"inspection_id": station.inspection, "form": form, "closes": closes, "series": "BB-ĐKT", "year": 2026,
              "number": number, "canonical": canonical, "issued_at": at, "amends": None,
              "cose": base64.urlsafe_b64encode(cose).rstrip(b"=").decode()}  # fmt: skip
    id = station.server.new_id()
    result = station.leader.do("minutes", id, station.scope, "create", parent=station.inspection, set=fields)
    assert outcome(result) == ("applied", None), result
    return id


def test_two_inspectors_divide_one_sample_between_them(station: Station) -> None:
    id = takes(station)

    def divides(tablet: Tablet, key: str, **portion: Any) -> dict[str, Any]:
        whole = {**PORTIONS, key: {**PORTIONS.get(key, {}), **portion}}
        return tablet.do("sample", id, station.scope, set={"portions": whole}, base={"portions": PORTIONS})

    divides(station.member, "3", purpose="retained_agency", quantity="0.5", unit="L", seals=["NP-0103"])
    assert divides(station.leader, "1", holder="Trưởng đoàn")["status"] == "applied"
    portions = station.server.state("sample", id)["portions"]
    assert (portions["1"]["holder"], portions["3"]["seals"]) == ("Trưởng đoàn", ["NP-0103"])
    torn = divides(station.member, "1", holder="Thư ký")
    assert set(torn["conflicts"]) == {"portions.1"}, "both holders stay visible until a person decides"


def test_the_custody_only_grows(station: Station) -> None:
    id = takes(station, custody=[TAKING])
    sealing = {"type": "sealed", "at": "2026-11-24T09:20:00+07:00"}
    station.member.do("sample", id, station.scope, set={"custody": [TAKING, sealing]}, base={"custody": [TAKING]})
    shorter = station.leader.do("sample", id, station.scope, set={"custody": [SENDING]}, base={"custody": [TAKING]})
    assert shorter["status"] == "merged", "the tablet needs what it wanted to leave out"
    assert samples.custody(station.server.state("sample", id)) == [TAKING, sealing, SENDING]
    assert shorter["current"]["state"]["custody"] == station.server.state("sample", id)["custody"]
    none = station.leader.do("sample", id, station.scope, set={"custody": None}, base={"custody": [TAKING]})
    assert none["status"] == "merged"
    settled = station.leader.do("sample", id, station.scope, "resolve", base={"custody": None},
                                set={"field": "custody", "value": [], "op_ids": []})  # fmt: skip
    assert outcome(settled) == ("quarantined", "immutable_field")
    assert len(station.server.state("sample", id)["custody"]) == 3


def test_sampling_minutes_freeze_what_they_list_and_nothing_else(station: Station) -> None:
    listed, other = takes(station), takes(station, product="Dầu DO", portions={})
    paper = issues(station, 101, listed)
    assert station.server.state("minutes", paper)["freezes"] == [listed]
    assert station.server.state("minutes", paper)["diverged"] == []
    late = station.leader.do(
        "sample", listed, station.scope, set={"product": "Dầu"}, base={"product": TAKEN["product"]}
    )
    assert outcome(late) == ("held", "after-issue")
    assert outcome(station.leader.do("sample", listed, station.scope, "void", set={"reason": "x"})) == (
        "held",
        "after-issue",
    )
    mixed = {"custody": [SENDING], "note": "x"}
    assert outcome(station.leader.do("sample", listed, station.scope, set=mixed)) == ("held", "after-issue")
    assert outcome(station.leader.do("sample", listed, station.scope, set={"custody": [SENDING]})) == ("applied", None)
    free = station.leader.do("sample", other, station.scope, set={"note": "bể 2"}, base={"note": None})
    assert outcome(free) == ("applied", None)
    assert station.server.state("sample", listed)["product"] == TAKEN["product"]


def test_a_void_sampling_paper_opens_its_samples_again(station: Station) -> None:
    id = takes(station)
    paper = issues(station, 101, id)
    station.leader.do("minutes", paper, station.scope, "void", set={"reason": "In hỏng"})
    again = station.leader.do("sample", id, station.scope, set={"note": "bể 2"}, base={"note": None})
    assert outcome(again) == ("applied", None)


def test_after_the_closing_minutes_only_the_custody_goes_on(station: Station) -> None:
    id = takes(station)
    issues(station, 101, closes=True, form="inspection")
    late = station.member.do("sample", id, station.scope, set={"note": "x"}, base={"note": None})
    assert outcome(late) == ("held", "after-issue")
    assert outcome(station.member.do("sample", id, station.scope, set={"custody": [SENDING]})) == ("applied", None)
    new = station.member.do("sample", station.server.new_id(), station.scope, "create", parent=station.inspection,
                            set={"inspection_id": station.inspection, **TAKEN})  # fmt: skip
    assert outcome(new) == ("held", "after-issue")
    report = station.member.do("photo", station.server.new_id(), station.scope, "append", parent=station.inspection,
                               set={"purpose": "lab_report", "sha256": "0" * 64})  # fmt: skip
    assert outcome(report) == ("applied", None)


def test_what_was_changed_on_the_server_meanwhile_is_shown_as_diverged(station: Station) -> None:
    id = takes(station)
    listed = [{"id": id, "sha256": "0" * 64}]
    fields = station.paper(station.leader, 101, form="sampling", closes=False, findings=listed)
    minutes = station.server.new_id()
    station.leader.do("minutes", minutes, station.scope, "create", parent=station.inspection, set=fields)
    assert station.server.state("minutes", minutes)["diverged"] == [id]


def test_a_sample_with_seals_is_voided_never_deleted(station: Station) -> None:
    id, bare = takes(station), takes(station, portions={})
    gone = station.leader.do("sample", id, station.scope, "delete", base_rev=1)
    assert outcome(gone) == ("quarantined", "has_evidence")
    assert outcome(station.leader.do("sample", bare, station.scope, "delete", base_rev=1)) == ("applied", None)
    assert outcome(station.leader.do("sample", id, station.scope, "void", set={"reason": "Vỡ bình"})) == (
        "applied",
        None,
    )
    assert station.server.state("sample", id)["voided"]["reason"] == "Vỡ bình"


def test_what_does_not_agree_is_shown_not_refused(station: Station) -> None:
    id = takes(station, taken_at="2031-01-01T00:00:00+07:00")
    assert [w["code"] for w in station.server.state("sample", id)["warnings"]] == ["taken_ahead"]
    station.member.do("sample", id, station.scope, set={"quantity": "1.5"}, base={"quantity": "3"})
    details = [w["detail"] for w in station.server.state("sample", id)["warnings"]]
    assert details[0] == "Các phần chia cộng lại nhiều hơn lượng đã lấy 0,5 L."
    station.member.do("sample", id, station.scope, set={"quantity": "2"}, base={"quantity": "1.5"})
    assert [w["code"] for w in station.server.state("sample", id)["warnings"]] == ["taken_ahead"]


def test_a_laboratory_result_is_the_office_s_word(station: Station) -> None:
    result = station.leader.do("lab_result", station.server.new_id(), station.scope, "create", parent=station.inspection,
                               set={"sample_id": takes(station)})  # fmt: skip
    assert outcome(result) == ("quarantined", "server_kind")


def test_the_fingerprint_covers_what_was_taken_and_nothing_else() -> None:
    plain = samples.fingerprint(TAKEN)
    assert (
        samples.fingerprint({**TAKEN, "custody": [TAKING], "warnings": [{}], "conflicts": {}, "created_by": "x"})
        == plain
    )
    assert samples.fingerprint({**TAKEN, "note": "", "brand": None, "tests": []}) == plain
    assert samples.fingerprint({**TAKEN, "photo_ids": ["a", "b"]}) == samples.fingerprint(
        {**TAKEN, "photo_ids": ["b", "a"]}
    )
    for name in samples.TAKEN:
        assert samples.fingerprint({**TAKEN, name: "khác"}) != plain, name


@pytest.mark.parametrize(
    ("quantity", "unit", "parts", "over"),
    [
        ("3", "L", [("1", "L"), ("2", "L")], None),
        ("3", "L", [("1", "L"), ("2000", "mL"), ("0.001", "mL")], "0.000001"),
        ("0.003", "m3", [("1", None), ("3", "L")], "1"),
        ("3", "chai", [("2", "chai"), ("1", "chai")], None),
        ("3", "chai", [("2", "chai"), ("2", "chai")], "1"),
        ("3", "chai", [("500", "mL")], None),
        ("1", "kg", [("1000001", "mg")], "0.000001"),
        (None, "L", [("9", "L")], None),
        ("3", None, [("9", "L")], None),
        ("1", "L", [("x", "L"), (None, "L")], None),
    ],
)
def test_portions_are_added_up_exactly(
    quantity: Any, unit: Any, parts: list[tuple[Any, Any]], over: str | None
) -> None:
    portions = {str(n): {"quantity": q, "unit": u} for n, (q, u) in enumerate(parts)}
    found = samples.surplus({"quantity": quantity, "unit": unit, "portions": portions})
    assert (None if found is None else f"{found[0].normalize():f}") == over


@pytest.mark.parametrize(
    ("numbers", "again"),
    [
        (["A1", "A2"], []),
        (["A1", "a 1"], ["A1", "a 1"]),
        (["A-1/1", "A-11"], []),
        (["Đ1", "đ 1"], ["Đ1", "đ 1"]),
        (["ế1", "ế1"], ["ế1"]),
    ],
)
def test_a_seal_is_the_same_however_it_is_typed(numbers: list[str], again: list[str]) -> None:
    assert samples.repeated({"portions": {"1": {"seals": numbers}}}) == again
    assert samples.seal_key("NP – 0101") == samples.seal_key("np0101") != samples.seal_key("NP-0102")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from([*samples.TAKEN, "custody"]), json_values, max_size=6))
def test_any_state_can_be_read(state: dict[str, Any]) -> None:
    """What an old tablet or a `resolve` wrote must never stop a page."""
    samples.fingerprint(state)
    samples.warnings(state, "2026-11-24T09:00:00+00:00")
    assert isinstance(samples.must_stay(state), bool)
    assert isinstance(samples.is_sent(state) and samples.is_tested(state), bool)
