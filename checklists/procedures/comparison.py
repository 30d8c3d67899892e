"""The general comparison: what an instrument shows against a reference, as a difference or relative to the reference."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checklists.model import Limit
from checklists.procedures.figures import fixed, scale
from checklists.procedures.readings import Procedure, Request, exact
from checklists.procedures.verdicts import Judged, conclude, symmetric

UNITS = (
    *("mg", "g", "kg", "t", "mL", "L", "L/min", "mm", "cm", "m", "km", "mm/s", "s", "min", "Hz"),
    *("°C", "%RH", "kPa", "mmHg", "mV", "V", "A", "W", "Wh", "kWh", "kV", "mA", "mAs", "mSv", "µSv/h", "lần/phút"),
)
PERCENT = "%"
READINGS = frozenset({"reference", "indication"})


def _comparison(request: Request) -> dict[str, Any]:
    """Judge each pair of readings by the row of the named quantity, or by the limit that was typed."""
    relative = request.parameters.choice("error", ("absolute", "relative"), default="absolute") == "relative"
    unit = request.unit((*UNITS, PERCENT), besides=(PERCENT,))
    known = {"quantity": _quantity(request)} if request.parameters.has("quantity") else {}
    return compare(request, request.limit("comparison", **known), unit, relative=relative)


def _quantity(request: Request) -> str:
    """Return the quantity; one that no row of the rule set has ever named is a slip of the pen."""
    named = sorted({row.parameters["quantity"] for row in request.rules.limits if row.procedure == "comparison"})
    return request.parameters.choice("quantity", tuple(named))


def compare(
    request: Request, limit: Limit | None, unit: str, *, relative: bool = False, notes: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Judge I - R of each row in `unit`, or 100 (I - R) / R in %; a limit may be written in either, or as the greater."""
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        reference, indication = row.number("reference"), row.number("indication")
        true = exact(reference)
        by_percent = limit is not None and unit != PERCENT and PERCENT in (limit.unit, limit.floor_unit)
        if relative or by_percent:
            row.positive("reference")  # 5 % of nothing, or of a temperature below zero, is no limit

        def size(of: str, value: Fraction, true: Fraction = true) -> Fraction:
            if of == PERCENT:
                return value if relative or unit == PERCENT else value * true / 100
            return value * 100 / true if relative else value

        error = exact(indication) - true
        if relative:
            error = error * 100 / true
        printed = fixed(error, 4 if relative else max(scale(reference), scale(indication)))
        shown = PERCENT if relative else unit
        one = Judged(error, printed, shown, limit, symmetric(limit, size), f"sai số lần {n + 1}")
        judged.append(one)
        rows.append({**row.raw, "error": printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows, *notes)


PROCEDURES = (
    Procedure(
        "comparison",
        frozenset({"quantity", "unit", "error"}),
        READINGS,
        (PERCENT, *UNITS),
        _comparison,
        resolved=frozenset({"indication"}),
    ),
)
