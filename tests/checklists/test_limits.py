"""Rule sets: dated rows, one answer per question, exact round trip, confirmation, law by date."""

from __future__ import annotations

import copy
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from checklists.limits import SHIPPED_VERSION, LimitError, RuleSet, load_rules, read_rules
from checklists.model import LimitStatus
from checklists.procedures.verdicts import look_up

ROW: dict[str, Any] = {
    "id": "one",
    "procedure": "fuel-delivery",
    "context": "any",
    "value": "0.3",
    "unit": "%",
    "source": "ĐLVN",
    "edition": "2013",
    "valid_from": date(2013, 8, 19),
    "valid_to": None,
    "status": "confirmed",
    "reviewed_by": None,
}
LAW: dict[str, Any] = {
    "id": "law",
    "number": "1/2013",
    "title": "Luật",
    "domains": ["measurement"],
    "valid_from": date(2013, 1, 1),
    "valid_to": None,
    "status": "confirmed",
    "source": "nguồn",
}


def rules_of(folder: Path, *rows: dict[str, Any], law: list[dict[str, Any]] | None = None) -> RuleSet:
    (folder / "limits").mkdir()
    (folder / "limits" / "all.yaml").write_text(yaml.safe_dump(list(rows), allow_unicode=True), "utf-8")
    (folder / "law.yaml").write_text(yaml.safe_dump(law or [LAW], allow_unicode=True), "utf-8")
    return read_rules(folder, "2026.1")


def test_the_shipped_rules_load_and_are_the_same_object_each_time() -> None:
    rules = load_rules()
    assert rules.version == SHIPPED_VERSION
    assert re.fullmatch(r"[0-9a-f]{64}", rules.sha256)
    assert rules is load_rules()


def test_every_shipped_row_has_a_source_and_none_was_given_by_a_caller() -> None:
    for limit in load_rules().limits:
        assert limit.source
        assert limit.edition
        assert limit.status is not LimitStatus.GIVEN
        assert limit.reviewed_by is None, "shipped rows are reviewed by nobody: the department does that"


def test_the_round_trip_is_exact() -> None:
    rules = load_rules()
    again = RuleSet.from_served(copy.deepcopy(rules.served()))
    assert again == rules
    assert again.served() == rules.served()
    confirmed = rules.with_confirmed("fuel-price", "1", "Lê Thị Soát", "ĐLVN 10:2017", date(2021, 8, 1))
    assert RuleSet.from_served(confirmed.served()) == confirmed


@pytest.mark.parametrize("change", ["value", "source", "law", "version"])
def test_a_served_rule_set_that_was_changed_is_refused(change: str) -> None:
    served = copy.deepcopy(load_rules().served())
    if change == "law":
        served["law"][0]["title"] += " "
    elif change == "version":
        served["version"] = "2099.1"
    else:
        row = next(row for row in served["limits"] if row["value"])
        row[change] = "9"
    with pytest.raises(LimitError, match="sha256"):
        RuleSet.from_served(served)


@pytest.mark.parametrize("served", [{}, {"version": "1"}, {"version": "1", "limits": [1], "law": []}])
def test_a_served_rule_set_of_another_shape_is_refused(served: dict[str, Any]) -> None:
    with pytest.raises(LimitError):
        RuleSet.from_served(served)


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2013, 8, 18), None),
        (date(2013, 8, 19), "one"),
        (date(2017, 12, 31), "one"),
        (date(2018, 1, 1), "two"),
        (date(2030, 1, 1), "two"),
    ],
)
def test_rows_follow_one_another_by_date(tmp_path: Path, on: date, found: str | None) -> None:
    first = {**ROW, "valid_to": date(2017, 12, 31)}
    second = {**ROW, "id": "two", "valid_from": date(2018, 1, 1)}
    limit = rules_of(tmp_path, first, second).find("fuel-delivery", on=on, context="inspection")
    assert (limit.id if limit else None) == found


def test_find_follows_context_and_parameters() -> None:
    rules, on = load_rules(), date(2021, 7, 15)
    checked = rules.find("nawi-load", on=on, context="inspection", accuracy_class="III")
    verified = rules.find("nawi-load", on=on, context="verification", accuracy_class="III")
    assert checked is not None
    assert verified is not None
    assert checked.table is not None
    assert verified.table is not None
    assert [value for _, value in checked.table.steps] == [2 * value for _, value in verified.table.steps]
    assert rules.find("nawi-load", on=on, context="inspection") is None
    assert rules.find("fuel", on=on, context="inspection") is None


