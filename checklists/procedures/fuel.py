"""Fuel dispensers (cột đo xăng dầu): delivered volume against a proving measure, and price computation.

Formulas of ĐLVN 10:2011. A positive volume error short-changes the customer (đong thiếu).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checklists.procedures.figures import fixed, mean, scale
from checklists.procedures.readings import Procedure, Request, exact
from checklists.procedures.verdicts import Judged, conclude, symmetric


def _delivery(request: Request) -> dict[str, Any]:
    """Judge each run, or the mean of all runs where `verdict_on` says so."""
    verdict_on = request.parameters.choice("verdict_on", ("each", "mean"), default="each")
    limit = request.limit("fuel-delivery")
    allowance = symmetric(limit, _as_is)
    errors, rows, judged = [], [], []
    for n, row in enumerate(request.rows):
        shown, delivered = exact(row.not_negative("v_fd")), exact(row.positive("v_ref"))
        error = (shown - delivered) * 100 / delivered
        printed = fixed(error, 4)
        flow = {"flow": fixed(shown * 60 / exact(row.positive("seconds")), 2)} if row.has("seconds") else {}
        one = Judged(error, printed, "%", limit, allowance, f"sai số lần {n + 1}")
        errors.append(error)
        judged.append(one)
        rows.append({**row.raw, "error": printed, **flow})
    average = mean(errors)
    if verdict_on == "mean":
        place = f"sai số trung bình của {len(errors)} lần đo"
        judged = [Judged(average, fixed(average, 4), "%", limit, allowance, place)]
    else:
        rows = [{**row, "verdict": one.verdict.value} for row, one in zip(rows, judged, strict=True)]
    return conclude(judged, rows, mean_error=fixed(average, 4))


def _as_is(_unit: str, value: Fraction) -> Fraction:
    return value


def _price(request: Request) -> dict[str, Any]:
    """Judge the displayed amount against volume times unit price, exactly."""
    limit = request.limit("fuel-price")
    allowance = symmetric(limit, _as_is)
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        volume, unit_price = row.not_negative("volume"), row.not_negative("unit_price")
        shown = row.not_negative("price")
        error = exact(shown) - exact(volume) * exact(unit_price)
        printed = fixed(error, max(scale(shown), scale(volume) + scale(unit_price)))
        one = Judged(error, printed, "đ", limit, allowance, f"sai số tính tiền lần {n + 1}")
        judged.append(one)
        rows.append({**row.raw, "error": printed, "verdict": one.verdict.value})
    return conclude(judged, rows)


PROCEDURES = (
    Procedure(
        "fuel-delivery",
        frozenset({"verdict_on"}),
        frozenset({"v_fd", "v_ref", "seconds"}),
        ("%",),
        _delivery,
        resolved=frozenset({"v_fd"}),
    ),
    Procedure("fuel-price", frozenset(), frozenset({"volume", "unit_price", "price"}), ("đ",), _price),
)
