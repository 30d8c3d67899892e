"""The second computation of retail weighing, prepackaged lots and validity."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from tests.checklists.procedures.naive import Case, near, text, verdict

# Thông tư 09/2017/TT-BKHCN, Bảng 1: up to so many g, d at most so many g; nothing is known up to 40 g.
INTERVALS = [(100, 2), (200, 5), (400, 10), (1000, 20), (2000, 50), (4000, 100), (100_000, 200)]
PLANS = {50: (Fraction("0.379"), 3), 80: (Fraction("0.295"), 5), 125: (Fraction("0.234"), 7)}


def check_scale(rng: random.Random) -> Case:
    side, unit = rng.choice(["seller", "buyer"]), rng.choice([None, "g", "kg"])
    allowed = Fraction(rng.choice(["20", "40", "0.5"]))
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 3)):
        true = rng.choice(["500", "1000", "2000.5"])
        shown = near(rng, Fraction(true) + rng.choice([1, -1]) * allowed, Fraction(1, 100), rng.choice([1, 3]))
        error = Fraction(shown) - Fraction(true)
        rows.append({"reference": true, "indication": shown})
        errors.append(error)
        within.append((error if side == "seller" else -error) <= allowed)
    parameters = {"side": side, **({"unit": unit} if unit else {})}
    request: dict[str, Any] = {"parameters": parameters, "rows": rows}
    if rng.random() < 0.15:
        return Case(request, errors, "inconclusive", confirmed=rng.random() < 0.5)
    return Case({**request, "limit": {"value": text(allowed), "unit": unit or "g"}}, errors, verdict([*within]))


def scale_interval(rng: random.Random) -> Case:
    unit, grams = rng.choice(
        [(None, Fraction(1)), ("g", Fraction(1)), ("kg", Fraction(1000)), ("mg", Fraction(1, 1000))]
    )
    rows, errors, within = [], [], []
    for _ in range(rng.randint(1, 3)):
        edge = Fraction(rng.choice([40, *[bound for bound, _ in INTERVALS]])) / grams
        mass = text(edge + rng.choice([0, 1, -1]) * Fraction(1, 10**6), 6)
        m = Fraction(mass) * grams
        allowed = next((Fraction(d) for bound, d in INTERVALS if m <= bound), None) if m > 40 else None
        d = near(rng, (allowed or Fraction(2)) / grams, Fraction(1, 1000), 6)
        rows.append({"mass": mass, "d": d if Fraction(d) else "1"})
        errors.append(Fraction(rows[-1]["d"]))
        within.append(None if allowed is None else errors[-1] * grams <= allowed)
    on = rng.choice(["2021-01-01", "2021-01-01", "2021-01-01", "2020-12-31"])
    decided = verdict([*within]) if on >= "2021" else "inconclusive"
    return Case({"date": on, "parameters": {"unit": unit} if unit else {}, "rows": rows}, errors, decided)


def tolerable(nominal: Fraction, kind: str) -> Fraction:
    """T of OIML R 87 as the dossier remembers it, in g, mL, m, m² or pieces; rounded up where it is a percentage."""
    if kind == "length":
        return Fraction(0) if nominal <= 5 else nominal * 2 / 100
    if kind == "area":
        return nominal * 3 / 100
    if kind == "count":
        return Fraction(0) if nominal <= 50 else Fraction(ceil(nominal / 100))
    for bound, percent, fixed in [
        (50, 9, None), (100, None, "4.5"), (200, "4.5", None), (300, None, 9), (500, 3, None),
        (1000, None, 15), (10_000, "1.5", None), (15_000, None, 150), (None, 1, None),
    ]:  # fmt: skip
        if bound is None or nominal <= bound:
            if fixed is not None:
                return Fraction(fixed)
            exact = nominal * Fraction(percent or 0) / 100
            return Fraction(ceil(exact * 10), 10) if nominal <= 1000 else Fraction(ceil(exact))
    raise AssertionError


ONE = Fraction(1)
KINDS = {"g": ("mass", ONE), "kg": ("mass", ONE * 1000), "mL": ("volume", ONE), "L": ("volume", ONE * 1000),
         "m": ("length", ONE), "cm": ("length", ONE / 100), "m²": ("area", ONE), "cái": ("count", ONE)}  # fmt: skip


def prepackage(rng: random.Random) -> Case:
    unit = rng.choice(["g", "g", "g", "mL", *KINDS])
    kind, times = KINDS[unit]
    size = rng.choice([25, 50, 51, 75, 100, 150, 200, 250, 301, 350, 500, 946, 1000, 1001, 3000, 15_000, 20_000])
    nominal = (
        Fraction(size) if kind == "count" else Fraction(size if kind in ("mass", "volume") else size // 25) / times
    )
    way = rng.choice(["full", "full", "typed", "planned", "off plan", "small"])
    n = (
        rng.choice([1, 2, 5, 40, 60])
        if way == "full"
        else rng.choice([50, 50, 50, 80, 125] if way == "planned" else [1, 2, 20])
    )
    lot = {"full": n, "typed": n + rng.randint(1, 400), "small": min(n + 1, 99), "off plan": 700}.get(way, 0)
    lot = lot or {50: rng.choice([100, 500]), 80: rng.choice([501, 3200]), 125: 3201}[n]
    given = way == "typed" or rng.random() < 0.5
    t = Fraction(rng.choice(["15", "4.5", "1"])) if given else tolerable(nominal * times, kind) / times
    k, allowed, typed = Fraction(0), Fraction(lot * 25, 1000), {}
    if way == "typed":
        k, allowed = Fraction(rng.choice(["0.379", "0", "1.25"])), Fraction(rng.choice([0, 1, 3]))
        typed = {"k": text(k), "allowed": text(allowed)}
    elif way == "planned":
        k, allowed = PLANS[n][0], Fraction(PLANS[n][1])
    actual = contents(rng, nominal, t, n, k, allowed, whole=kind == "count")
    request: dict[str, Any] = {
        "parameters": {"nominal": text(nominal), "unit": unit, "lot_size": str(lot)},
        "rows": [{"actual": text(each)} for each in actual],
    }
    if given:
        request["limit"] = {"value": text(t), "unit": unit, **typed}
    confirmed = rng.random() < 0.7
    return judged_lot(request, nominal, actual, t, k, allowed, way, given, confirmed)


def contents(
    rng: random.Random, nominal: Fraction, t: Fraction, n: int, k: Fraction, allowed: Fraction, *, whole: bool
) -> list[Fraction]:
    """Contents near the nominal quantity: as many short units as are allowed or one more, the mean often on its edge."""
    if k and n % 2 == 0 and not whole and rng.random() < 0.5:
        # Two values d beside a mean that lies k·s below: s² is n d² / (n - 1), a little over d² .
        d = nominal / 100
        mean = nominal - Fraction(text(k * d * Fraction(rng.choice(["1", "1.005", "1.0101", "1.0102", "1.03"])), 9))
        return [mean + d, mean - d] * (n // 2)
    spread = max(t, nominal / 100)
    found = [
        nominal + rng.choice([Fraction(0), spread / 10, Fraction(rng.randint(-50, 100), 100) * spread])
        for _ in range(n)
    ]
    short = min(rng.choice([0, floor(allowed), floor(allowed) + 1]), n)
    found[:short] = [
        nominal - t - rng.choice([Fraction(0), spread / 50, spread / 50, spread / 50]) for _ in range(short)
    ]
    if rng.random() < 0.2:
        found[0] = nominal - 2 * t - rng.choice([Fraction(0), spread / 50])
    found = [
        Fraction(round(each)) if whole else Fraction(text(each, 6)) for each in (max(each, ONE * 0) for each in found)
    ]
    if rng.random() < 0.7:
        found[-1] = max(found[-1] + sum(nominal - each for each in found), Fraction(0))
    return found


def judged_lot(
    request: dict[str, Any], nominal: Fraction, actual: list[Fraction], t: Fraction,
    k: Fraction, allowed: Fraction, way: str, given: bool, confirmed: bool,
) -> Case:  # fmt: skip
    n = len(actual)
    mean = sum(actual, Fraction(0)) / n
    variance = sum(((each - mean) ** 2 for each in actual), Fraction(0)) / (n - 1) if n > 1 else None
    t1, t2 = sum(each < nominal - t for each in actual), sum(each < nominal - 2 * t for each in actual)
    enough: bool | None = mean >= nominal
    if not enough and k:
        enough = None if variance is None else (nominal - mean) ** 2 <= k * k * variance
    if k and variance is None:
        enough = None
    within: list[bool | None] = [enough, t1 <= allowed, t2 == 0]
    if way in ("off plan", "small"):
        within = [None, None, None]
    if way == "planned" and not confirmed:
        within = [None, None, None]
    if way == "full" and not (given or confirmed):
        within = [enough, None, None]
    top = {"t1": str(t1), "t2": str(t2), "mean": mean, "tolerable": t}
    errors = [each - nominal for each in actual]
    return Case(request, errors, verdict(within), confirmed, top=top)


def validity(rng: random.Random) -> Case:
    on = date(2021, 1, 1) + timedelta(rng.randint(0, 2200))
    until = on + timedelta(rng.randint(0, 200)) if rng.random() < 0.3 else None
    last = until or on
    rows, errors, within, shown = [], [], [], []
    confirmed = rng.random() < 0.5
    parameters: dict[str, str] = {"instrument": "dose_rate_meter"} if rng.random() < 0.8 else {}
    for _ in range(rng.randint(1, 3)):
        row, left, holds = certificate(rng, on, last, "instrument" in parameters, confirmed)
        rows.append(row)
        errors.append(Fraction(left))
        within.append(holds)
        measured = holds is not None or ("verified_on" in row and bool(parameters))
        shown.append({"ends_soon": measured and 0 <= left <= 60})
    if until:
        parameters["until"] = until.isoformat()
    request = {"date": on.isoformat(), "parameters": parameters, "rows": rows}
    return Case(request, errors, verdict(within), confirmed, rows=shown)


def certificate(
    rng: random.Random, on: date, last: date, known: bool, confirmed: bool
) -> tuple[dict[str, str], int, bool | None]:
    """A printed day, a printed month, or the day of verification with the cycle of twelve months."""
    way = rng.choice(["day", "month", "cycle"])
    if way == "day":
        end = last + timedelta(rng.choice([0, -1, 1, 60, 61, rng.randint(-400, 400)]))
        return {"valid_until": end.isoformat()}, (end - last).days, last <= end
    if way == "month":
        some = last + timedelta(rng.choice([0, 0, 31, -31, rng.randint(-200, 200)]))
        first = some.replace(day=1)
        end = (first + timedelta(31)).replace(day=1) - timedelta(1)
        if first <= last <= end:
            return {"valid_until": f"{some:%Y-%m}"}, 0, None
        gap = (first - timedelta(1) - last).days if last < first else (end - last).days
        return {"valid_until": f"{some:%Y-%m}"}, gap, last < first
    verified = on - timedelta(rng.choice([0, 364, 365, 366, rng.randint(0, 500)]))
    row = {"verified_on": verified.isoformat()}
    if not known:
        return row, 0, None
    leap = (verified.month, verified.day) == (2, 29)
    end = verified.replace(year=verified.year + 1, day=28 if leap else verified.day)
    decided = confirmed or on.year <= 2025
    return row, (end - last).days, last <= end if decided else None


MAKERS: dict[str, Callable[[random.Random], Case]] = {
    "check-scale": check_scale,
    "scale-interval": scale_interval,
    "prepackage-lot": prepackage,
    "validity": validity,
}
