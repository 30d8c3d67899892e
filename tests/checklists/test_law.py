"""What the law says on a day: documents in force, articles that name an item; and the shipped documents themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checklists.law import articles, in_force, uncitable
from checklists.limits import load_rules
from checklists.model import LimitStatus

CODES = (
    *("weighing-instrument", "fuel-dispenser", "taximeter", "gold-jewellery", "diagnostic-xray", "medical-instrument"),
    *("electricity-meter", "prepackage", "verification-body", "trademark", "geographical-indication", "check-scale"),
    *("goods-quality-label", "product-provenance", "orphan-source", "own-instrument", "mobile-verification"),
)


def row(id: str, number: str = "", **more: Any) -> dict[str, Any]:
    return {"id": id, "number": number or id, "valid_from": None, "valid_to": None, "status": "confirmed", **more}


def holding(*rows: dict[str, Any], on: str) -> list[str]:
    return [each["id"] for each in in_force(rows, date.fromisoformat(on))]


@pytest.mark.parametrize(
    ("on", "holds"), [("2020-12-31", False), ("2021-01-01", True), ("2021-06-30", True), ("2021-07-01", False)]
)
def test_both_days_of_a_document_count(on: str, holds: bool) -> None:
    law = row("a", valid_from="2021-01-01", valid_to="2021-06-30")
    assert bool(holding(law, on=on)) is holds
    assert uncitable([law], date.fromisoformat(on)) == ([] if holds else ["a"])


@pytest.mark.parametrize(
    ("number", "issued", "on", "holds"),
    [
        ("217/2025/NĐ-CP", None, "2021-07-12", False),
        ("217/2025/NĐ-CP", None, "2025-01-01", True),
        ("217/2025/NĐ-CP", "2025-08-05", "2025-08-04", False),
        ("217/2025/NĐ-CP", "2025-08-05", "2025-08-05", True),
        ("ĐLVN 343:2020", None, "2019-12-31", False),
        ("QCVN 16:2018/BKHCN", None, "2018-01-01", True),
        ("ĐLVN 01", None, "1990-01-01", True),
        ("457/QĐ-TĐC", None, "1990-01-01", True),
    ],
)
def test_a_first_day_that_nobody_read_is_bounded_by_the_signing_and_the_number(
    number: str, issued: str | None, on: str, holds: bool
) -> None:
    assert bool(holding(row("a", number, issued_on=issued), on=on)) is holds


def test_a_last_day_that_nobody_read_is_where_the_replacement_begins() -> None:
    old, new = row("old", replaced_by="new"), row("new", valid_from="2026-01-01", status="unconfirmed")
    assert holding(old, new, on="2025-12-31") == ["old"]
    assert holding(old, new, on="2026-01-01") == ["new"]
    # A last day that was read stands, whatever began.
    assert holding({**old, "valid_to": "2026-06-30"}, new, on="2026-06-30") == ["old", "new"]


def test_a_document_in_two_periods_is_cited_in_the_one_that_is_sure() -> None:
    sure = row("a", "26/2012/TT", valid_to="2025-12-31")
    doubtful = row("a-2026", "26/2012/TT", valid_from="2026-01-01", status="unconfirmed")
    assert uncitable([sure, doubtful], date(2025, 12, 31)) == []
    assert uncitable([sure, doubtful], date(2026, 1, 1)) == ["26/2012/TT"]


VIOLATIONS = [{"id": "late", "items": {"list": ["A1", "A2"]}}, {"id": "other", "items": {"list": ["A2"]}}]


def named(
    penalties: list[dict[str, Any]], *law: dict[str, Any], on: str = "2021-07-12"
) -> dict[tuple[str, str], list[str]]:
    found = articles(law, VIOLATIONS, penalties, date.fromisoformat(on))
    return {item: [each["id"] for each in rows] for item, rows in found.items()}


def penalty(id: str, *violations: str, law: str = "decree", **more: Any) -> dict[str, Any]:
    return {"id": id, "violations": list(violations), "law": law, "valid_from": None, "valid_to": None, **more}


def test_items_are_named_by_the_articles_of_what_they_find() -> None:
    rows = [penalty("one", "late"), penalty("two", "other", "late")]
    assert named(rows, row("decree")) == {("list", "A1"): ["one", "two"], ("list", "A2"): ["one", "two"]}
    assert named([penalty("two", "other")], row("decree")) == {("list", "A2"): ["two"]}


@pytest.mark.parametrize(
    "decree",
    [
        row("decree", valid_from="2021-07-13"),
        row("decree", valid_to="2021-07-11"),
        row("decree", status="unconfirmed"),
        row("x"),
    ],
)
def test_a_decree_that_does_not_hold_or_is_not_sure_names_nothing(decree: dict[str, Any]) -> None:
    assert named([penalty("one", "late")], decree) == {}


def test_an_article_ends_before_its_decree() -> None:
    rows = [penalty("old", "late", valid_to="2021-12-31"), penalty("new", "late", valid_from="2022-01-01")]
    assert named(rows, row("decree"))["list", "A1"] == ["old"]
    assert named(rows, row("decree"), on="2022-01-01")["list", "A1"] == ["new"]


def cited(domain: str, on: date) -> set[str]:
    holding = in_force(load_rules().served()["law"], on)
    return {row["number"] for row in holding if domain in row["domains"] and row["status"] == LimitStatus.CONFIRMED}


def test_the_law_of_2021_and_of_2026_differ() -> None:
    in_2021, in_2026 = (cited("diagnostic-xray", day) for day in (date(2021, 7, 15), date(2026, 7, 15)))
    old = {"18/2008/QH12", "142/2020/NĐ-CP", "13/2014/TTLT-BKHCN-BYT", "107/2013/NĐ-CP", "19/2012/TT-BKHCN"}
    new = {"94/2025/QH15", "332/2025/NĐ-CP", "59/2025/TT-BKHCN", "71/2026/NĐ-CP", "217/2025/NĐ-CP"}
    assert old <= in_2021
    assert new <= in_2026
    assert not new & in_2021
    assert not old & in_2026
    assert "37/2026/NĐ-CP" in cited("gold-jewellery", date(2026, 1, 23))
    assert "37/2026/NĐ-CP" not in cited("gold-jewellery", date(2026, 1, 22))


def test_goods_change_their_decree_with_half_a_year_of_both() -> None:
    assert {"43/2017/NĐ-CP", "132/2008/NĐ-CP"} <= cited("goods-quality-label", date(2021, 7, 15))
    spring = cited("goods-quality-label", date(2026, 6, 30))
    assert {"37/2026/NĐ-CP", "132/2008/NĐ-CP"} <= spring
    assert "43/2017/NĐ-CP" not in spring
    summer = cited("goods-quality-label", date(2026, 7, 1))
    assert "37/2026/NĐ-CP" in summer
    assert not {"132/2008/NĐ-CP", "74/2018/NĐ-CP", "43/2017/NĐ-CP"} & summer


@pytest.mark.parametrize("code", CODES)
def test_every_checklist_has_law_to_cite_in_both_years(code: str) -> None:
    for day in (date(2021, 7, 15), date(2026, 11, 23)):
        assert cited(code, day), f"{code} {day}"
    assert not cited("nothing", date(2021, 1, 1))


def test_a_row_whose_dates_were_not_read_says_so() -> None:
    for law in load_rules().law:
        if law.valid_from is None:
            assert law.note or law.issued_on or law.status is LimitStatus.UNCONFIRMED, law.id


def test_a_replacement_does_not_begin_before_the_old_one_ends() -> None:
    rows = {law.id: law for law in load_rules().law}
    for law in rows.values():
        new = rows.get(law.replaced_by or "")
        if new and new.valid_from and law.valid_to:
            assert law.valid_to < new.valid_from or new.id == "nd-37-2026", law.id


def test_what_stands_in_two_periods_is_doubtful_only_in_the_later() -> None:
    rows = load_rules().law
    doubled = {law.number for law in rows if sum(each.number == law.number for each in rows) > 1}
    assert doubled == {"24/2013/TT-BKHCN", "07/2010/NĐ-CP", "19/2012/TT-BKHCN", "26/2012/TT-BKHCN"}
    for number in doubled:
        first, second = (law for law in rows if law.number == number)
        assert (first.status, second.status) == (LimitStatus.CONFIRMED, LimitStatus.UNCONFIRMED)
        assert first.valid_to is not None
        assert second.valid_from is not None
        assert (second.valid_from - first.valid_to).days == 1
