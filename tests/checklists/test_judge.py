"""The way from a filled-in item to a computed verdict: bindings, and readings that cannot be used."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.catalog import fingerprint, from_served
from checklists.judge import judge
from checklists.limits import load_rules
from checklists.model import Field, Item, ProcedureUse, Text

ON = date(2021, 7, 15)
FILE = json.loads((Path(__file__).parents[1] / "vectors" / "judge.json").read_text("utf-8"))


def item(name: str, parameters: dict[str, dict[str, str]], rows: dict[str, str]) -> Item:
    columns = tuple(
        Field(column, Text(f"Cột {column}", column), "number")
        for columns in rows.values()
        for column in columns.split(",")
    )
    use = ProcedureUse(name, parameters, rows)
    return Item("NA12", Text("Bảng tải", "Loads"), "table", columns=columns, procedure=use)


SCALE = item(
    "nawi-load",
    {
        "accuracy_class": {"from": "subject.attributes.accuracy_class"},
        "e": {"from": "subject.attributes.e"},
        "unit": {"value": "g"},
        "zero_error": {"from": "item:NA11"},
    },
    {"load": "load", "indication": "shown", "delta_load": "delta"},
)
DISPENSER = item("fuel-delivery", {"verdict_on": {"value": "each"}}, {"v_fd": "v_fd", "v_ref": "v_ref", "seconds": "t"})
ROOM = item(
    "dose-rate",
    {"background": {"from": "item:XR20.reading"}, "factor": {"from": "item:XR19.cf"}},
    {"point": "point", "place": "place", "readings": "r1,r2,r3"},
)
SUBJECT = {"attributes": {"accuracy_class": "III", "e": "5"}}
ZERO = {"NA11": {"values": {"zero": "0.5"}}}


def verdict_of(
    of: Item, finding: Any, subject: Any = None, answers: Any = None, context: str = "verification"
) -> dict[str, Any]:
    computed = judge(of, finding, subject, answers or {}, load_rules(), ON, context)
    assert computed is not None
    assert computed.keys() == {"errors", "limit", "verdict", "explanation"}
    return computed


def served(name: str) -> Item:
    """An item of the vectors, read as part of a checklist."""
    section = {
        "key": "s",
        "per": "visit",
        "title": {"vi": "", "en": ""},
        "instrument_types": [],
        "items": [FILE["items"][name]],
    }
    whole = {"code": "x", "version": 1, "title": {"vi": "", "en": ""}, "legal_basis": [], "sections": [section]}
    return from_served({**whole, "sha256": fingerprint(whole)}).sections[0].items[0]


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["id"])
def test_vectors_that_the_tablet_reads_too(case: dict[str, Any]) -> None:
    assert FILE["rules"] == load_rules().version
    day, known = date.fromisoformat(case["on"]), load_rules()
    found = judge(served(case["item"]), case["finding"], case["subject"], case["answers"], known, day, case["context"])
    assert found == case["gives"]


def test_an_item_without_procedure_computes_nothing() -> None:
    plain = Item("GE01", Text("Tên", "Name"), "text")
    assert judge(plain, {"values": {}}, None, {}, load_rules(), ON, "inspection") is None


def test_subject_item_and_value_bindings_feed_the_scale() -> None:
    finding = {"rows": [{"load": "1000", "shown": "1000", "delta": "1.5"}]}
    computed = verdict_of(SCALE, finding, SUBJECT, ZERO)
    assert computed["errors"] == ["1.0"]
    assert computed["verdict"] == "pass"
    assert computed["limit"] == {
        "value": "2.5",
        "unit": "g",
        "source": "OIML R 76-1, Bảng 6",
        "status": "confirmed",
    }
    assert "+0,5 g" in computed["explanation"]


def test_the_zero_error_of_the_other_item_changes_the_verdict() -> None:
    finding = {"rows": [{"load": "1000", "shown": "1003", "delta": ""}]}
    assert verdict_of(SCALE, finding, SUBJECT, ZERO)["verdict"] == "pass"
    assert verdict_of(SCALE, finding, SUBJECT, {})["verdict"] == "fail"
    for values in ({"value": "0.5", "note": "x"}, {"only": "0.5"}):
        assert verdict_of(SCALE, finding, SUBJECT, {"NA11": {"values": values}})["verdict"] == "pass"


@pytest.mark.parametrize(
    "background",
    [
        {"values": {"reading": ["0.12", "0.11", "0.13"]}},
        {"rows": [{"reading": "0.12"}, {"reading": "0.11"}, {"reading": "0.13"}]},
        {"rows": [{"reading": ["0.12", "0.11"]}, {"reading": "0.13"}, {"reading": ""}]},
    ],
)
def test_readings_come_from_lists_and_columns(background: dict[str, Any]) -> None:
    answers = {"XR20": background, "XR19": {"values": {"cf": "1.05"}}}
    row = {"point": "P3", "place": "public", "r1": "0.62", "r2": "0.60", "r3": "0.64"}
    computed = verdict_of(ROOM, {"rows": [row]}, None, answers)
    assert (computed["errors"], computed["verdict"]) == (["0.5250"], "fail")
    del row["r3"]
    assert verdict_of(ROOM, {"rows": [row]}, None, answers)["errors"] == ["0.5145"]


@pytest.mark.parametrize("cell", ["0.62 0.60 0.64", "0.62; 0.60;0.64\n", ["0.62", "", "0.60", "0.64"]])
def test_readings_may_stand_side_by_side_in_one_cell(cell: Any) -> None:
    survey = item("dose-rate", {"background": {"from": "item:NA12.b"}}, {"place": "place", "readings": "readings"})
    finding = {"values": {"b": "0.12 0.11 0.13"}, "rows": [{"place": "control", "readings": cell}]}
    computed = verdict_of(survey, finding)
    assert (computed["errors"], computed["verdict"]) == (["0.5000"], "pass")


def test_the_first_filled_column_is_the_reading() -> None:
    corrected = item("fuel-delivery", {}, {"v_fd": "v_fd", "v_ref": "v_ref,v_read"})
    row = {"v_fd": "20.00", "v_read": "20.00", "v_ref": "19.93"}
    assert verdict_of(corrected, {"rows": [row]})["errors"] == ["0.3512"]
    row["v_ref"] = ""
    assert verdict_of(corrected, {"rows": [row]})["errors"] == ["0.0000"]


def test_a_missing_factor_blocks_nothing_and_is_said() -> None:
    row = {"point": "P3", "place": "public", "r1": "0.62"}
    computed = verdict_of(ROOM, {"rows": [row]}, None, {"XR20": {"values": {"reading": "0.12"}}})
    assert computed["verdict"] == "pass"
    assert "chưa hiệu chỉnh" in computed["explanation"]


def test_an_unconfirmed_limit_shows_errors_and_decides_nothing() -> None:
    rows = [{"v_fd": "20.00", "v_ref": "19.93"}, {"v_fd": "20.00", "v_ref": "20.00", "t": "32"}]
    computed = verdict_of(DISPENSER, {"rows": rows})
    assert computed["errors"] == ["0.3512", "0.0000"]
    assert computed["limit"]["status"] == "unconfirmed"
    assert computed["explanation"].startswith("chưa kết luận: thiếu căn cứ sai số")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "chưa có số đo"),
        (None, "chưa có số đo"),
        ("20", "chưa có số đo"),
        ([{"v_fd": "20,00", "v_ref": "20"}], "dòng 1, cột “Cột v_fd”: dùng dấu chấm thập phân"),
        ([{"v_fd": "20", "v_ref": "20"}, {"v_fd": "20", "v_ref": ""}], "dòng 2, cột “Cột v_ref”: thiếu"),
        ([{"v_fd": "20", "v_ref": "20"}, {}], "dòng 2, cột “Cột v_fd”: thiếu"),
        ([{"v_fd": "20", "v_ref": "0"}], "dòng 1, cột “Cột v_ref”: phải lớn hơn 0"),
        ([{"v_fd": "20", "v_ref": "20", "t": "x"}], "dòng 1, cột “Cột t”: không phải số thập phân"),
        ([{"v_fd": 20, "v_ref": "20"}], "dòng 1, cột “Cột v_fd”: phải là số thập phân"),
        (["20"], "dòng 1: phải là một đối tượng"),
    ],
)
def test_unusable_readings_are_inconclusive_and_name_the_place(rows: Any, words: str) -> None:
    computed = verdict_of(DISPENSER, {"rows": rows})
    assert computed["verdict"] == "inconclusive"
    assert computed["errors"] == []
    assert computed["limit"] is None
    assert computed["explanation"].startswith(f"chưa kết luận: {words}")


def test_one_bad_reading_of_several_is_named() -> None:
    answers = {"XR20": {"values": {"reading": ["0.12", "0,11"]}}}
    row = {"place": "public", "r1": "0.62", "r2": "0,60"}
    assert (
        "thông số background, số đo thứ 2: dùng dấu chấm"
        in (verdict_of(ROOM, {"rows": [row]}, None, answers)["explanation"])
    )
    answers = {"XR20": {"values": {"reading": ["0.12"]}}}
    assert (
        "dòng 1, cột “Cột r1”, “Cột r2”, “Cột r3”, số đo thứ 2: dùng dấu chấm"
        in (verdict_of(ROOM, {"rows": [row]}, None, answers)["explanation"])
    )


PRINTED = Item(
    "NA05",
    Text("Tem kiểm định", "Verification sticker"),
    "date",
    fields=(Field("valid_until", Text("Thời hạn", "Valid until"), "date"),),
    procedure=ProcedureUse("validity", {}, {"valid_until": "valid_until"}),
)


def test_an_item_without_columns_is_one_row_of_its_fields() -> None:
    computed = verdict_of(PRINTED, {"values": {"valid_until": "2021-07-15"}})
    assert (computed["errors"], computed["verdict"]) == (["0"], "pass")
    assert verdict_of(PRINTED, {"values": {"valid_until": "2021-07-14"}})["verdict"] == "fail"
    # Rows that another program sent for an item without columns are not its readings.
    assert "chưa có số đo" in verdict_of(PRINTED, {"rows": [{"valid_until": "2022-01-01"}]})["explanation"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "chưa có số đo"),
        ({"note": "x"}, "ô “Thời hạn”: thiếu ngày hết hạn"),
        ({"valid_until": "15/07/2021"}, "ô “Thời hạn”: phải là ngày dạng YYYY-MM-DD"),
        ("2021-07-15", "phải là một đối tượng"),
    ],
)
def test_unusable_fields_name_their_box(values: Any, words: str) -> None:
    computed = verdict_of(PRINTED, {"values": values})
    assert computed["verdict"] == "inconclusive"
    assert computed["explanation"].startswith(f"chưa kết luận: {words}")


@pytest.mark.parametrize("subject", [None, {}, {"attributes": None}, {"attributes": {"e": "5"}}])
def test_a_missing_attribute_is_inconclusive_and_named(subject: Any) -> None:
    computed = verdict_of(SCALE, {"rows": [{"load": "1", "shown": "1"}]}, subject)
    assert "thông số accuracy_class: thiếu" in computed["explanation"]


def test_a_procedure_that_does_not_exist_is_inconclusive() -> None:
    unknown = item("astrology", {}, {"v": "v"})
    assert "không có phương pháp" in verdict_of(unknown, {"rows": [{"v": "1"}]})["explanation"]


KEYS = st.sampled_from(["rows", "values", "attributes", "load", "shown", "v_fd", "e", "r1", "place", "reading"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("20.00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(finding=JSON, subject=JSON, answer=JSON)
def test_never_an_exception(finding: Any, subject: Any, answer: Any) -> None:
    answers = {"NA11": answer, "XR20": answer, "XR19": answer}
    for each in (SCALE, DISPENSER, ROOM, PRINTED):
        computed = verdict_of(each, finding, subject, answers)
        assert computed["verdict"] in ("pass", "fail", "inconclusive")
