"""Numbers for people: rounding happens here and only here, half away from zero, never before a verdict."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isqrt, lcm


def fixed(value: Fraction, digits: int) -> str:
    """Return the number with exactly this many decimals, half away from zero; never a negative zero."""
    scale: int = 10**digits
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = "-" if value < 0 and whole else ""
    if not digits:
        return f"{sign}{whole}"
    return f"{sign}{whole // scale}.{whole % scale:0{digits}d}"


def scale(value: Decimal) -> int:
    """Return how many decimals a reading was written with."""
    return max(0, -int(value.as_tuple().exponent))


def short(value: Fraction) -> str:
    """Return an exact finite decimal without needless zeros (limits); rounds to 9 decimals otherwise."""
    text = fixed(value, 9)
    return text.rstrip("0").rstrip(".")


def root(value: Fraction, digits: int) -> str:
    """Return the square root of a non-negative number, rounded exactly as `fixed` would."""
    scale: int = 10 ** (2 * digits)
    doubled = isqrt(4 * scale * value.numerator // value.denominator)
    return fixed(Fraction((doubled + 1) // 2, 10**digits), digits)


def mean(values: list[Fraction]) -> Fraction:
    """Return the exact mean of at least one value."""
    whole, parts = _whole(values)
    return Fraction(sum(whole), parts * len(values))


def variance(values: list[Fraction]) -> Fraction:
    """Return the exact sample variance (n - 1) of at least two values."""
    whole, parts = _whole(values)
    n = len(values)
    return Fraction(n * sum(each * each for each in whole) - sum(whole) ** 2, n * (n - 1) * parts**2)


def _whole(values: list[Fraction]) -> tuple[list[int], int]:
    """Return the values as whole numbers of one common part: many times faster than to reduce a fraction at each step."""
    parts = lcm(*(value.denominator for value in values))
    return [value.numerator * (parts // value.denominator) for value in values], parts


def vi(text: str, *, signed: bool = False) -> str:
    """Return a printed number the Vietnamese way: decimal comma, a real minus, a plus where asked."""
    sign = "+" if signed and not text.startswith("-") and any(c in "123456789" for c in text) else ""
    return sign + text.replace(".", ",").replace("-", "−")
