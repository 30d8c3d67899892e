"""Taximeters: the distance shown against a measured one (ĐLVN 01 on the vehicle; MI-007 for the meter alone)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checklists.procedures.figures import fixed
from checklists.procedures.readings import Procedure, Request, exact
from checklists.procedures.verdicts import Judged, conclude, symmetric


def _distance(request: Request) -> dict[str, Any]:
    """Judge each run; a limit may be relative, in metres, or the greater of both."""
    test = request.parameters.choice("test", ("vehicle", "meter_alone"), default="vehicle")
    limit = request.limit("taximeter-distance", test=test)
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        shown, true = exact(row.not_negative("indicated")), exact(row.positive("reference"))
        error = (shown - true) * 100 / true

        def percent(unit: str, value: Fraction, true: Fraction = true) -> Fraction:
            return value if unit == "%" else value * 100 / true

        printed = fixed(error, 4)
        one = Judged(error, printed, "%", limit, symmetric(limit, percent), f"sai số lần {n + 1}")
        judged.append(one)
        rows.append({**row.raw, "error": printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows)


PROCEDURES = (
    Procedure(
        "taximeter-distance",
        frozenset({"test"}),
        frozenset({"indicated", "reference"}),
        ("%", "m"),
        _distance,
        resolved=frozenset({"indicated"}),
    ),
)
