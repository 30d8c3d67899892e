"""Produce under a geographical indication: the mean of the readings against the least value that the registration names.

The registered values are entered and confirmed by the agency from the file of the indication; until then nothing is
concluded.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checklists.procedures.figures import fixed, mean, scale, short, vi
from checklists.procedures.readings import Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, conclude

UNITS = {"fruit-mass": "g", "flesh-ratio": "%", "brix": "°Bx"}
CHARACTERISTICS_VI = {"fruit-mass": "khối lượng quả trung bình", "flesh-ratio": "tỷ lệ cùi", "brix": "độ Brix"}
# Fewer readings than these say too little (dossier §4.2: 3 to 5 readings of the refractometer).
LEAST_READINGS = {"brix": 3}


def _registered_minimum(request: Request) -> dict[str, Any]:
    """Judge the mean of all readings: it must not be below the registered value; more is always good."""
    characteristic = request.parameters.choice("characteristic", tuple(UNITS))
    unit = UNITS[characteristic]
    rows: list[dict[str, Any]] = []
    every: list[Fraction] = []
    digits = 0
    for row in request.rows:
        written = row.readings("readings")
        for n, value in enumerate(written):
            if value == 0 or (unit == "%" and value > 100):
                wrong = "phải lớn hơn 0" if value == 0 else "không được lớn hơn 100 %"
                raise ProcedureInputError(f"{row.path}.readings[{n}]", wrong)
        digits = max(digits, *(scale(value) + 1 for value in written))
        readings = [exact(value) for value in written]
        every += readings
        rows.append({**row.raw, "error": fixed(mean(readings), max(scale(value) + 1 for value in written))})
    least = LEAST_READINGS.get(characteristic, 1)
    if len(every) < least:
        raise ProcedureInputError("rows", f"{CHARACTERISTICS_VI[characteristic]} cần ít nhất {least} số đọc")
    limit = request.limit("registered-minimum", characteristic=characteristic)
    if limit is not None and limit.unit != unit:
        raise ProcedureInputError("limit.unit", f"đơn vị của {CHARACTERISTICS_VI[characteristic]} phải là {unit}")
    allowance = None
    if limit is not None and limit.value is not None:
        registered = Fraction(limit.value)
        least_said = f"giới hạn không nhỏ hơn {vi(short(registered))} {unit}"
        allowance = Allowance(None, -registered, short(registered), unit, said=least_said)
    found = mean(every)
    one = Judged(
        found,
        fixed(found, digits),
        unit,
        limit,
        allowance,
        f"{CHARACTERISTICS_VI[characteristic]} ({len(every)} số đọc)",
        signed=False,
        no_basis="thiếu căn cứ trị số đăng ký",
    )
    for each in rows:
        each |= {"limit": one.limit_json(), "verdict": one.verdict.value}
    return conclude([one], rows, mean=one.printed)


PROCEDURES = (
    Procedure(
        "registered-minimum",
        frozenset({"characteristic"}),
        frozenset({"readings"}),
        tuple(dict.fromkeys(UNITS.values())),
        _registered_minimum,
        one_sided=True,
    ),
)
