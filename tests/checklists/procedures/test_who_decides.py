"""Only a confirmed or given limit decides; a greater error never gets a better verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.limits import RuleSet, load_rules
from checklists.model import Limit, LimitStatus
from checklists.procedures import evaluate, names

# Readings so good and so bad that any limit with a number would have to decide.
GOOD: dict[str, list[dict[str, Any]]] = {
    "fuel-delivery": [{"v_fd": "20", "v_ref": "20"}],
    "fuel-price": [{"volume": "1", "unit_price": "20000", "price": "20000"}],
    "taximeter-distance": [{"indicated": "1000", "reference": "1000"}],
    "nawi-load": [{"load": "10", "indication": "10"}],
    "nawi-eccentricity": [{"indication": "10"}],
    "nawi-repeatability": [{"indication": "10"}, {"indication": "10"}],
    "gold-mass": [{"declared": "10", "measured": "10"}],
    "gold-fineness": [{"declared": "75", "readings": ["75"]}],
    "dose-rate": [{"readings": ["0.1"]}],
}
BAD: dict[str, list[dict[str, Any]]] = {
    "fuel-delivery": [{"v_fd": "40", "v_ref": "20"}],
    "fuel-price": [{"volume": "1", "unit_price": "20000", "price": "50000"}],
    "taximeter-distance": [{"indicated": "3000", "reference": "1000"}],
    "nawi-load": [{"load": "10", "indication": "99"}],
    "nawi-eccentricity": [{"indication": "99"}],
    "nawi-repeatability": [{"indication": "10"}, {"indication": "99"}],
    "gold-mass": [{"declared": "10", "measured": "1"}],
    "gold-fineness": [{"declared": "75", "readings": ["35"]}],
    "dose-rate": [{"readings": ["500"]}],
}


def request_for(name: str, limit: Limit, rows: list[dict[str, Any]], on: date) -> dict[str, Any]:
    """A request that this row of the rule set answers."""
    own = dict(limit.parameters)
    parameters: dict[str, Any] = {}
    if name.startswith("nawi"):
        parameters = {"accuracy_class": own["accuracy_class"], "e": "1", "unit": "kg"}
        parameters |= {} if name == "nawi-load" else {"load": "10"}
    if name == "taximeter-distance":
        parameters = own
    if name == "dose-rate":
        parameters = {"background": ["0.1"]}
        rows = [{**row, **own} for row in rows]
    context = "inspection" if limit.context == "any" else limit.context
    return {"date": on.isoformat(), "context": context, "parameters": parameters, "rows": rows}


def of(limit: Limit) -> list[str]:
    return [n for n in names() if n == limit.procedure or n.startswith(f"{limit.procedure}-")]


def test_every_row_of_the_rules_decides_exactly_when_confirmed() -> None:
    walked = set()
    for limit in load_rules().limits:
        for name in of(limit):
            for on in (limit.valid_from, limit.valid_to or date(2026, 11, 23)):
                good = evaluate(name, request_for(name, limit, GOOD[name], on), load_rules())
                bad = evaluate(name, request_for(name, limit, BAD[name], on), load_rules())
                decided = (good["verdict"], bad["verdict"])
                walked.add(limit.id)
                if limit.status is LimitStatus.CONFIRMED:
                    assert decided == ("pass", "fail"), limit.id
                else:
                    assert decided == ("inconclusive", "inconclusive"), limit.id
                    basis = "giới hạn suất liều" if name == "dose-rate" else "sai số"
                    assert bad["explanation"].startswith(f"chưa kết luận: thiếu căn cứ {basis}; ")
                    shown = None if limit.value is None else f"{limit.value.normalize():f}"
                    assert bad["limit"] is not None
                    assert bad["limit"]["status"] == "unconfirmed"
                    assert bad["limit"]["value"] in (shown, f"{limit.floor}"), limit.id
    unused = {limit.id for limit in load_rules().limits} - walked
    assert all(row.startswith("gold-grade-") for row in unused)


def test_the_shipped_statuses_are_those_of_the_dossiers() -> None:
    confirmed = {limit.id for limit in load_rules().limits if limit.status is LimitStatus.CONFIRMED}
    classes = [f"nawi-{c}-class-{k}" for c in ("verification", "inspection") for k in ("i", "ii", "iii", "iiii")]
    assert confirmed == {
        *classes,
        *("gold-mass-2014", "gold-mass-2026", "gold-fineness"),
        *("dose-rate-control-2014", "dose-rate-public-2014"),
        *(f"gold-grade-{karat}k" for karat in range(17, 25)),
    }


def test_if_every_row_were_unconfirmed_nothing_would_decide() -> None:
    shipped = load_rules()
    doubtful = RuleSet.build(
        "0", [replace(limit, status=LimitStatus.UNCONFIRMED) for limit in shipped.limits], shipped.law
    )
    for limit in doubtful.limits:
        for name in of(limit):
            for rows in (GOOD[name], BAD[name]):
                request = request_for(name, limit, rows, limit.valid_from)
                assert evaluate(name, request, doubtful)["verdict"] == "inconclusive", limit.id


@pytest.mark.parametrize("name", names())
def test_a_day_before_all_law_has_no_limit_and_no_verdict(name: str) -> None:
    limit = next(row for row in load_rules().limits if name in of(row))
    answer = evaluate(name, request_for(name, limit, BAD[name], date(1990, 1, 1)), load_rules())
    assert answer["verdict"] == "inconclusive"
    assert answer["limit"] is None
    assert "bộ quy tắc không có giới hạn nào áp dụng cho ngày này" in answer["explanation"]


def test_a_confirmed_fuel_limit_decides_in_the_new_version_only() -> None:
    shipped = load_rules()
    confirmed = shipped.with_confirmed(
        "fuel-delivery-inspection", "0.45", "Nguyễn Văn Duyệt", "ĐLVN 10:2017", date(2021, 8, 1)
    )
    rows = [{"v_fd": "20.00", "v_ref": "19.91"}]
    request = {"date": "2021-08-02", "context": "inspection", "rows": rows}
    assert evaluate("fuel-delivery", request, shipped)["verdict"] == "inconclusive"
    answer = evaluate("fuel-delivery", request, confirmed)
    assert answer["verdict"] == "fail"
    assert answer["limit"] == {"value": "0.45", "unit": "%", "source": "ĐLVN 10:2017", "status": "confirmed"}


def test_one_failing_row_outweighs_an_undecided_one() -> None:
    rows = [{"load": "60000", "indication": "60000"}, {"load": "1000", "indication": "2000"}]
    parameters = {"accuracy_class": "III", "e": "5", "unit": "g"}
    request = {"date": "2021-08-02", "context": "inspection", "parameters": parameters, "rows": rows}
    answer = evaluate("nawi-load", request, load_rules())
    assert [row["verdict"] for row in answer["rows"]] == ["inconclusive", "fail"]
    assert answer["verdict"] == "fail"


RANK = {"pass": 0, "fail": 1}
READING = st.decimals(0, 1000, places=4)


def rank(name: str, row: dict[str, Any], limit: dict[str, str] | None, **parameters: Any) -> int:
    request = {"date": "2021-07-15", "context": "inspection", "parameters": parameters, "rows": [row]}
    return RANK[evaluate(name, {**request, "limit": limit}, load_rules())["verdict"]]


@given(true=st.decimals("0.5", 100, places=3), one=READING, two=READING)
def test_fuel_verdict_is_monotone_in_the_error(true: Decimal, one: Decimal, two: Decimal) -> None:
    near, far = sorted((one / 100, two / 100))
    limit = {"value": "0.45", "unit": "%"}
    for sign in (1, -1):
        shown = [f"{max(true + sign * off, Decimal(0)):f}" for off in (near, far)]
        ranks = [rank("fuel-delivery", {"v_fd": v, "v_ref": f"{true:f}"}, limit) for v in shown]
        assert ranks == sorted(ranks)


@given(load=READING, one=READING, two=READING)
def test_scale_verdict_is_monotone_in_the_error(load: Decimal, one: Decimal, two: Decimal) -> None:
    instrument = {"accuracy_class": "III", "e": "0.5", "unit": "kg"}
    near, far = sorted((one / 100, two / 100))
    for sign in (1, -1):
        rows = [{"load": f"{load:f}", "indication": f"{load + sign * off:f}"} for off in (near, far)]
        ranks = [rank("nawi-load", row, None, **instrument) for row in rows]
        assert ranks == sorted(ranks)


@given(declared=st.decimals("0.1", 5000, places=3), one=READING, two=READING)
def test_less_gold_is_never_better(declared: Decimal, one: Decimal, two: Decimal) -> None:
    light, heavy = sorted((one / 500, two / 500))
    rows = [
        {"declared": f"{declared:f}", "measured": f"{max(declared - 1 + off, Decimal(0)):f}"} for off in (light, heavy)
    ]
    assert rank("gold-mass", rows[0], None) >= rank("gold-mass", rows[1], None)


@given(one=READING, two=READING)
def test_more_dose_is_never_better(one: Decimal, two: Decimal) -> None:
    low, high = sorted((one / 500, two / 500))
    ranks = [
        rank("dose-rate", {"place": "public", "readings": [f"{x:f}"]}, None, background=["0.1"]) for x in (low, high)
    ]
    assert ranks == sorted(ranks)