def test_two_rows_valid_at_once_for_one_question_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="one và two cùng có hiệu lực"):
        rules_of(tmp_path, ROW, {**ROW, "id": "two", "valid_from": date(2020, 1, 1), "context": "inspection"})


def test_a_row_of_a_family_and_one_of_its_procedure_are_refused_together(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="cùng có hiệu lực"):
        rules_of(tmp_path, {**ROW, "procedure": "nawi"}, {**ROW, "id": "two", "procedure": "nawi-load"})


@pytest.mark.parametrize(
    "other",
    [
        {"valid_from": date(2012, 1, 1), "valid_to": date(2013, 8, 18)},
        {"procedure": "fuel-price"},
        {"parameters": {"test": "b"}},
    ],
)
def test_rows_for_other_questions_live_side_by_side(tmp_path: Path, other: dict[str, Any]) -> None:
    rules = rules_of(tmp_path, {**ROW, "parameters": {"test": "a"}}, {**ROW, "id": "two", **other})
    assert len(rules.limits) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": 0.3}, "chuỗi số thập phân"),
        ({"value": "0,3"}, "chuỗi số thập phân"),
        ({"value": "-0.3"}, "chuỗi số thập phân"),
        ({"value": "NaN"}, "chuỗi số thập phân"),
        ({"value": "1e9"}, "chuỗi số thập phân"),
        ({"value": None}, "phải có value hoặc table"),
        ({"status": "given"}, "status"),
        ({"status": "sure"}, "status"),
        ({"context": "both"}, "context"),
        ({"source": " "}, "source"),
        ({"unit": None}, "unit"),
        ({"valid_from": "2013-02-30"}, "valid_from"),
        ({"valid_from": None}, "valid_from"),
        ({"valid_to": date(2012, 1, 1)}, "valid_to trước valid_from"),
        ({"tolerance": "1"}, "khóa lạ tolerance"),
        ({"floor": "4"}, "floor"),
        ({"parameters": {"place": 1}}, "parameters"),
        ({"table": {"kind": "linear"}}, "steps"),
        ({"value": None, "table": {"kind": "spline", "steps": [["1", "1"]]}}, "kind"),
    ],
)
def test_a_wrong_row_is_refused_with_its_name(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(LimitError) as caught:
        rules_of(tmp_path, {**ROW, **change})
    assert "all.yaml one" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("up_to", [["5", "1"], ["5", "2"]]),
        ("up_to", [["9", "1"], ["5", "2"]]),
        ("up_to", [[None, "1"], ["5", "2"]]),
        ("from", [["0", "1"], [None, "2"]]),
        ("linear", [["0", "1"], ["5", "2"]]),
        ("linear", []),
        ("up_to", [["5"]]),
    ],
)
def test_a_table_that_cannot_be_read_one_way_is_refused(tmp_path: Path, kind: str, steps: list[Any]) -> None:
    table = {"kind": kind, "by": "tải", "by_unit": "e", "steps": steps}
    with pytest.raises(LimitError, match=r"all\.yaml one table"):
        rules_of(tmp_path, {**ROW, "value": None, "table": table})


def test_a_table_may_begin_above_a_size_and_says_so_only_then(tmp_path: Path) -> None:
    table = {"kind": "up_to", "by": "khối lượng", "by_unit": "g", "steps": [["100", "2"]], "above": "40"}
    rules = rules_of(tmp_path, {**ROW, "value": None, "table": table})
    assert RuleSet.from_served(rules.served()) == rules
    found = rules.limits[0].table
    assert found is not None
    assert [look_up(found, Fraction(size)) for size in (40, 41, 100, 101)] == [None, 2, 2, None]
    assert [row["table"].get("above") for row in load_rules().served()["limits"] if row["table"]].count("40") == 1


