"""Verification cycles: which holds on a day, and that the shipped ones are what was read."""

from __future__ import annotations

from datetime import date

import pytest

from checklists.cycles import cycle_months
from checklists.limits import LimitError, RuleSet, load_rules
from checklists.model import Cycle, LimitStatus

RULES = load_rules()
CONFIRMED, UNCONFIRMED = LimitStatus.CONFIRMED, LimitStatus.UNCONFIRMED


@pytest.mark.parametrize(
    ("type", "kind", "on", "months", "status"),
    [
        ("taximeter", None, "2021-08-05", 12, CONFIRMED),
        ("taximeter", None, "2024-10-14", 12, CONFIRMED),
        ("taximeter", None, "2024-10-15", 18, CONFIRMED),
        ("taximeter", None, "2026-04-14", 18, CONFIRMED),
        ("taximeter", None, "2026-04-15", 18, UNCONFIRMED),
        ("fuel_dispenser", None, "2019-12-31", 12, CONFIRMED),
        ("fuel_dispenser", None, "2021-08-05", 12, UNCONFIRMED),
        ("nozzle", None, "2021-08-05", 12, UNCONFIRMED),
        ("weighbridge", None, "2021-08-05", 12, UNCONFIRMED),
        ("analytical_balance", None, "2025-01-01", 12, CONFIRMED),
        ("sphygmomanometer", "mechanical", "2021-08-05", 12, CONFIRMED),
        ("sphygmomanometer", "electronic", "2021-08-05", 12, UNCONFIRMED),
        ("electricity_meter", "single_phase", "2019-12-31", 60, CONFIRMED),
        ("electricity_meter", "three_phase", "2019-12-31", 24, CONFIRMED),
        ("diagnostic_xray_unit", "ct_fluoroscopy", "2021-07-15", 12, CONFIRMED),
        ("diagnostic_xray_unit", "other", "2021-07-15", 24, CONFIRMED),
        ("diagnostic_xray_unit", "other", "2026-07-15", 24, UNCONFIRMED),
        ("dose_rate_meter", None, "2021-07-15", 12, CONFIRMED),
        ("dose_rate_meter", None, "2026-07-15", 12, UNCONFIRMED),
    ],
)
def test_the_cycle_of_a_day(type: str, kind: str | None, on: str, months: int, status: LimitStatus) -> None:
    cycle = cycle_months(RULES, type, date.fromisoformat(on), kind)
    assert cycle is not None
    assert (cycle.months, cycle.status) == (months, status)
    assert cycle.source


@pytest.mark.parametrize(
    ("type", "kind", "on"),
    [
        ("analytical_balance", None, "2026-07-15"),  # the copy that was seen is not to be trusted
        ("electricity_meter", "single_phase", "2021-08-05"),  # amended, to what was not read
        ("electricity_meter", None, "2019-12-31"),  # 60 or 24: nobody said which
        ("diagnostic_xray_unit", None, "2021-07-15"),
        ("weighing_instrument", None, "2021-08-05"),  # the row of the common scales was cut off
        ("no_such_type", None, "2021-08-05"),
    ],
)
def test_no_cycle_where_none_was_read(type: str, kind: str | None, on: str) -> None:
    assert cycle_months(RULES, type, date.fromisoformat(on), kind) is None


def test_kinds_that_agree_need_no_kind() -> None:
    cycle = cycle_months(RULES, "sphygmomanometer", date(2021, 8, 5))
    assert cycle is not None
    assert cycle.months == 12


def cycle(id: str, kind: str | None, start: date | None, end: date | None = None) -> Cycle:
    return Cycle(id, "water_meter", kind, "Đồng hồ nước", 60, "nguồn", "2013", start, end, CONFIRMED)


@pytest.mark.parametrize(
    ("one", "two", "clash"),
    [
        (cycle("a", None, None, date(2020, 1, 1)), cycle("b", None, date(2020, 1, 1)), True),
        (cycle("a", None, None, date(2019, 12, 31)), cycle("b", None, date(2020, 1, 1)), False),
        (cycle("a", "cold", None), cycle("b", "hot", None), False),
        (cycle("a", "cold", None), cycle("b", None, None), True),
    ],
)
def test_two_cycles_of_one_instrument_on_one_day_are_refused(one: Cycle, two: Cycle, clash: bool) -> None:
    if clash:
        with pytest.raises(LimitError, match="a và b cùng có hiệu lực"):
            RuleSet.build("1", [], [], cycles=[one, two])
    else:
        RuleSet.build("1", [], [], cycles=[one, two])


def test_a_confirmed_cycle_has_the_months_of_the_department() -> None:
    day = date(2026, 11, 24)
    made = RULES.with_confirmed("cycle-analytical-balance-2026", "24", "Lê Soát", "Thông tư 04/2026/TT-BKHCN", day)
    found = cycle_months(made, "analytical_balance", day)
    assert found is not None
    assert (found.months, found.status, found.reviewed_by) == (24, CONFIRMED, "Lê Soát")
    assert RuleSet.from_served(made.served()) == made
    for value, words in (
        ("0", "từ 1 đến"),
        ("12.5", "số tháng"),
        ("999", "từ 1 đến"),
        ("mười", "số tháng"),
        (None, "chưa có số tháng"),
    ):
        with pytest.raises(LimitError, match=words):
            RULES.with_confirmed("cycle-analytical-balance-2026", value, "Lê Soát", "Thông tư", day)


def test_the_limit_that_judges_a_meter_and_its_cycle_agree() -> None:
    for limit in RULES.limits:
        if limit.procedure == "validity" and limit.parameters.get("basis") == "cycle":
            found = cycle_months(RULES, limit.parameters["instrument"], limit.valid_from)
            assert found is not None
            assert (found.months, found.status) == (int(limit.value or 0), limit.status)
