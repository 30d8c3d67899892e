"""Weighing in retail trade (Thông tư 09/2017/TT-BKHCN): check scales, and whether a scale is fine enough for the goods."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from checklists.procedures.figures import fixed, scale, short
from checklists.procedures.readings import Group, Procedure, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, at_most, conclude

GRAMS = {"mg": Fraction(1, 1000), "g": Fraction(1), "kg": Fraction(1000), "t": Fraction(1_000_000)}
CHECKED_IN = ("g", "kg")
NO_BASIS = "thiếu căn cứ về giá trị độ chia"


def _check_scale(request: Request) -> dict[str, Any]:
    """Judge each weighing: the seller's scale must not show too much, the buyer's not too little (Điều 6 khoản 3)."""
    sells = request.parameters.choice("side", ("seller", "buyer")) == "seller"
    unit = request.unit(CHECKED_IN, default="g")
    limit = request.limit("check-scale")
    allowed = None
    if limit is not None and limit.value is not None:
        allowed = Fraction(limit.value) * GRAMS[limit.unit] / GRAMS[unit]
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        reference, indication = row.positive("reference"), row.not_negative("indication")
        error = exact(indication) - exact(reference)
        allowance = None
        if allowed is not None:
            upper, lower = (allowed, None) if sells else (None, allowed)
            allowance = Allowance(upper, lower, short(allowed), unit)
        printed = fixed(error, max(scale(reference), scale(indication)))
        place = f"số chỉ của {'bên bán' if sells else 'bên mua'} so với quả cân, lần {n + 1}"
        one = Judged(error, printed, unit, limit, allowance, place, no_basis="thiếu căn cứ về lượng thiếu cho phép")
        judged.append(one)
        rows.append({**row.raw, "error": printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows)


def _scale_interval(request: Request) -> dict[str, Any]:
    """Judge each mass: the scale's d must not be above the one allowed for it (Điều 4, Bảng 1)."""
    unit = request.unit(tuple(GRAMS), default="g", besides=tuple(GRAMS))
    limit = request.limit("scale-interval")
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        mass, interval = exact(row.positive("mass")) * GRAMS[unit], _interval(request.parameters, row)
        allowance = _in(unit, at_most(limit, mass))
        figure = exact(interval), format(interval, "f"), unit
        place = f"d của cân, lượng hàng {n + 1}"
        one = Judged(*figure, limit, allowance, place, signed=False, no_basis=NO_BASIS)
        judged.append(one)
        rows.append({**row.raw, "error": one.printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows)


def _interval(parameters: Group, row: Group) -> Decimal:
    return (row if row.has("d") else parameters).positive("d")


def _in(unit: str, allowance: Allowance | None) -> Allowance | None:
    """Return the same allowance in the unit of the figures."""
    if allowance is None or allowance.upper is None:
        return None
    upper = allowance.upper * GRAMS[allowance.unit] / GRAMS[unit]
    return Allowance(upper, None, short(upper), unit)


PROCEDURES = (
    Procedure(
        "check-scale",
        frozenset({"side", "unit"}),
        frozenset({"reference", "indication"}),
        CHECKED_IN,
        _check_scale,
        one_sided=True,
        resolved=frozenset({"indication"}),
    ),
    Procedure(
        "scale-interval",
        frozenset({"unit", "d"}),
        frozenset({"mass", "d"}),
        tuple(GRAMS),
        _scale_interval,
        one_sided=True,
    ),
)
