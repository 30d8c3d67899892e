"""JSON that no tablet of ours would make, and readings that almost are numbers."""

from __future__ import annotations

import random
from typing import Any

ALMOST_NUMBERS = [
    *(
        "0",
        "-0",
        "-0.0",
        "00",
        "007",
        "1.",
        ".5",
        "+1",
        "1e3",
        "1e999",
        "0,5",
        "1 000",
        " 1",
        "1\n",
        "-",
        "",
        "−1",
        "١",
        "１",
    ),
    *("1", "0.5", "20.00", "100", "100.000000001", "999999999999.999999999", "-999999999999.999999999", "0.000000001"),
    *("1234567890123", "0.1234567890", "2.50", "5", "40", "60", "0.30", "12", "12.0", "1000000", "3.333333333"),
]
WORDS = [
    *("III", "IIII", "I", "kg", "g", "t", "public", "control", "residential", "each", "mean", "e", "unit", "A", "Ib"),
    *(
        "static_direct",
        "static_ct",
        "induction",
        "0.5L",
        "0.8C",
        "1.0",
        "1",
        "0.0L",
        "0.50",
        "0.2S",
        "glass",
        "electronic",
    ),
    *(
        "mechanical",
        "seller",
        "buyer",
        "ecg-voltage",
        "relative",
        "absolute",
        "vehicle",
        "meter_alone",
        "brix",
        "fruit-mass",
    ),
    *("2021-07", "2021-13", "0000-01", "0001-01", "9999-12", "2021-08-31", "2021-02-29", "2020-02-29", "9999-12-31"),
    *(
        "0001-01-01",
        "21-7-5",
        "dose_rate_meter",
        "%",
        "mg",
        "m",
        "µSv/h",
        "μSv/h",
        "đ",
        "cái",
        "m²",
        "mmHg",
        "kPa",
        "°C",
    ),
    *(
        "mV",
        "tháng",
        "ngày",
        "lần s",
        "đơn vị",
        "lần phông",
        "°Bx",
        "mmHg/min",
        "nhãn",
        "𝒳",
        "\ud800",
        "a" * 201,
        "😀" * 200,
    ),
    *("😀" * 201, "\u00a0", "\ufeff", "\x1f", "\u2028", "toString", "constructor"),
]
KEYS = [
    "value",
    "unit",
    "x",
    "lower",
    "rows",
    "từ",
    "__proto__",
    "constructor",
    "",
    "điểm đo",
    "a" * 41,
    "😀" * 41,
    "k",
]


def anything(rng: random.Random, depth: int = 3) -> Any:
    """Any JSON; no number that a double cannot hold, nor one that JavaScript would write otherwise."""
    kind = rng.random()
    if depth and kind < 0.12:
        return [anything(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    if depth and kind < 0.2:
        return {rng.choice(KEYS): anything(rng, depth - 1) for _ in range(rng.randint(0, 3))}
    if kind < 0.6:
        return rng.choice(ALMOST_NUMBERS)
    if kind < 0.85:
        return rng.choice(WORDS)
    return rng.choice([None, True, False, 0, 1, -1, 20, 10**12, -(10**11), 0.5, -2.25, 1.5e300])


def reading(rng: random.Random) -> str:
    """A number as somebody might type it, of any size."""
    digits = rng.choice([0, 0, 1, 2, 3, 9])
    whole = rng.choice(["0", str(rng.randint(0, 9)), str(rng.randint(0, 999)), str(rng.randint(0, 10**12 - 1))])
    part = f".{rng.randint(0, 10**digits - 1):0{digits}d}" if digits else ""
    return rng.choice(["", "", "", "", "-"]) + whole + part