def test_double_ids_and_dangling_references_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="bị trùng: one"):
        rules_of(tmp_path, ROW, {**ROW, "procedure": "fuel-price"})
    (tmp_path / "second").mkdir()
    with pytest.raises(LimitError, match="không có văn bản nowhere"):
        rules_of(tmp_path / "second", ROW, law=[{**LAW, "replaced_by": "nowhere"}])


@pytest.mark.parametrize("text", ["a: b", "- 1", "- [", "'"])
def test_a_file_that_is_no_list_of_rows_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "limits").mkdir()
    (tmp_path / "limits" / "x.yaml").write_text(text, "utf-8")
    (tmp_path / "law.yaml").write_text("[]", "utf-8")
    with pytest.raises(LimitError, match=r"x\.yaml"):
        read_rules(tmp_path, "1")


def test_confirming_makes_a_new_version_and_leaves_the_old_one() -> None:
    shipped = load_rules()
    old_sha = shipped.sha256
    one = shipped.with_confirmed("taximeter-distance", "2.0", " Lê Soát ", "ĐLVN 01:2021", date(2021, 7, 1))
    two = one.with_confirmed("fuel-delivery-inspection", None, "Lê Soát", "ĐLVN 10:2017", date(2021, 8, 1))
    assert (shipped.version, one.version, two.version) == (
        SHIPPED_VERSION,
        f"{SHIPPED_VERSION}+1",
        f"{SHIPPED_VERSION}+2",
    )
    assert len({shipped.sha256, one.sha256, two.sha256}) == 3
    assert shipped.sha256 == old_sha
    limit = two.limit("taximeter-distance")
    assert limit is not None
    assert (limit.value, limit.status, limit.source) == (Decimal("2.0"), LimitStatus.CONFIRMED, "ĐLVN 01:2021")
    assert (limit.reviewed_by, limit.reviewed_on) == ("Lê Soát", date(2021, 7, 1))
    assert limit.note is not None
    assert "ĐLVN 01, bản hiện hành" in limit.note
    kept = two.limit("fuel-delivery-inspection")
    assert kept is not None
    assert kept.value == Decimal("0.45")


@pytest.mark.parametrize(
    ("limit_id", "value", "by", "document", "words"),
    [
        ("nowhere", "1", "Soát", "ĐLVN", "không có giới hạn"),
        ("fuel-price", "1", " ", "ĐLVN", "người soát xét"),
        ("fuel-price", "1", "Soát", "", "văn bản căn cứ"),
        ("taximeter-distance", None, "Soát", "ĐLVN", "chưa có giá trị"),
        ("fuel-price", "0,5", "Soát", "ĐLVN", "dùng dấu chấm"),
        ("fuel-price", "-1", "Soát", "ĐLVN", "không âm"),
        ("gold-mass-2014", "1", "Soát", "ĐLVN", "bảng nhiều bậc"),
        ("gold-mass-2014", None, "Soát", "ĐLVN", "đã được xác nhận, theo Thông tư 22/2013"),
        ("dose-rate-control-2014", "10.0", "Soát", "ĐLVN", "đã được xác nhận"),
        ("fuel-price", "1", "Soát\nxét", "ĐLVN", "một dòng chữ in được"),
        ("fuel-price", "1", "Soát", "x" * 1001, "nhiều nhất 1000 ký tự"),
        ("fuel-price", "1", "x" * 201, "ĐLVN", "nhiều nhất 200 ký tự"),
    ],
)
def test_confirming_refuses(limit_id: str, value: str | None, by: str, document: str, words: str) -> None:
    with pytest.raises(LimitError, match=words):
        load_rules().with_confirmed(limit_id, value, by, document, date(2021, 7, 1))


def test_a_confirmed_number_may_be_corrected_and_not_confirmed_again() -> None:
    day = date(2021, 7, 1)
    once = load_rules().with_confirmed("fuel-price", "1", "Lê Soát", "ĐLVN 10:2017", day)
    with pytest.raises(LimitError, match="đã được xác nhận bởi Lê Soát, theo ĐLVN 10:2017"):
        once.with_confirmed("fuel-price", None, "Lê Soát", "ĐLVN 10:2017", day)
    corrected = once.with_confirmed("fuel-price", "2", "Lê Soát", "ĐLVN 10:2017, đính chính", day).limit("fuel-price")
    assert corrected is not None
    assert corrected.value == Decimal(2)
