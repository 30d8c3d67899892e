"""Gold jewellery: net mass (TT 22/2013 Bảng 2) and fineness (Điều 5 khoản 3); only a shortfall counts."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from checklists.model import Limit
from checklists.procedures.figures import fixed, mean, scale, short
from checklists.procedures.readings import Group, Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, at_most, conclude, look_up

MG_PER_G = 1000
# Rounding step of δ where the scale's e was not written down: the finest e of Bảng 1.
DEFAULT_E_MG = Fraction(1)


def _mass(request: Request) -> dict[str, Any]:
    """Judge each piece: its net mass must not be below the declared mass by more than δ of the mass found."""
    step = exact(request.parameters.positive("e")) if request.parameters.has("e") else DEFAULT_E_MG
    limit = request.limit("gold-mass")
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        declared, measured = row.positive("declared"), row.not_negative("measured")
        difference = (exact(measured) - exact(declared)) * MG_PER_G
        printed = fixed(difference, max(0, max(scale(declared), scale(measured)) - 3))
        allowance = _mass_allowance(limit, exact(measured), step)
        one = Judged(difference, printed, "mg", limit, allowance, f"chênh lệch khối lượng mẫu {n + 1}")
        judged.append(one)
        result = {"difference": printed, "error": printed, "limit": one.limit_json()}
        rows.append({**row.raw, **result, "verdict": one.verdict.value})
    note = () if request.parameters.has("e") else ("không ghi e của cân: giới hạn làm tròn đến 1 mg",)
    return conclude(judged, rows, *note)


def _mass_allowance(limit: Limit | None, grams: Fraction, step: Fraction) -> Allowance | None:
    """Return δ in mg: Bảng 2 by straight lines, (13/30)·m below 30 g, 0.0175 % above 6 kg, rounded to one e."""
    if limit is None:
        return None
    if limit.table is None:
        return None if limit.value is None else _shortfall(Fraction(limit.value), "mg")
    delta = look_up(limit.table, grams)
    if delta is None and limit.table.beyond_percent is not None:
        delta = grams * MG_PER_G * Fraction(limit.table.beyond_percent) / 100
    return None if delta is None else _shortfall(floor(delta / step + Fraction(1, 2)) * step, "mg")


def _shortfall(value: Fraction, unit: str) -> Allowance:
    return Allowance(None, value, short(value), unit)


def _fineness(request: Request) -> dict[str, Any]:
    """Judge each sample: nonconforming only when the mean reading is below declared minus the limit."""
    limit = request.limit("gold-fineness")
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        declared = _percent(row, "declared")
        readings = [exact(value) for value in row.readings("readings")]
        for k, value in enumerate(readings):
            if value > 100:
                raise ProcedureInputError(f"{row.path}.readings[{k}]", "tính bằng %, không quá 100")
        found = mean(readings)
        error = found - declared
        printed = fixed(error, 4)
        allowance = _fineness_allowance(limit, declared)
        one = Judged(error, printed, "%", limit, allowance, f"chênh lệch hàm lượng mẫu {n + 1}")
        judged.append(one)
        result = {"mean": fixed(found, 4), "error": printed, "limit": one.limit_json()}
        rows.append({**row.raw, **result, "verdict": one.verdict.value})
    screen = "kết quả sàng lọc tại hiện trường, xử lý căn cứ kết quả của tổ chức thử nghiệm được chỉ định"
    return conclude(judged, rows, screen)


def _fineness_allowance(limit: Limit | None, declared: Fraction) -> Allowance | None:
    if limit is None:
        return None
    if limit.table is None:
        return None if limit.value is None else _shortfall(Fraction(limit.value), "%")
    value = look_up(limit.table, declared)
    return None if value is None else _shortfall(value, "%")


def _percent(row: Group, key: str) -> Fraction:
    value = exact(row.positive(key))
    if value > 100:
        raise ProcedureInputError(f"{row.path}.{key}", "tính bằng % (ví dụ 75.0), không dùng phần nghìn (‰)")
    return value


def _scale_interval(request: Request) -> dict[str, Any]:
    """Judge each scale: its e must not be above the one that Bảng 1 allows for its capacity."""
    limit = request.limit("gold-scale-interval")
    rows, judged = [], []
    for n, row in enumerate(request.rows):
        capacity, e = exact(row.positive("capacity")), row.positive("e")
        allowance = at_most(limit, capacity)
        figure = exact(e), format(e, "f"), "mg"
        place, basis = f"e của cân {n + 1}", "thiếu căn cứ về giá trị độ chia"
        one = Judged(*figure, limit, allowance, place, signed=False, no_basis=basis)
        judged.append(one)
        rows.append({**row.raw, "error": one.printed, "limit": one.limit_json(), "verdict": one.verdict.value})
    return conclude(judged, rows)


PROCEDURES = (
    Procedure(
        "gold-mass",
        frozenset({"e"}),
        frozenset({"declared", "measured"}),
        ("mg",),
        _mass,
        one_sided=True,
        resolved=frozenset({"measured"}),
    ),
    Procedure("gold-fineness", frozenset(), frozenset({"declared", "readings"}), ("%",), _fineness, one_sided=True),
    Procedure(
        "gold-scale-interval", frozenset(), frozenset({"capacity", "e"}), ("mg",), _scale_interval, one_sided=True
    ),
)
