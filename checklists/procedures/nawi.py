"""Non-automatic weighing instruments (cân): load, eccentricity and repeatability tests of OIML R 76-1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from checklists.model import Limit
from checklists.procedures.figures import fixed, scale, short, vi
from checklists.procedures.readings import Group, Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, conclude, look_up, symmetric

CLASSES = ("I", "II", "III", "IIII")
UNITS = ("mg", "g", "kg", "t")


@dataclass(frozen=True)
class _Scale:
    """The instrument under test: its class, verification scale interval e, and the unit of all its figures."""

    accuracy_class: str
    e: Decimal
    unit: str
    limit: Limit | None

    @classmethod
    def of(cls, request: Request) -> _Scale:
        """Read the instrument; a limit typed in another unit than the readings is refused."""
        given = request.parameters
        accuracy_class = given.choice("accuracy_class", CLASSES)
        unit = request.unit(UNITS, besides=("e",))
        limit = request.limit("nawi", accuracy_class=accuracy_class)
        return cls(accuracy_class, given.positive("e"), unit, limit)

    def judge(self, error: Fraction, places: int, load: Decimal, place: str) -> Judged:
        """Judge one figure at one load: MPE = the class's number of e at m = load / e."""
        allowance, reason = self._allowance(load), None
        if allowance is None and self.limit is not None and self.limit.table is not None:
            m = vi(short(exact(load) / exact(self.e)))
            reason = (
                f"tải {vi(format(load, 'f'))} {self.unit} bằng {m} e, vượt bảng sai số của cấp {self.accuracy_class}"
            )
        return Judged(error, fixed(error, places), self.unit, self.limit, allowance, place, reason)

    def _allowance(self, load: Decimal) -> Allowance | None:
        if self.limit is None or self.limit.table is None:
            return symmetric(self.limit, self._size)
        steps = look_up(self.limit.table, exact(load) / exact(self.e))
        if steps is None:
            return None
        mpe = steps * exact(self.e)
        return Allowance(mpe, mpe, short(mpe), self.unit)

    def _size(self, unit: str, value: Fraction) -> Fraction:
        return value * exact(self.e) if unit == "e" else value


def _load(request: Request) -> dict[str, Any]:
    """Judge each load by the corrected error: P = I + e/2 - ΔL where ΔL was taken, E = P - L, Ec = E - E0."""
    tested = _Scale.of(request)
    zero_error, has_zero = _zero_error(request.parameters, tested.e), request.parameters.has("zero_error")
    rows, judged = [], []
    for row in request.rows:
        load, indication = row.not_negative("load"), row.number("indication")
        places = max(scale(load), scale(indication))
        point: dict[str, str] = {}
        true = exact(indication)
        if row.has("delta_load"):
            delta = row.not_negative("delta_load")
            true += exact(tested.e) / 2 - exact(delta)
            # Half of e needs one decimal more than e unless its last digit is even.
            half = scale(tested.e) + (1 if (exact(tested.e) * 10 ** scale(tested.e)) % 2 else 0)
            places = max(places, half, scale(delta))
            point = {"p": fixed(true, places)}
        error = true - exact(load)
        corrected = error - zero_error
        places_corrected = max(places, _places(zero_error))
        what = "sai số đã trừ E0" if has_zero else "sai số"
        place = f"{what} tại tải {vi(format(load, 'f'))} {tested.unit}"
        one = tested.judge(corrected, places_corrected, load, place)
        judged.append(one)
        rows.append(
            {
                **row.raw,
                **point,
                "error": fixed(error, places),
                **({"corrected_error": one.printed} if has_zero else {}),
                "limit": one.limit_json(),
                "verdict": one.verdict.value,
            }
        )
    return conclude(judged, rows)


def _zero_error(given: Group, e: Decimal) -> Fraction:
    """Return E0 in the unit of the readings; it may be given in e (`zero_error_unit`)."""
    in_e = given.choice("zero_error_unit", ("e", "unit"), default="unit") == "e"
    if not given.has("zero_error"):
        return Fraction(0)
    value = exact(given.number("zero_error"))
    return value * exact(e) if in_e else value


def _places(value: Fraction) -> int:
    # The zero error is a finite decimal: a reading, or a reading times e.
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return places


def _eccentricity(request: Request) -> dict[str, Any]:
    """Judge each position of one load: |I - L| within the MPE of that load."""
    tested, load = _Scale.of(request), request.parameters.positive("load")
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        indication = row.number("indication")
        error = exact(indication) - exact(load)
        one = tested.judge(error, max(scale(load), scale(indication)), load, f"sai số vị trí {n + 1}")
        judged.append(one)
        rows.append({**row.raw, "error": one.printed, "verdict": one.verdict.value})
    worst = max(judged, key=lambda each: abs(each.error))
    return conclude(judged, rows, max_error=worst.printed.lstrip("-"))


def _repeatability(request: Request) -> dict[str, Any]:
    """Judge the range of several weighings of one load: max - min within the MPE of that load."""
    tested, load = _Scale.of(request), request.parameters.positive("load")
    if len(request.rows) < 2:
        raise ProcedureInputError("rows", "độ lặp lại cần ít nhất hai lần cân cùng một tải")
    indications = [row.number("indication") for row in request.rows]
    places = max(scale(value) for value in [load, *indications])
    rows = [
        {**row.raw, "error": fixed(exact(value) - exact(load), max(scale(load), scale(value)))}
        for row, value in zip(request.rows, indications, strict=True)
    ]
    spread = exact(max(indications)) - exact(min(indications))
    one = tested.judge(spread, places, load, f"chênh lệch lớn nhất của {len(indications)} lần cân")
    # A range has no sign: the limit is printed and applied on one side only.
    mpe = replace(one.allowance, lower=None, lower_value=None) if one.allowance else None
    one = replace(one, allowance=mpe, signed=False)
    return conclude([one], rows, range=one.printed)


_INSTRUMENT = frozenset({"accuracy_class", "e", "unit"})
_SHOWN = frozenset({"indication"})
_LIMIT_UNITS = ("e", *UNITS)
PROCEDURES = (
    Procedure(
        "nawi-load",
        _INSTRUMENT | {"zero_error", "zero_error_unit"},
        frozenset({"load", "indication", "delta_load"}),
        _LIMIT_UNITS,
        _load,
        resolved=_SHOWN,
    ),
    Procedure("nawi-eccentricity", _INSTRUMENT | {"load"}, _SHOWN, _LIMIT_UNITS, _eccentricity, resolved=_SHOWN),
    Procedure("nawi-repeatability", _INSTRUMENT | {"load"}, _SHOWN, _LIMIT_UNITS, _repeatability, resolved=_SHOWN),
)
