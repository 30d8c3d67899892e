"""Diagnostic X-ray rooms: net dose rate at a point, natural background not counted (TTLT 13/2014 Điều 10 khoản 3)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checklists.procedures.figures import fixed, mean, root, short, variance
from checklists.procedures.readings import Procedure, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, conclude

PLACES = ("control", "public", "residential")
PLACES_VI = {"control": "phòng điều khiển", "public": "nơi công chúng", "residential": "nơi giáp nhà ở"}
UNIT = "µSv/h"


def _dose_rate(request: Request) -> dict[str, Any]:
    """Judge each point: H_net = (mean R - mean B) x CF; below zero counts as zero and is printed as measured."""
    background = mean([exact(value) for value in request.parameters.readings("background")])
    corrected = request.parameters.has("factor")
    factor = exact(request.parameters.positive("factor")) if corrected else Fraction(1)
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        readings = [exact(value) for value in row.readings("readings")]
        place = row.choice("place", PLACES)
        found = mean(readings)
        net = (found - background) * factor
        limit = request.limit("dose-rate", place=place)
        allowance = None
        if limit is not None and limit.value is not None:
            value = Fraction(limit.value)
            allowance = Allowance(value, None, short(value), UNIT)
        printed = fixed(net, 4)
        point = row.raw.get("point") or f"điểm {n + 1}"
        one = Judged(
            max(net, Fraction(0)),
            printed,
            UNIT,
            limit,
            allowance,
            f"suất liều đã trừ phông tại {point} ({PLACES_VI[place]})",
            signed=False,
            no_basis="thiếu căn cứ giới hạn suất liều",
        )
        judged.append(one)
        rows.append(
            {
                **row.raw,
                "mean": fixed(found, 4),
                "standard_deviation": root(variance(readings), 4) if len(readings) > 1 else None,
                "net": printed,
                "error": printed,
                "corrected": corrected,
                "limit": one.limit_json(),
                "verdict": one.verdict.value,
            }
        )
    note = () if corrected else ("chưa hiệu chỉnh: không có hệ số hiệu chuẩn CF của máy đo",)
    return conclude(judged, rows, *note, background_mean=fixed(background, 4))


PROCEDURES = (
    Procedure(
        "dose-rate",
        frozenset({"background", "factor"}),
        frozenset({"point", "place", "readings"}),
        (UNIT,),
        _dose_rate,
        one_sided=True,
    ),
)
