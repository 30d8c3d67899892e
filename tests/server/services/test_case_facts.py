"""Facts from the signed text: which results count, whose they are, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from server.services.case_facts import Paper, detection, establishment, gather, offending, papers
from sync.ids import answer_id

INSPECTION = str(uuid5(NAMESPACE_URL, "inspection"))
ONE, TWO = sorted(str(uuid5(NAMESPACE_URL, name)) for name in ("a", "b"))
SHA = "ab" * 32


def item(key: str, answer: str | None = "nonconforming", verdict: str | None = None, **more: Any) -> dict[str, Any]:
    """A result as it is printed."""
    return {"key": key, "ordinal": 0, "text": f"Nội dung {key}", "answer": answer, "verdict": verdict, "values": [],
            "note": "", "explanation": "", "photos": [], "legal_basis": ["Luật Đo lường Điều 22"], **more}  # fmt: skip


def finding(key: str, subject: str | None) -> tuple[str, dict[str, Any]]:
    """A finding on the server."""
    id = answer_id(INSPECTION, "nawi", key, subject, 0)
    return id, {"checklist": "nawi", "item": key, "subject_id": subject, "ordinal": 0}


def paper(subjects: list[dict[str, Any]], listed: list[str]) -> Paper:
    """Signed minutes with one section."""
    text = {"number": {"text": "01/BB"}, "photos": [{"number": 1, "sha256": SHA}],
            "findings": [{"id": id, "sha256": SHA} for id in listed],
            "checklists": [{"code": "nawi", "sections": [{"key": "scales", "subjects": subjects}]}]}  # fmt: skip
    return Paper("m1", {"status": "issued"}, text)


def two_scales(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Two scales, the second against; read with these findings on the server."""
    blocks = [{"name": "Cân số 1", "items": [item("NA1", "conforming"), item("NA2", None, "inconclusive")]},
              {"name": "Cân số 2", "items": [item("NA1", photos=[1, 9]), item("NA2", None, "fail")]}]  # fmt: skip
    listed = [finding(key, subject)[0] for key in ("NA1", "NA2") for subject in (ONE, TWO)]
    return gather([paper(blocks, listed)], known)


def test_a_result_belongs_to_the_subject_whose_turn_it_is() -> None:
    known = dict(finding(key, subject) for key in ("NA1", "NA2") for subject in (ONE, TWO))
    facts = two_scales(known)
    assert [(f["id"], f["item"], f["subject"], f["subject_id"]) for f in facts] == [
        ("1", "NA1", "Cân số 2", TWO), ("2", "NA2", "Cân số 2", TWO)]  # fmt: skip
    assert facts[0]["finding_id"] == finding("NA1", TWO)[0]
    assert facts[0]["photos"] == [{"number": "1", "sha256": SHA}]
    assert (facts[1]["answer"], facts[1]["verdict"]) == (None, "fail"), "a measured failure counts without an answer"
    rows = offending(facts, {TWO: {"new_price": "1000"}, ONE: {"new_price": "2000"}})
    assert [(r["name"], r["new_price"]) for r in rows] == [("Cân số 2", "1000")], "each once, only those against"


def test_where_the_server_holds_less_than_was_signed_no_subject_is_guessed() -> None:
    facts = two_scales(dict([finding("NA1", TWO)]))
    assert [(f["subject"], f["subject_id"], f["finding_id"]) for f in facts] == [("Cân số 2", None, None)] * 2
    assert [(r["name"], r["instrument_id"], r["new_price"]) for r in offending(facts, {TWO: {"new_price": "1"}})] == [
        ("Cân số 2", None, None)], "named, so that a person enters its price"  # fmt: skip


@pytest.mark.parametrize("known", [True, False])
def test_two_scales_of_one_name_are_two(known: bool) -> None:
    blocks = [{"name": "Cân", "items": [item("NA1", note=note)]} for note in ("một", "hai")]
    ids = [finding("NA1", subject) for subject in (ONE, TWO)]
    facts = gather([paper(blocks, [id for id, _ in ids])], dict(ids) if known else {})
    assert [(f["note"], f["subject_id"]) for f in facts] == [
        ("một", ONE if known else None),
        ("hai", TWO if known else None),
    ]


@pytest.mark.parametrize("status", ["void", "conflicting", "quarantined"])
def test_only_standing_inspection_minutes_and_their_amendments_count(status: str) -> None:
    state = {"status": "issued", "form": "inspection", "canonical": "{}", "issued_at": "2026-11-20T10:00:00+07:00"}
    later = {**state, "form": "amendment", "issued_at": "2026-11-21T10:00:00+07:00"}
    given = [("b", later), ("a", state), ("c", {**state, "status": status}), ("d", {**state, "form": "working"})]
    assert [p.id for p in papers(given)] == ["a", "b"]


def test_what_amends_comes_after_what_it_amends_whatever_its_clock_said() -> None:
    first = {"status": "amended", "form": "inspection", "canonical": "{}", "issued_at": "2026-11-20T10:00:00+07:00"}
    amendment = {**first, "status": "issued", "form": "amendment", "amends": "b"}
    for at in ("2026-11-20T10:00:00+07:00", "2026-11-20T08:00:00+07:00"):
        assert [p.id for p in papers([("a", {**amendment, "issued_at": at}), ("b", first)])] == ["b", "a"]


@pytest.mark.parametrize(
    ("printed", "sealed"),
    [
        (None, "2026-11-20T10:00:00+07:00"),
        ("hôm qua", "2026-11-20T10:00:00+07:00"),
        ("2026-11-20T10:00:00", "2026-11-20T10:00:00+07:00"),
        ("9999-12-31T10:00:00+07:00", "9999-12-31T10:00:00+07:00"),
        ("2026-11-19T10:00:00+07:00", "2026-11-20T10:00:00+07:00"),
    ],
)
def test_a_time_that_is_none_or_not_the_sealed_one_starts_nothing(printed: Any, sealed: str) -> None:
    found = detection(Paper("m1", {"issued_at": sealed, "warnings": []}, {"issued_at": printed}))
    assert (found["at"], found["doubts"][0]["code"]) == (None, "unclear_time")


def test_the_sealed_time_counts_in_whichever_zone_it_was_written() -> None:
    found = detection(
        Paper("m1", {"issued_at": "2026-11-20T03:00:00+00:00"}, {"issued_at": "2026-11-20T10:00:00+07:00"})
    )
    assert (found["at"], found["doubts"]) == ("2026-11-20T10:00:00+07:00", [])


def test_odd_values_of_a_signed_text_become_words_that_any_database_holds() -> None:
    odd = item("NA1", note={"a": ["x\x00y", 1]}, legal_basis=[{"b": "Luật\ud800"}], text=12, photos=[1])
    [fact] = gather([paper([{"name": "Cân\x00", "items": [odd]}], [])], {})
    assert (fact["note"], fact["legal_basis"], fact["text"], fact["subject"]) == ("xy; 1", ["Luật"], "12", "Cân")
    first = Paper("m1", {}, {"establishment": {"name": "Cửa hàng\x00", "representative": {"name": "A", "title": "B"}}})
    assert establishment(first) == {"name": "Cửa hàng", "representative": "A; B"}
