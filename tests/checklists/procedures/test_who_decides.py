"""Only a confirmed or given limit decides; a greater error never gets a better verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
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
    "gold-scale-interval": [{"capacity": "100", "e": "1"}],
    "dose-rate": [{"readings": ["0.1"]}],
    "electricity-error": [{"pulses": "1000", "reference_wh": "1000"}],
    "clinical-thermometer": [{"reference": "37", "indication": "37"}],
    "blood-pressure": [{"reference": "150", "indication": "150"}],
    "leak-rate": [{"start": "200", "end": "200", "seconds": "60"}],
    "comparison": [{"reference": "10", "indication": "10"}],
    "check-scale": [{"reference": "1000", "indication": "1000"}],
    "scale-interval": [{"mass": "50", "d": "1"}],
    "registered-minimum": [{"readings": ["99", "99", "99"]}],
    "source-sweep": [{"readings": ["0.1"]}],
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
    "gold-scale-interval": [{"capacity": "100", "e": "100000"}],
    "dose-rate": [{"readings": ["500"]}],
    "electricity-error": [{"pulses": "3000", "reference_wh": "1000"}],
    "clinical-thermometer": [{"reference": "37", "indication": "42"}],
    "blood-pressure": [{"reference": "150", "indication": "300"}],
    "leak-rate": [{"start": "200", "end": "10", "seconds": "60"}],
    "comparison": [{"reference": "10", "indication": "99"}],
    "check-scale": [{"reference": "1000", "indication": "3000"}],
    "scale-interval": [{"mass": "50", "d": "1000"}],
    "registered-minimum": [{"readings": ["0.1", "0.1", "0.1"]}],
    "source-sweep": [{"readings": ["500"]}],
}


def request_for(name: str, limit: Limit, on: date, *, good: bool) -> dict[str, Any]:
    """A request that this row of the rule set answers."""
    own: dict[str, Any] = dict(limit.parameters)
    rows = (GOOD if good else BAD).get(name, [])
    parameters: dict[str, Any] = own
    if name.startswith("nawi"):
        parameters = {**own, "e": "1", "unit": "kg"} | ({} if name == "nawi-load" else {"load": "10"})
    if name == "source-sweep":
        parameters = {"background": ["0.1"] * 5}
    if name == "dose-rate":
        parameters = {"background": ["0.1"]}
        rows = [{**row, **own} for row in rows]
    if name == "electricity-error":
        parameters = {**own, "constant": "1000", "current": "1"}
    if name == "comparison":
        parameters = {**own, "unit": "mV" if limit.unit == "%" else limit.unit}
    if name == "check-scale":
        parameters = {"side": "seller"}
    if name == "prepackage-lot":
        parameters, rows = lot_for(own, good=good)
    if name == "validity":
        parameters = {key: value for key, value in own.items() if key != "basis"}
        rows = [certificate(own["basis"], on, good=good)]
    context = "inspection" if limit.context == "any" else limit.context
    return {"date": on.isoformat(), "context": context, "parameters": parameters, "rows": rows}


def certificate(basis: str, on: date, *, good: bool) -> dict[str, str]:
    """A certificate that ends long after, or long before, the day."""
    if basis == "printed":
        return {"valid_until": (on + timedelta(100 if good else -100)).isoformat()}
    return {"verified_on": (on - timedelta(1 if good else 1000)).isoformat()}


UNITS = {"mass": "g", "volume": "mL", "length": "m", "area": "m²", "count": "cái"}


def lot_for(own: dict[str, str], *, good: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A lot that lacks only what one criterion looks at: the mean, units beyond T, or a unit beyond 2T."""
    sampled, short = own.get("plan") == "sample", own["criterion"]
    n = 50 if sampled else 41
    unit, nominal = UNITS[own.get("quantity", "mass")], 100
    actual = [nominal] * n
    if not good:
        t = 6 if short == "t1" else 90  # T is 4,5 g of 100 g, and a few metres or pieces
        lacking = {"t1": 4 if sampled else 2, "mean": n, "size": n}.get(short, 1)
        actual = [nominal - (1 if short in ("mean", "size") else t)] * lacking + [2 * nominal] * (n - lacking)
    parameters = {"nominal": str(nominal), "unit": unit, "lot_size": "100" if sampled else str(n)}
    return parameters, [{"actual": str(each)} for each in actual]


def of(limit: Limit) -> list[str]:
    return [n for n in names() if n == limit.procedure or n.startswith(f"{limit.procedure}-")]


def all_confirmed_but(row: Limit) -> RuleSet:
    """The rules as if the department had confirmed every other row: what this one decides is then seen alone."""
    shipped = load_rules()
    rows = [
        replace(each, status=LimitStatus.CONFIRMED) if each != row and (each.value is not None or each.table) else each
        for each in shipped.limits
    ]
    return RuleSet.build("0", rows, shipped.law)


