"""The second computation of registered values and of the orphan-source sweep: means and ratios in plain fractions."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from tests.checklists.procedures.naive import Case, near, text, verdict

UNITS = {"fruit-mass": "g", "flesh-ratio": "%", "brix": "°Bx"}


def average(readings: list[str]) -> Fraction:
    return sum(map(Fraction, readings), Fraction(0)) / len(readings)


def registered_minimum(rng: random.Random) -> Case:
    """At least the registered value: the mean of every reading of every row."""
    characteristic = rng.choice(list(UNITS))
    least = Fraction(rng.choice(["18", "20.5", "71.25"]))
    rows = [{"readings": [near(rng, least, Fraction("0.02"), rng.choice([1, 2, 4])) for _ in range(rng.randint(3, 5))]}
            for _ in range(rng.randint(1, 3))]  # fmt: skip
    every = [each for row in rows for each in row["readings"]]
    request = {"parameters": {"characteristic": characteristic}, "rows": rows}
    known = rng.random() < 0.9
    if known:
        request["limit"] = {"value": text(least, 2), "unit": UNITS[characteristic]}
    decided = average(every) >= least if known else None
    return Case(request, [average(row["readings"]) for row in rows], verdict([decided]), top={"mean": average(every)})


def source_sweep(rng: random.Random) -> Case:
    """Not more than so many times the background; each point by itself, the word to step back above 100 µSv/h."""
    times = Fraction(rng.choice(["2", "3", "5.5"]))
    background = [
        near(rng, Fraction(rng.choice(["0.12", "25"])), Fraction("0.02"), 2) for _ in range(rng.randint(5, 7))
    ]
    natural = average(background)
    rows = [{"readings": [near(rng, natural * times, Fraction("0.01"), 3) for _ in range(rng.randint(1, 3))]}
            for _ in range(rng.randint(1, 3))]  # fmt: skip
    ratios = [average(row["readings"]) / natural for row in rows]
    request = {"parameters": {"background": background}, "rows": rows}
    known = rng.random() < 0.9
    if known:
        request["limit"] = {"value": text(times, 1), "unit": "lần phông"}
    within = [ratio <= times if known else None for ratio in ratios]
    return Case(request, ratios, verdict(within), top={"background_mean": natural})


MAKERS: dict[str, Callable[[random.Random], Case]] = {
    "registered-minimum": registered_minimum,
    "source-sweep": source_sweep,
}
