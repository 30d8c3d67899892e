"""The second computation of electricity meters, medical instruments and the general comparison."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.checklists.procedures.naive import Case, near, text, verdict

# (construction, class, power factor): from so many Ib (In), so many percent; IEC 62053 as the dossier remembers it.
ELECTRICITY = {
    ("static_direct", "1", "1"): [("0.05", "1.5"), ("0.1", "1.0")],
    ("static_direct", "2", "1"): [("0.05", "2.5"), ("0.1", "2.0")],
    ("static_direct", "1", "0.5L"): [("0.1", "1.5"), ("0.2", "1.0")],
    ("static_direct", "2", "0.5L"): [("0.1", "2.5"), ("0.2", "2.0")],
    ("static_direct", "1", "0.8C"): [("0.1", "1.5"), ("0.2", "1.0")],
    ("static_ct", "1", "1"): [("0.02", "1.5"), ("0.05", "1.0")],
    ("static_ct", "2", "1"): [("0.02", "2.5"), ("0.05", "2.0")],
    ("static_ct", "1", "0.5L"): [("0.05", "1.5"), ("0.1", "1.0")],
    ("static_ct", "2", "0.5L"): [("0.05", "2.5"), ("0.1", "2.0")],
    ("static_ct", "1", "0.8C"): [("0.05", "1.5"), ("0.1", "1.0")],
    ("static_ct", "0.2S", "1"): [("0.01", "0.4"), ("0.05", "0.2")],
    ("static_ct", "0.5S", "1"): [("0.01", "1.0"), ("0.05", "0.5")],
    ("static_ct", "0.2S", "0.5L"): [("0.02", "0.5"), ("0.1", "0.3")],
    ("static_ct", "0.5S", "0.5L"): [("0.02", "1.0"), ("0.1", "0.6")],
    ("static_ct", "0.2S", "0.8C"): [("0.02", "0.5"), ("0.1", "0.3")],
    ("static_ct", "0.5S", "0.8C"): [("0.02", "1.0"), ("0.1", "0.6")],
    ("induction", "0.5", "1"): [("0.05", "1.0"), ("0.1", "0.5")],
    ("induction", "1", "1"): [("0.05", "1.5"), ("0.1", "1.0")],
    ("induction", "2", "1"): [("0.05", "2.5"), ("0.1", "2.0")],
    ("induction", "0.5", "0.5L"): [("0.1", "1.3"), ("0.2", "0.8")],
    ("induction", "1", "0.5L"): [("0.1", "1.5"), ("0.2", "1.0")],
    ("induction", "2", "0.5L"): [("0.1", "2.5"), ("0.2", "2.0")],
}


def electricity(rng: random.Random) -> Case:
    construction, accuracy_class, factor = rng.choice(list(ELECTRICITY))
    base = rng.choice([None, "5", "20", "1.5"])
    greatest = rng.choice([None, "1.2", "4"])
    parameters = {"accuracy_class": accuracy_class, "construction": construction, "constant": "1000"}
    if base:
        parameters |= {"current_unit": "A", "base_current": base}
    if greatest:
        parameters["max_current"] = text(Fraction(greatest) * Fraction(base or "1"))
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 3)):
        used = rng.choice([factor, factor, factor, "1", "0.5L", "0.8C", "0.93"])
        bands = ELECTRICITY.get((construction, accuracy_class, used), [])
        edge = Fraction(rng.choice([bound for bound, _ in ELECTRICITY[construction, accuracy_class, factor]]))
        step = rng.choice([Fraction(0), Fraction(-1, 1000), Fraction(1, 1000), Fraction(1), Fraction(3), 1 - edge])
        current = text((edge + step) * Fraction(base or "1"), 6)
        times = Fraction(current) / Fraction(base or "1")
        limits = [Fraction(percent) for bound, percent in bands if Fraction(bound) <= times]
        above = times > Fraction(greatest) if greatest else times > 1
        allowed = None if above or not limits else limits[-1]
        row, error = pulses(rng, allowed or Fraction(1))
        rows.append({**row, "current": current, "power_factor": used if used != "1" else rng.choice(["1", "1.0"])})
        errors.append(error)
        within.append(None if allowed is None else abs(error) <= allowed)
    request: dict[str, Any] = {"parameters": parameters, "rows": rows}
    if rng.random() < 0.2:
        limit = rng.choice(["0.5", "1", "2"])
        typed = {**request, "limit": {"value": limit, "unit": "%"}}
        return Case(typed, errors, verdict([abs(error) <= Fraction(limit) for error in errors]))
    confirmed = rng.random() < 0.85
    return Case(request, errors, verdict([*within]) if confirmed else "inconclusive", confirmed)


def pulses(rng: random.Random, allowed: Fraction) -> tuple[dict[str, Any], Fraction]:
    """A row whose error is often exactly the allowance: 1000 imp/kWh count N Wh, of 1000 W in 3,6 N s."""
    counted = 1000 + int(10 * allowed * rng.choice([1, -1])) + rng.choice([0, 0, 0, 1, -1, rng.randint(-40, 40)])
    slightly = rng.choice(["1000", "1000", "1000.000001", "999.9999", "1003.7"])
    if rng.random() < 0.5:
        reference = Fraction(slightly)
        return {"pulses": str(counted), "reference_wh": slightly}, 100 * (counted - reference) / reference
    seconds = text(Fraction(slightly) * Fraction("3.6"), 7)
    due = Fraction(3_600_000 * counted, 1000 * 1000)
    error = 100 * (due - Fraction(seconds)) / Fraction(seconds)
    return {"pulses": str(counted), "power_w": "1000", "seconds": seconds}, error


def thermometer(rng: random.Random) -> Case:
    kind = rng.choice([None, "glass", "electronic"])
    upper, lower = (Fraction("0.1"), Fraction("0.1")) if kind == "electronic" else (Fraction("0.10"), Fraction("0.15"))
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 4)):
        true = rng.choice(["35.5", "37.00", "41.50", "36.98"])
        read = near(rng, Fraction(true), rng.choice([upper, lower]), rng.choice([2, 3]))
        error = Fraction(read) - Fraction(true)
        rows.append({"reference": true, "indication": read})
        errors.append(error)
        within.append(-lower <= error <= upper)
    request: dict[str, Any] = {"parameters": {"kind": kind} if kind else {}, "rows": rows}
    request["context"] = rng.choice(["verification", "inspection"])
    way = rng.choice(["given", "confirmed", "shipped"])
    if way == "given":
        request["limit"] = {"value": text(upper), "lower": text(lower), "unit": "°C"}
    return Case(request, errors, "inconclusive" if way == "shipped" else verdict([*within]), way == "confirmed")


def blood_pressure(rng: random.Random) -> Case:
    kind, unit = rng.choice([None, "electronic", "mechanical"]), rng.choice([None, "mmHg", "kPa"])
    context, on = rng.choice(["verification", "inspection"]), rng.choice(["2021-07-15", "2020-12-31", "2026-11-01"])
    allowed = Fraction("0.4") if unit == "kPa" else Fraction(3)
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 5)):
        true = rng.choice(["0", "50", "150.0", "300"])
        read = near(rng, Fraction(true) + 5, allowed, rng.choice([0, 1, 2]))
        read = text(max(Fraction(read) - 5, Fraction(0)))
        error = Fraction(read) - Fraction(true)
        rows.append({"reference": true, "indication": read})
        errors.append(error)
        within.append(abs(error) <= allowed)
    confirmed = rng.random() < 0.5
    mechanical = kind == "mechanical"
    decided = mechanical or on >= "2021"
    decided = decided and (confirmed or (not mechanical and context == "verification"))
    parameters = {key: value for key, value in (("kind", kind), ("unit", unit)) if value}
    request = {"date": on, "context": context, "parameters": parameters, "rows": rows}
    return Case(request, errors, verdict([*within]) if decided else "inconclusive", confirmed)


def leak(rng: random.Random) -> Case:
    kind = rng.choice([None, "electronic", "mechanical"])
    allowed = Fraction(4 if kind == "mechanical" else 6)
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 3)):
        seconds = rng.choice(["60", "300", "45"])
        fall = near(rng, allowed * Fraction(seconds) / 60, Fraction(1, 100), 4)
        end = text(200 - Fraction(fall), 4)
        rate = (200 - Fraction(end)) * 60 / Fraction(seconds)
        rows.append({"start": "200", "end": end, "seconds": seconds})
        errors.append(rate)
        within.append(rate <= allowed)
    confirmed = rng.random() < 0.8
    parameters = {"kind": kind} if kind else {}
    decided = verdict([*within]) if confirmed else "inconclusive"
    context = rng.choice(["verification", "inspection"])
    return Case({"context": context, "parameters": parameters, "rows": rows}, errors, decided, confirmed)


def comparison(rng: random.Random) -> Case:
    relative, given = rng.random() < 0.5, rng.random() < 0.7
    percent = Fraction("5") if not given else Fraction(rng.choice(["0.3", "1", "4"]))
    floor = Fraction(rng.choice(["0", "0.02", "0.5"])) if given else Fraction(0)
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 4)):
        true = Fraction(rng.choice(["0.1", "1", "9.00", "10", "37.5"]))
        allowed = max(true * percent / 100, floor)
        read = near(rng, true, allowed, rng.choice([3, 6]))
        difference = Fraction(read) - true
        rows.append({"reference": text(true), "indication": read})
        errors.append(100 * difference / true if relative else difference)
        within.append(abs(difference) <= allowed)
    parameters = {"unit": "mV", "error": "relative" if relative else "absolute"}
    request: dict[str, Any] = {"parameters": parameters, "rows": rows}
    if given:
        request["limit"] = {"value": text(percent), "unit": "%", "floor": text(floor), "floor_unit": "mV"}
        return Case(request, errors, verdict([*within]))
    context, confirmed = rng.choice(["verification", "inspection"]), rng.random() < 0.5
    parameters["quantity"] = rng.choice(["ecg-voltage", "ecg-frequency", "monitor-ecg"])
    decided = parameters["quantity"] != "monitor-ecg" and (confirmed or context == "verification")
    return Case({**request, "context": context}, errors, verdict([*within]) if decided else "inconclusive", confirmed)


MAKERS: dict[str, Callable[[random.Random], Case]] = {
    "electricity-error": electricity,
    "clinical-thermometer": thermometer,
    "blood-pressure": blood_pressure,
    "leak-rate": leak,
    "comparison": comparison,
}