def verdicts(name: str, limit: Limit, on: date, rules: RuleSet) -> tuple[str, str]:
    good = evaluate(name, request_for(name, limit, on, good=True), rules)
    bad = evaluate(name, request_for(name, limit, on, good=False), rules)
    return good["verdict"], bad["verdict"]


def test_no_unconfirmed_row_decides() -> None:
    """Every row with its source and what it makes of good and bad readings, when all other rows are confirmed."""
    listed, deciding = [], []
    for limit in load_rules().limits:
        for name in of(limit):
            decided = verdicts(name, limit, limit.valid_from, all_confirmed_but(limit))
            line = f"{limit.id}: {limit.status.value}, {' / '.join(decided)}, {name}, {limit.source}"
            listed.append(line)
            expected = ("pass", "fail") if limit.status is LimitStatus.CONFIRMED else ("inconclusive", "inconclusive")
            if decided != expected:
                deciding.append(line)
        assert limit.source.strip()
        assert limit.status is LimitStatus.CONFIRMED or limit.note or limit.procedure == "gold-grade", limit.id
    assert not deciding, "\n".join([*deciding, "", "all rows:", *listed])
    assert len(listed) > 80


def test_every_row_of_the_shipped_rules_decides_exactly_when_confirmed() -> None:
    walked = set()
    for limit in load_rules().limits:
        for name in of(limit):
            for on in (limit.valid_from, limit.valid_to or date(2026, 11, 23)):
                walked.add(limit.id)
                if name == "prepackage-lot":
                    continue  # a lot rests on several rows: below
                bad = evaluate(name, request_for(name, limit, on, good=False), load_rules())
                if limit.status is LimitStatus.CONFIRMED:
                    assert verdicts(name, limit, on, load_rules()) == ("pass", "fail"), limit.id
                    continue
                assert verdicts(name, limit, on, load_rules()) == ("inconclusive", "inconclusive"), limit.id
                assert bad["explanation"].startswith("chưa kết luận: thiếu căn cứ "), limit.id
                assert bad["limit"]["status"] == "unconfirmed"
                known = limit.value is not None or limit.table is not None
                assert (bad["limit"]["value"] is not None) == known, limit.id
    unused = {limit.id for limit in load_rules().limits} - walked
    assert all(row.startswith("gold-grade-") or row == "cordon-dose-rate" for row in unused)


def test_of_a_lot_only_a_mean_below_what_is_declared_is_decided_by_the_shipped_rules() -> None:
    """Thông tư 21/2014 gives the rule of a whole lot; T and the plans were never read."""
    for limit in (row for row in load_rules().limits if row.procedure == "prepackage-lot"):
        good, bad = verdicts("prepackage-lot", limit, date(2021, 7, 15), load_rules())
        assert good == "inconclusive"
        assert bad == ("fail" if limit.id == "prepackage-mean-full" else "inconclusive"), limit.id


def test_the_shipped_statuses_are_those_of_the_dossiers() -> None:
    confirmed = {limit.id for limit in load_rules().limits if limit.status is LimitStatus.CONFIRMED}
    classes = [f"nawi-{c}-class-{k}" for c in ("verification", "inspection") for k in ("i", "ii", "iii", "iiii")]
    assert confirmed == {
        *classes,
        *("gold-mass-2014", "gold-mass-2026", "gold-fineness"),
        *("gold-scale-interval-2014", "gold-scale-interval-2026"),
        *("dose-rate-control-2014", "dose-rate-public-2014"),
        *(f"gold-grade-{karat}k" for karat in range(17, 25)),
        *("blood-pressure-electronic-verification-mmhg", "blood-pressure-electronic-verification-kpa"),
        *("ecg-voltage-verification", "ecg-frequency-verification"),
        *("prepackage-mean-full", "prepackage-t1-full", "prepackage-t2-full"),
        "scale-interval",
        *("validity-printed", "validity-dose-rate-meter-2014"),
    }


def test_if_every_row_were_unconfirmed_nothing_would_decide() -> None:
    shipped = load_rules()
    doubtful = RuleSet.build(
        "0", [replace(limit, status=LimitStatus.UNCONFIRMED) for limit in shipped.limits], shipped.law
    )
    for limit in doubtful.limits:
        for name in of(limit):
            assert verdicts(name, limit, limit.valid_from, doubtful) == ("inconclusive", "inconclusive"), limit.id


@pytest.mark.parametrize("name", names())
def test_a_day_before_all_law_has_no_limit_and_no_verdict(name: str) -> None:
    limit = next(row for row in load_rules().limits if name in of(row))
    answer = evaluate(name, request_for(name, limit, date(1990, 1, 1), good=False), load_rules())
    assert answer["verdict"] == "inconclusive"
    assert answer["limit"] is None
    words = "không có giới hạn nào áp dụng cho ngày này", "không có chu kỳ kiểm định nào áp dụng"
    assert any(each in answer["explanation"] for each in words)


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
