"""Medical group-2 instruments: clinical thermometers, sphygmomanometers and how fast these leak."""

from __future__ import annotations

from typing import Any

from checklists.procedures.comparison import READINGS, compare
from checklists.procedures.figures import fixed
from checklists.procedures.readings import Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Judged, at_most, conclude

THERMOMETERS = {"glass": "thủy tinh - thủy ngân", "electronic": "điện tử tiếp xúc"}
GAUGES = {"electronic": "điện tử", "mechanical": "thủy ngân hoặc lò xo"}
PRESSURES = ("mmHg", "kPa")
FALL = "mmHg/min"


def _kind(request: Request, kinds: dict[str, str], what: str) -> tuple[str, tuple[str, ...]]:
    """Return the kind of instrument, the first one where none was named, and the note that says so."""
    default = next(iter(kinds))
    kind = request.parameters.choice("kind", tuple(kinds), default=default)
    unsaid = request.given is None and not request.parameters.has("kind")
    return kind, ((f"không ghi loại {what}: lấy giới hạn của loại {kinds[default]}",) if unsaid else ())


def _thermometer(request: Request) -> dict[str, Any]:
    """Judge each temperature: the limit above the true value is not the one below it (OIML R 7)."""
    kind, notes = _kind(request, THERMOMETERS, "nhiệt kế")
    return compare(request, request.limit("clinical-thermometer", kind=kind), "°C", notes=notes)


def _blood_pressure(request: Request) -> dict[str, Any]:
    """Judge each pressure, in the unit of the scale that was read."""
    kind, notes = _kind(request, GAUGES, "huyết áp kế")
    unit = request.unit(PRESSURES, default=PRESSURES[0])
    for row in request.rows:
        row.not_negative("reference")
    return compare(request, request.limit("blood-pressure", kind=kind, unit=unit), unit, notes=notes)


def _leak(request: Request) -> dict[str, Any]:
    """Judge each run: how fast the pressure in the closed cuff falls."""
    kind, notes = _kind(request, GAUGES, "huyết áp kế")
    limit = request.limit("leak-rate", kind=kind)
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        start, end, seconds = row.positive("start"), row.not_negative("end"), row.positive("seconds")
        if end > start:
            raise ProcedureInputError(f"{row.path}.end", "không được lớn hơn áp suất lúc đầu")
        rate = (exact(start) - exact(end)) * 60 / exact(seconds)
        allowance = at_most(limit, exact(start))
        figure = rate, fixed(rate, 2), FALL
        place = f"độ rò lần {n + 1}"
        one = Judged(*figure, limit, allowance, place, signed=False, no_basis="thiếu căn cứ về độ rò")
        judged.append(one)
        rows.append({**row.raw, "error": one.printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows, *notes)


_SHOWN = frozenset({"indication"})
PROCEDURES = (
    Procedure("clinical-thermometer", frozenset({"kind"}), READINGS, ("°C",), _thermometer, resolved=_SHOWN),
    Procedure("blood-pressure", frozenset({"kind", "unit"}), READINGS, PRESSURES, _blood_pressure, resolved=_SHOWN),
    Procedure("leak-rate", frozenset({"kind"}), frozenset({"start", "end", "seconds"}), (FALL,), _leak, one_sided=True),
)
