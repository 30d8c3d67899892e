"""Orphan-source sweep: each point beside natural background, and the word to step back that no verdict holds up.

Both levels are settings of the agency, not law: the multiple of background that calls for an investigation, and the dose
rate above which nobody goes nearer (IAEA first-responder practice, from memory).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checklists.procedures.figures import fixed, mean, short, vi
from checklists.procedures.readings import Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, conclude

UNIT = "lần phông"
DOSE_RATE = "µSv/h"
LEAST_BACKGROUND = 5


def _source_sweep(request: Request) -> dict[str, Any]:
    """Judge each point by the ratio of its mean to the mean background; readings above the cordon level say so first."""
    points = [[exact(value) for value in row.readings("readings")] for row in request.rows]
    notes = _retreat(request, max(map(max, points)))
    background = _background(request, notes)
    if len(background) < LEAST_BACKGROUND:
        notes.append(f"phông mới có {len(background)} số đọc, cần ít nhất {LEAST_BACKGROUND}")
    natural = mean(background)
    limit = request.limit("source-sweep")
    allowance = None
    if limit is not None and limit.value is not None:
        value = Fraction(limit.value)
        allowance = Allowance(value, None, short(value), UNIT)
    rows, judged = [], []
    for n, (row, readings) in enumerate(zip(request.rows, points, strict=True)):
        found = mean(readings)
        printed = fixed(found / natural, 2)
        point = row.raw.get("point") or f"điểm {n + 1}"
        one = Judged(found / natural, printed, UNIT, limit, allowance, f"tỉ số với phông tại {point}",
                     signed=False, no_basis="thiếu căn cứ ngưỡng điều tra")  # fmt: skip
        judged.append(one)
        rows.append({**row.raw, "mean": fixed(found, 4), "error": printed, "limit": one.limit_json(),
                     "verdict": one.verdict.value})  # fmt: skip
    return conclude(judged, rows, *notes, background_mean=fixed(natural, 4))


def _retreat(request: Request, highest: Fraction) -> list[str]:
    """Return the word to step back; it needs no confirmed level and no background."""
    row = request.rules.find("cordon-dose-rate", on=request.on, context=request.context)
    if row is None or row.value is None or highest <= Fraction(row.value):
        return []
    return [f"có số đọc trên {vi(short(Fraction(row.value)))} {DOSE_RATE}: LÙI RA, KHOANH VÙNG, báo cơ quan; "
            "không ai lại gần để đo tiếp"]  # fmt: skip


def _background(request: Request, notes: list[str]) -> list[Fraction]:
    """Return the background readings; a complaint about them carries the word to step back as well."""
    try:
        found = [exact(value) for value in request.parameters.readings("background")]
    except ProcedureInputError as problem:
        raise ProcedureInputError(problem.field, "; ".join([problem.message_vi, *notes])) from problem
    if not any(found):
        raise ProcedureInputError("parameters.background", "; ".join(["phông phải lớn hơn 0", *notes]))
    return found


PROCEDURES = (
    Procedure(
        "source-sweep",
        frozenset({"background"}),
        frozenset({"point", "readings"}),
        (UNIT,),
        _source_sweep,
        one_sided=True,
    ),
)
