"""Periods of reports as addresses and people write them."""

from __future__ import annotations

from datetime import date

import pytest

from server.errors import Problem, ProblemCode
from server.services import report_scope

CAMPAIGN = "0190f3c2-7e11-7a00-8000-000000000001"


@pytest.mark.parametrize(
    ("token", "first", "last", "title"),
    [
        ("2021-02", date(2021, 2, 1), date(2021, 2, 28), "tháng 02 năm 2021"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "tháng 02 năm 2024"),
        ("2021-12", date(2021, 12, 1), date(2021, 12, 31), "tháng 12 năm 2021"),
        ("2021-Q3", date(2021, 7, 1), date(2021, 9, 30), "quý III năm 2021"),
        ("2021-H1", date(2021, 1, 1), date(2021, 6, 30), "6 tháng đầu năm 2021"),
        ("2021-H2", date(2021, 7, 1), date(2021, 12, 31), "6 tháng cuối năm 2021"),
        ("2021", date(2021, 1, 1), date(2021, 12, 31), "năm 2021"),
        ("2021-08-02_2021-08-31", date(2021, 8, 2), date(2021, 8, 31), "từ ngày 02/08/2021 đến ngày 31/08/2021"),
    ],
)
def test_an_address_names_a_period(token: str, first: date, last: date, title: str) -> None:
    scope = report_scope.read(token)
    assert (scope.first, scope.last, scope.title) == (first, last, title)
    assert scope.holds(first)
    assert scope.holds(last)
    assert not scope.holds(None)


@pytest.mark.parametrize(
    "token",
    ["", "2021-13", "2021-00", "2021-Q5", "2021-Q0", "2021-H3", "1999", "9999", "2021-08-31_2021-08-02", "2021-02-30_2021-03-01",
     "x" * 600, "２０２１", "2021-Q", "../2021", CAMPAIGN.upper(), CAMPAIGN + "0"],
)  # fmt: skip
def test_what_names_nothing_is_not_found(token: str) -> None:
    with pytest.raises(Problem) as refused:
        report_scope.read(token)
    assert refused.value.code is ProblemCode.NOT_FOUND


def test_a_campaign_is_named_by_its_id() -> None:
    assert report_scope.read(CAMPAIGN).campaign_id == CAMPAIGN


def test_a_person_chooses_a_period() -> None:
    assert report_scope.chosen("month", "2021", "8", "", "").token == "2021-08"
    assert report_scope.chosen("quarter", "2021", "3", "", "").token == "2021-Q3"
    assert report_scope.chosen("half", "2021", "2", "", "").token == "2021-H2"
    assert report_scope.chosen("year", "2021", "", "", "").token == "2021"
    assert report_scope.chosen("range", "", "", "2021-08-02", "2021-08-31").token == "2021-08-02_2021-08-31"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("month", "2021", "13", "", ""), "từ 1 đến 12"),
        (("quarter", "2021", "x", "", ""), "từ 1 đến 4"),
        (("half", "2021", "", "", ""), "từ 1 đến 2"),
        (("month", "21", "1", "", ""), "năm từ 2000"),
        (("moon", "2021", "1", "", ""), "loại kỳ"),
        (("range", "", "", "2021-08-31", "2021-08-02"), "đứng trước"),
        (("range", "", "", "2021-08-31", ""), "đủ ngày"),
        (("range", "", "", "0001-01-01", "2021-08-02"), "trong các năm"),
    ],
)
def test_a_wrong_choice_says_what_is_wrong(typed: tuple[str, str, str, str, str], said: str) -> None:
    with pytest.raises(Problem) as refused:
        report_scope.chosen(*typed)
    assert refused.value.code is ProblemCode.INVALID_REQUEST
    assert said in refused.value.detail


def test_offered_periods_begin_with_the_month_before() -> None:
    tokens = [scope.token for scope in report_scope.around(date(2026, 1, 15))]
    assert tokens == ["2025-12", "2026-01", "2026-Q1", "2026-H1", "2026"]
