"""The second computation of fuel, taximeters, scales, gold and dose rate."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from tests.checklists.procedures.naive import Case, near, verdict

NAWI: dict[str, list[tuple[int | None, str]]] = {
    "I": [(50000, "0.5"), (200000, "1"), (None, "1.5")],
    "II": [(5000, "0.5"), (20000, "1"), (100000, "1.5")],
    "III": [(500, "0.5"), (2000, "1"), (10000, "1.5")],
    "IIII": [(50, "0.5"), (200, "1"), (1000, "1.5")],
}
GOLD = [
    *[(0, 0), (30, 13), (50, 17), (100, 30), (200, 56), (300, 80), (500, 130), (1000, 240)],
    *[(1500, 350), (2000, 430), (3000, 600), (5000, 900), (6000, 1100)],
]


def fuel_delivery(rng: random.Random) -> Case:
    limit, on = rng.choice(["0.3", "0.45", "0.5"]), rng.choice(["each", "mean"])
    rows = []
    for _ in range(rng.randint(1, 4)):
        true = rng.choice(["2", "5.00", "10.0", "20", "19.93", "4.985"])
        spread = Fraction(true) * Fraction(limit) / 100
        rows.append({"v_fd": near(rng, Fraction(true), spread, rng.choice([2, 3, 9])), "v_ref": true})
    errors = [100 * (Fraction(r["v_fd"]) - Fraction(r["v_ref"])) / Fraction(r["v_ref"]) for r in rows]
    judged = errors if on == "each" else [sum(errors, Fraction(0)) / len(errors)]
    within = verdict([abs(e) <= Fraction(limit) for e in judged])
    request = {"parameters": {"verdict_on": on}, "rows": rows}
    if limit == "0.5" or rng.random() < 0.6:
        return Case({**request, "limit": {"value": limit, "unit": "%"}}, errors, within)
    request["context"] = {"0.3": "verification", "0.45": "inspection"}[limit]
    confirmed = rng.random() < 0.7
    return Case(request, errors, within if confirmed else "inconclusive", confirmed)


def fuel_price(rng: random.Random) -> Case:
    rows, errors = [], []
    for _ in range(rng.randint(1, 3)):
        volume, unit = f"{rng.randint(1, 99999) / 100:.2f}", str(rng.randint(15000, 30000))
        due = Fraction(volume) * Fraction(unit)
        price = near(rng, due, Fraction(1), rng.choice([0, 2]))
        rows.append({"volume": volume, "unit_price": unit, "price": price})
        errors.append(Fraction(price) - due)
    request = {"rows": rows, "limit": {"value": "1", "unit": "đ"}}
    return Case(request, errors, verdict([abs(e) <= 1 for e in errors]))


def taximeter(rng: random.Random) -> Case:
    percent, floor = rng.choice(["0.2", "2"]), rng.choice(["4", "10"])
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 4)):
        true = Fraction(rng.choice(["1000", "1000.5", "2000", "5700"]))
        allowed = max(Fraction(percent) / 100 * true, Fraction(floor))
        shown = near(rng, true, allowed, rng.choice([0, 1, 3]))
        rows.append({"indicated": shown, "reference": f"{float(true):.1f}"})
        errors.append(100 * (Fraction(shown) - true) / true)
        within.append(abs(Fraction(shown) - true) <= allowed)
    limit = {"value": percent, "unit": "%", "floor": floor, "floor_unit": "m"}
    return Case({"rows": rows, "limit": limit}, errors, verdict([*within]))


def nawi_mpe(accuracy_class: str, load: Fraction, e: Fraction, context: str) -> Fraction | None:
    for bound, times in NAWI[accuracy_class]:
        if bound is None or load <= bound * e:
            return Fraction(times) * e * (2 if context == "inspection" else 1)
    return None


def scale(rng: random.Random) -> tuple[str, str, str, Fraction, Fraction]:
    accuracy_class = rng.choice(list(NAWI))
    context = rng.choice(["verification", "inspection"])
    e = Fraction(rng.choice(["0.001", "0.02", "0.5", "1", "5", "20"]))
    bound = rng.choice([b for b, _ in NAWI[accuracy_class] if b])
    load = e * max(0, bound + rng.choice([-bound, -7, -1, 0, 1, 13]))
    return accuracy_class, context, f"{float(e):g}", e, load


def nawi_load(rng: random.Random) -> Case:
    accuracy_class, context, e_text, e, load = scale(rng)
    zero = rng.choice(["0", f"{float(e) / 10:.4f}", f"-{float(e) / 5:.4f}"])
    mpe = nawi_mpe(accuracy_class, load, e, context)
    indication = near(rng, load + Fraction(zero), mpe or e, 4)
    row = {"load": f"{Decimal(round(load * 1000)).scaleb(-3):f}", "indication": indication}
    error = Fraction(indication) - load
    if rng.random() < 0.5:
        row["delta_load"] = f"{Decimal(round(e * rng.randint(0, 10) * 1000)).scaleb(-4):f}"
        error += e / 2 - Fraction(row["delta_load"])
    corrected = error - Fraction(zero)
    request = {
        "context": context,
        "parameters": {"accuracy_class": accuracy_class, "e": e_text, "unit": "kg", "zero_error": zero},
        "rows": [row],
    }
    return Case(request, [error], verdict([None if mpe is None else abs(corrected) <= mpe]))


def nawi_one_load(rng: random.Random, series: bool) -> Case:
    accuracy_class, context, e_text, e, load = scale(rng)
    load = max(load, e)
    mpe = nawi_mpe(accuracy_class, load, e, context)
    spread = (mpe or e) / (2 if series else 1)
    indications = [near(rng, load, spread, 4) for _ in range(rng.randint(2, 6))]
    errors = [Fraction(i) - load for i in indications]
    judged = [max(errors) - min(errors)] if series else errors
    parameters = {"accuracy_class": accuracy_class, "e": e_text, "unit": "g"}
    request = {
        "context": context,
        "parameters": {**parameters, "load": f"{Decimal(round(load * 1000)).scaleb(-3):f}"},
        "rows": [{"indication": i} for i in indications],
    }
    return Case(request, errors, verdict([None if mpe is None else abs(j) <= mpe for j in judged]))


def gold_mass(rng: random.Random) -> Case:
    e = rng.choice([None, "1", "10", "0.1"])
    anywhere = Fraction(rng.randint(100, 12_000_000), 1000)
    m = rng.choice([anywhere, Fraction(rng.randint(500, 100_000), 1000), *[Fraction(g) for g, _ in GOLD[1:]]])
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 3)):
        measured = near(rng, m, Fraction(1, 100), 3)
        delta = gold_delta(Fraction(measured))
        step = Fraction(e or "1")
        delta = Fraction((delta / step).__floor__() + ((delta / step) % 1 >= Fraction(1, 2))) * step
        declared = near(rng, Fraction(measured) + delta / 1000, Fraction(1, 1000), 4)
        rows.append({"declared": declared, "measured": measured})
        errors.append(1000 * (Fraction(measured) - Fraction(declared)))
        within.append(Fraction(measured) >= Fraction(declared) - delta / 1000)
    return Case({"parameters": {"e": e} if e else {}, "rows": rows}, errors, verdict([*within]))


def gold_delta(m: Fraction) -> Fraction:
    if m > 6000:
        return m * 1000 * Fraction("0.000175")
    for (m1, d1), (m2, d2) in pairwise(GOLD):
        if m <= m2:
            return d1 + Fraction(d2 - d1, m2 - m1) * (m - m1)
    raise AssertionError


def gold_fineness(rng: random.Random) -> Case:
    declared = rng.choice(["33.3", "58.5", "75.0", "79.99", "80", "91.6", "99.89", "99.9", "99.99"])
    d = Fraction(declared)
    limit = Fraction("0.3") if d < 80 else Fraction("0.2") if d < Fraction("99.9") else Fraction("0.1")
    readings = [near(rng, d - limit, Fraction("0.01"), 3) for _ in range(rng.randint(1, 5))]
    mean = sum(map(Fraction, readings), Fraction(0)) / len(readings)
    return Case({"rows": [{"declared": declared, "readings": readings}]}, [mean - d], verdict([mean >= d - limit]))


def dose_rate(rng: random.Random) -> Case:
    place = rng.choice(["control", "public", "residential"])
    limit = {"control": Fraction(10), "public": Fraction("0.5"), "residential": None}[place]
    factor = rng.choice([None, "1.05", "0.97", "1"])
    cf = Fraction(factor or "1")
    background = [near(rng, Fraction("0.12"), Fraction("0.02"), 2) for _ in range(rng.randint(1, 4))]
    b = sum(map(Fraction, background), Fraction(0)) / len(background)
    target = rng.choice([(limit or Fraction("0.5")) / cf + b, b / 2])
    readings = [near(rng, target, Fraction("0.01"), 3) for _ in range(rng.randint(1, 4))]
    net = (sum(map(Fraction, readings), Fraction(0)) / len(readings) - b) * cf
    request = {
        "parameters": {"background": background, **({"factor": factor} if factor else {})},
        "rows": [{"place": place, "readings": readings}],
    }
    return Case(request, [net], verdict([None if limit is None else max(net, Fraction(0)) <= limit]))


def gold_scale_interval(rng: random.Random) -> Case:
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 3)):
        capacity = near(rng, Fraction(rng.choice([200, 3000, 10000])), Fraction(1, 1000), 4)
        g = Fraction(capacity)
        allowed = Fraction(1 if g <= 200 else 10 if g <= 3000 else 100 if g <= 10000 else 1000)
        e = near(rng, allowed, Fraction(1, 1000), 4)
        rows.append({"capacity": capacity, "e": e})
        errors.append(Fraction(e))
        within.append(Fraction(e) <= allowed)
    on = rng.choice(["2014-06-01", "2026-04-14", "2026-04-15", "2031-01-01", "2014-05-31"])
    decided = verdict([*within]) if on != "2014-05-31" else "inconclusive"
    return Case({"date": on, "rows": rows}, errors, decided)


MAKERS: dict[str, Callable[[random.Random], Case]] = {
    "fuel-delivery": fuel_delivery,
    "fuel-price": fuel_price,
    "taximeter-distance": taximeter,
    "nawi-load": nawi_load,
    "nawi-eccentricity": lambda rng: nawi_one_load(rng, series=False),
    "nawi-repeatability": lambda rng: nawi_one_load(rng, series=True),
    "gold-mass": gold_mass,
    "gold-fineness": gold_fineness,
    "gold-scale-interval": gold_scale_interval,
    "dose-rate": dose_rate,
}
