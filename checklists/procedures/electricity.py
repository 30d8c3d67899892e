"""Electricity meters: the basic error by pulses against a reference energy, or by time at a known power.

Limits depend on how the meter is built, on its class, on the current as multiples of Ib (In), and on the power factor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checklists.model import Limit
from checklists.procedures.figures import fixed, short, vi
from checklists.procedures.readings import Group, Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, conclude, look_up, symmetric

NAME = "electricity-error"
CLASSES = ("0.2", "0.2S", "0.5", "0.5S", "1", "2")
CONSTRUCTIONS = ("static_direct", "static_ct", "induction")
_FACTOR = re.compile(r"(0\.\d{1,4}|1(?:\.0{1,4})?)([LC]?)", re.ASCII)
WH_PER_KWH = 1000
WS_PER_KWH = 3_600_000


@dataclass(frozen=True)
class _Load:
    """One load point: the current in multiples of Ib (In), the greatest one where it is known, the power factor."""

    current: Fraction
    greatest: Fraction | None
    power_factor: str

    @classmethod
    def of(cls, parameters: Group, row: Group) -> _Load:
        """Read the load of a row; what the row does not say, the parameters do."""
        in_amperes = parameters.choice("current_unit", ("Ib", "A"), default="Ib") == "A"
        base = exact(parameters.positive("base_current")) if in_amperes else Fraction(1)
        current = exact((row if row.has("current") else parameters).positive("current")) / base
        greatest = exact(parameters.positive("max_current")) / base if parameters.has("max_current") else None
        return cls(current, greatest, _power_factor(row if row.has("power_factor") else parameters))

    def allowance(self, limit: Limit) -> tuple[Allowance | None, str | None]:
        """Return the limit of the band that the current falls into, or why there is none."""
        times = f"dòng điện thử bằng {vi(short(self.current))} Ib (In)"
        if limit.table is None:
            return symmetric(limit, lambda _unit, value: value), None
        if self.greatest is not None and self.current > self.greatest:
            return None, f"{times}, vượt Imax"
        if self.greatest is None and self.current > 1:
            return None, f"{times}, chưa ghi Imax nên không biết còn trong dải đo"
        percent = look_up(limit.table, self.current)
        if percent is None:
            return None, f"{times}, thấp hơn bậc nhỏ nhất của bảng giới hạn"
        return Allowance(percent, percent, short(percent), "%"), None


def _power_factor(group: Group) -> str:
    """Return cosφ as the limit rows write it: `1`, `0.5L` inductive, `0.8C` capacitive, or a measured number."""
    value = group.raw.get("power_factor")
    if value is None:
        raise ProcedureInputError(f"{group.path}.power_factor", "thiếu giá trị này")
    found = _FACTOR.fullmatch(value) if isinstance(value, str) else None
    if found is None or not Fraction(found[1]):
        raise ProcedureInputError(
            f"{group.path}.power_factor", "phải là số lớn hơn 0, không quá 1, thêm L (cảm) hoặc C (dung): 1, 0.5L, 0.8C"
        )
    number, side = short(Fraction(found[1])), found[2]
    return number if number == "1" else number + side


def _error(request: Request) -> dict[str, Any]:
    """Judge each load point: E = 100 (W - W0) / W0 with W = N / k, or E = 100 (t0 - t) / t with t0 = N / (k P)."""
    parameters, rows, judged = request.parameters, [], []
    constant = exact(parameters.positive("constant"))
    for n, row in enumerate(request.rows):
        error, shown = _row_error(row, row.whole("pulses"), constant)
        limit, allowance, reason = _limit(request, row)
        one = Judged(error, fixed(error, 4), "%", limit, allowance, f"sai số lần {n + 1}", reason)
        judged.append(one)
        rows.append({**row.raw, **shown, "error": one.printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows)


def _row_error(row: Group, pulses: int, constant: Fraction) -> tuple[Fraction, dict[str, str]]:
    """Return the error in % and what it was computed from; a row that says both energy and power says two things."""
    if row.has("reference_wh") and row.has("power_w"):
        raise ProcedureInputError(f"{row.path}.power_w", "chỉ ghi điện năng chuẩn, hoặc thời gian và công suất")
    if row.has("power_w"):
        power, seconds = exact(row.positive("power_w")), exact(row.positive("seconds"))
        due = pulses * WS_PER_KWH / (constant * power)
        return (due - seconds) * 100 / seconds, {"due_seconds": fixed(due, 4)}
    reference, counted = exact(row.positive("reference_wh")), pulses * WH_PER_KWH / constant
    return (counted - reference) * 100 / reference, {"counted_wh": fixed(counted, 4)}


def _limit(request: Request, row: Group) -> tuple[Limit | None, Allowance | None, str | None]:
    if request.given is not None:
        return request.given, symmetric(request.given, lambda _unit, value: value), None
    parameters, load = request.parameters, _Load.of(request.parameters, row)
    meter = {
        "accuracy_class": parameters.choice("accuracy_class", CLASSES),
        "construction": parameters.choice("construction", CONSTRUCTIONS),
    }
    limit = request.limit(NAME, **meter, power_factor=load.power_factor)
    if limit is None:
        return None, None, _unknown(request, meter, load.power_factor)
    return limit, *load.allowance(limit)


def _unknown(request: Request, meter: dict[str, str], power_factor: str) -> str | None:
    """Return why no row fits: this meter or this load point has none on any day; None = not on this day."""
    rows = [row for row in request.rules.limits if row.procedure == NAME and meter.items() <= row.parameters.items()]
    if not rows:
        return f"không có giới hạn cho công tơ cấp {vi(meter['accuracy_class'])} kiểu này"
    if power_factor not in {row.parameters["power_factor"] for row in rows}:
        return f"hệ số công suất {vi(power_factor)} không phải điểm thử có giới hạn của công tơ này"
    return None


PROCEDURES = (
    Procedure(
        NAME,
        frozenset({"accuracy_class", "construction", "constant"})
        | {"current", "current_unit", "base_current", "max_current", "power_factor"},
        frozenset({"pulses", "reference_wh", "seconds", "power_w", "current", "power_factor"}),
        ("%",),
        _error,
    ),
)
