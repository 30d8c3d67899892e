"""A second, naive computation of every procedure: what each made-up case needs, and how printed numbers are compared.

Written with `fractions` alone. Nothing here reads the code under test or its data: every limit stands here once more.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any

WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Case:
    """One made-up request and what must come out: the exact errors, the verdict, and whatever else is printed.

    `confirmed`: the department has confirmed every row that has a number. `rows` and `top` name printed keys.
    """

    request: dict[str, Any]
    errors: list[Fraction]
    verdict: str
    confirmed: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    top: dict[str, Any] = field(default_factory=dict)


def near(rng: random.Random, middle: Fraction, spread: Fraction, digits: int) -> str:
    """A reading near a value, often exactly on the edge of the spread: that is where verdicts go wrong."""
    step = rng.choice([Fraction(-1), Fraction(1), Fraction(0), Fraction(rng.randint(-1500, 1500), 1000)])
    value = max(middle + step * spread, Fraction(0))
    scaled = round(value * 10**digits)
    return f"{Decimal(scaled).scaleb(-digits):f}"


def verdict(within: list[bool | None]) -> str:
    if False in within:
        return "fail"
    return "inconclusive" if None in within else "pass"


def text(value: Fraction | int | str, digits: int = 9) -> str:
    """A decimal with at most so many digits, rounded down, as an inspector would type it."""
    scaled = Fraction(value) * 10**digits
    return f"{Decimal(scaled.numerator // scaled.denominator).scaleb(-digits):f}"


def printed_right(text: str, value: Fraction) -> bool:
    """Tell whether a printed number is the value rounded half away from zero to the digits it shows."""
    found = Decimal(text)
    wide = WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
    return found == wide.quantize(found, rounding=ROUND_HALF_UP, context=WIDE)
