"""Prepackaged goods by quantity (Thông tư 21/2014/TT-BKHCN): the mean of the lot or sample, and units that lack too much.

A unit is nonconforming (T1) when it holds less than Qn - T, and worse (T2) below Qn - 2T.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from checklists.model import Limit, LimitStatus
from checklists.procedures.figures import fixed, mean, root, scale, short, variance, vi
from checklists.procedures.readings import Procedure, ProcedureInputError, Request, exact
from checklists.procedures.verdicts import Allowance, Judged, conclude, look_up

NAME = "prepackage-lot"
# Unit -> kind of quantity, and how many of the unit of the table of T it holds (g, mL, m, m², cái).
UNITS = {
    "g": ("mass", Fraction(1)),
    "kg": ("mass", Fraction(1000)),
    "mL": ("volume", Fraction(1)),
    "L": ("volume", Fraction(1000)),
    "m": ("length", Fraction(1)),
    "cm": ("length", Fraction(1, 100)),
    "m²": ("area", Fraction(1)),
    "cái": ("count", Fraction(1)),
}
# T of mass and volume is rounded up to a tenth of g or mL up to this nominal quantity, to a whole one above (R 87).
FINE_UP_TO = 1000
PIECES = "đơn vị"
FACTOR = "lần s"
NO_BASIS = "thiếu căn cứ về lượng của hàng đóng gói sẵn"


@dataclass(frozen=True)
class _Lot:
    """The lot and what was measured of it; every quantity in `unit`."""

    request: Request
    nominal: Fraction
    unit: str
    size: int
    actual: list[Fraction]
    places: int

    @classmethod
    def of(cls, request: Request) -> _Lot:
        """Read the lot; refuses one smaller than its sample, and broken pieces."""
        unit, nominal = request.unit(tuple(UNITS)), request.parameters.positive("nominal")
        size, actual = request.parameters.whole("lot_size"), [row.not_negative("actual") for row in request.rows]
        if size < len(actual):
            raise ProcedureInputError("parameters.lot_size", f"nhỏ hơn số đơn vị đã đo ({len(actual)})")
        if UNITS[unit][0] == "count":
            request.parameters.whole("nominal")
            for row, found in zip(request.rows, actual, strict=True):
                if found != int(found):
                    raise ProcedureInputError(f"{row.path}.actual", "phải là số nguyên")
        places = max(scale(value) for value in [nominal, *actual])
        return cls(request, exact(nominal), unit, size, [exact(value) for value in actual], places)

    @property
    def plan(self) -> str:
        """Every unit of the lot was measured, or a sample of it."""
        return "full" if len(self.actual) == self.size else "sample"

    def criterion(self, name: str, typed: str = "") -> Limit | None:
        """Return the row of one criterion, or the number that was typed with the limit."""
        request = self.request
        if typed and request.given is not None and request.typed.has(typed):
            return request.given
        return request.rules.find(NAME, on=request.on, context=request.context, criterion=name, plan=self.plan)

    def number(self, limit: Limit | None, typed: str = "") -> Fraction | None:
        """Return the number of a criterion at the size of this lot."""
        if limit is None:
            return None
        if typed and self.request.given is limit:
            return exact(self.request.typed.not_negative(typed))
        if limit.table is not None:
            return look_up(limit.table, Fraction(self.size))
        return None if limit.value is None else Fraction(limit.value)

    def tolerable(self) -> tuple[Limit | None, Fraction | None]:
        """Return the row of T and T itself: typed, in the unit of the figures, or read for the nominal quantity."""
        kind, times = UNITS[self.unit]
        request = self.request
        limit = request.given or request.rules.find(
            NAME, on=request.on, context=request.context, criterion="deficiency", quantity=kind
        )
        if limit is None or (limit.value is None and limit.table is None):
            return limit, None
        if limit is request.given:
            return limit, Fraction(limit.value or 0)
        size = self.nominal * times
        found = Fraction(limit.value or 0) if limit.table is None else look_up(limit.table, size)
        if found is None:
            percent = limit.table.beyond_percent if limit.table else None
            found = None if percent is None else size * Fraction(percent) / 100
        elif limit.unit == "%":
            found = size * found / 100
        return limit, None if found is None else _rounded_up(found, kind, size) / times

    def sampled_as_planned(self) -> tuple[Limit | None, str | None]:
        """Return the row of the sample size, and why this sample is none of the plan; a typed plan has its own."""
        if self.plan == "full" or (self.request.given is not None and self.request.typed.has("k")):
            return self.criterion("mean", "k"), None
        limit = self.criterion("size")
        planned = self.number(limit)
        if limit is not None and planned is None:
            return limit, f"lô {self.size} {PIECES} không có phương án lấy mẫu: phải đo toàn bộ"
        if planned is not None and planned != len(self.actual):
            return limit, f"đã đo {len(self.actual)} {PIECES}, phương án của lô {self.size} là {vi(short(planned))}"
        return limit, None


def _rounded_up(value: Fraction, kind: str, size: Fraction) -> Fraction:
    if kind in ("length", "area"):
        return value
    step = Fraction(1, 10) if kind != "count" and size <= FINE_UP_TO else Fraction(1)
    return ceil(value / step) * step


def _weakest(*limits: Limit | None) -> Limit | None:
    """Return the row that decides least: a verdict rests on all of them."""
    for limit in limits:
        if limit is None or limit.status is LimitStatus.UNCONFIRMED:
            return limit
    return limits[0]


def _lot(request: Request) -> dict[str, Any]:
    """Judge the mean, the number of nonconforming units (T1) and of units that lack more than twice T (T2)."""
    lot = _Lot.of(request)
    limit, tolerable = lot.tolerable()
    found = [each - lot.nominal for each in lot.actual]
    t1 = None if tolerable is None else sum(error < -tolerable for error in found)
    t2 = None if tolerable is None else sum(error < -2 * tolerable for error in found)
    average, mean_text = _mean(lot)
    judged = [average, _count(lot, "t1", limit, t1), _count(lot, "t2", limit, t2)]
    rows = [
        {**row.raw, "error": fixed(error, lot.places), "shortage": _shortage(error, tolerable)}
        for row, error in zip(request.rows, found, strict=True)
    ]
    shown = {
        "mean": mean_text,
        "tolerable": None if tolerable is None else short(tolerable),
        "t1": None if t1 is None else str(t1),
        "t2": None if t2 is None else str(t2),
        **_mean_limit(lot, average),
        "criteria": {
            name: {"verdict": each.verdict.value, "limit": each.limit_json()}
            for name, each in zip(("mean", "t1", "t2"), judged, strict=True)
        },
    }
    return conclude(judged, rows, _figures(lot, shown)) | shown


def _shortage(error: Fraction, tolerable: Fraction | None) -> str | None:
    if tolerable is None or error >= -tolerable:
        return None
    return "T2" if error < -2 * tolerable else "T1"


def _mean(lot: _Lot) -> tuple[Judged, str]:
    """Judge mean >= Qn - k s without taking the root: (Qn - mean)² against k² s²."""
    limit = lot.criterion("mean", "k")
    k = lot.number(limit, "k")
    planned, reason = lot.sampled_as_planned()
    average, n = mean(lot.actual), len(lot.actual)
    spread = variance(lot.actual) if n > 1 else None
    if spread is None and k and reason is None:
        reason = f"một {PIECES} chưa đủ để tính độ lệch chuẩn s"
    allowance = None
    if k is not None and reason is None and (spread is not None or not k):
        square = k * k * (spread or Fraction(0))
        printed = short(Fraction(root(square, lot.places + 3)))
        allowance = Allowance(None, square, printed, lot.unit, squared=True)
    place = f"lượng trung bình của {n} {PIECES} so với lượng danh định"
    difference = average - lot.nominal
    figure = difference, fixed(difference, lot.places + 3), lot.unit
    judged = Judged(*figure, _weakest(limit, planned), allowance, place, reason, no_basis=NO_BASIS)
    return judged, fixed(average, lot.places + 3)


def _mean_limit(lot: _Lot, average: Judged) -> dict[str, str | None]:
    """Return s and Qn - k s as they are printed, where they can be computed."""
    n, allowance = len(lot.actual), average.allowance
    least = None if allowance is None else fixed(lot.nominal - Fraction(allowance.value), lot.places + 3)
    deviation = root(variance(lot.actual), lot.places + 4) if n > 1 else None
    return {"standard_deviation": deviation, "mean_limit": least}


def _count(lot: _Lot, name: str, tolerable: Limit | None, count: int | None) -> Judged:
    """Judge how many units lack more than T (T1) or 2T (T2); a count rests on the row of T too."""
    limit = lot.criterion(name, "allowed")
    typed = limit is not None and limit is lot.request.given
    planned, reason = (limit, None) if typed or lot.plan == "full" else lot.sampled_as_planned()
    # Of a typed plan `allowed` counts T1; no plan allows a unit beyond 2T.
    allowed = Fraction(0) if typed and name == "t2" else lot.number(limit, "allowed")
    if allowed is not None and limit is not None and limit.unit == "%" and not typed:
        allowed = allowed * lot.size / 100
    allowance = None
    if allowed is not None and count is not None and reason is None:
        allowance = Allowance(allowed, None, str(floor(allowed)), PIECES)
    rests_on = _weakest(limit, tolerable, planned)
    words = {"t1": "số đơn vị thiếu quá T", "t2": "số đơn vị thiếu quá 2T"}
    figure = Fraction(count or 0), str(count or 0), PIECES
    return Judged(*figure, rests_on, allowance, words[name], reason, signed=False, no_basis=NO_BASIS)


def _figures(lot: _Lot, shown: dict[str, Any]) -> str:
    """Return the figures of all criteria together, as they stand in minutes."""
    words = [f"lượng trung bình {vi(shown['mean'])} {lot.unit}"]
    if shown["mean_limit"] is not None:
        words.append(f"giới hạn dưới {vi(shown['mean_limit'])} {lot.unit}")
    if shown["tolerable"] is not None:
        words.append(f"T = {vi(shown['tolerable'])} {lot.unit}")
        for name, lacks in (("t1", "quá T"), ("t2", "quá 2T")):
            allowed = (shown["criteria"][name]["limit"] or {}).get("value")
            words.append(
                f"{shown[name]} {PIECES} thiếu {lacks}" + ("" if allowed is None else f" (cho phép {allowed})")
            )
    return ", ".join(words)


PROCEDURES = (
    Procedure(
        NAME,
        frozenset({"nominal", "unit", "lot_size"}),
        frozenset({"actual"}),
        ("%", FACTOR, PIECES, *UNITS),
        _lot,
        one_sided=True,
        resolved=frozenset({"actual"}),
        typed=frozenset({"k", "allowed"}),
        works_out=frozenset({"criterion", "plan", "quantity"}),
    ),
)
