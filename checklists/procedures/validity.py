"""Whether an instrument's verification covers the day: by the printed date, never by the cycle where one is printed."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from checklists.model import Limit
from checklists.procedures.readings import Group, Procedure, ProcedureInputError, Request
from checklists.procedures.verdicts import Allowance, Judged, conclude

WARNED_BEFORE = 60
INSTRUMENTS = ("dose_rate_meter",)
MONTHS = "tháng"
DAYS = "ngày"
NO_BASIS = "thiếu căn cứ về thời hạn kiểm định"
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class _Until:
    """The last day that is surely covered, and the last that may be: a stamp prints the month only."""

    sure: date
    possible: date
    limit: Limit | None
    shown: tuple[str, str]
    said: str


def _validity(request: Request) -> dict[str, Any]:
    """Judge each certificate: it must not end before the day, or before the last day that it has to cover."""
    last = request.on
    if request.parameters.has("until"):
        last = request.parameters.day("until")
        if last < request.on:
            raise ProcedureInputError("parameters.until", "không được trước ngày đang xét")
    rows, judged, soon = [], [], []
    for n, row in enumerate(request.rows):
        until = _until(request, row)
        name = row.raw.get("label") or f"phương tiện {n + 1}"
        one = _judged(until, last, str(name))
        ends = 0 <= int(one.printed) <= WARNED_BEFORE and one.allowance is not None
        if ends:
            soon.append(str(name))
        judged.append(one)
        rows.append(
            {
                **row.raw,
                "until": until.possible.isoformat() if until else None,
                "error": one.printed,
                "ends_soon": ends,
                "limit": one.limit_json(),
                "verdict": one.verdict.value,
            }
        )
    return conclude(judged, rows, *([f"hết hạn trong vòng {WARNED_BEFORE} ngày: {', '.join(soon)}"] if soon else []))


def _judged(until: _Until | None, last: date, name: str) -> Judged:
    """Compare the end with the last day; inside a month that was printed without its day, nothing is decided."""
    place = f"số ngày còn hiệu lực của {name} tính từ {_vi(last)}"
    if until is None:
        reason = "không có ngày hết hạn, cũng không có chu kỳ kiểm định nào áp dụng"
        return Judged(Fraction(0), "0", DAYS, None, None, place, reason, signed=False, no_basis=NO_BASIS)
    if until.sure < last <= until.possible:
        reason = "tem chỉ ghi tháng và năm, chưa có quy định hết hiệu lực vào ngày nào của tháng"
        return Judged(Fraction(0), "0", DAYS, until.limit, None, place, reason, signed=False, no_basis=NO_BASIS)
    left = ((until.possible if last > until.possible else until.sure) - last).days
    allowance = Allowance(None, Fraction(0), *until.shown, said=until.said)
    return Judged(Fraction(left), str(left), DAYS, until.limit, allowance, place, signed=False, no_basis=NO_BASIS)


def _until(request: Request, row: Group) -> _Until | None:
    """Return how long a certificate holds; a printed date wins over the cycle of the instrument."""
    verified = row.day("verified_on") if row.has("verified_on") else None
    if verified is not None and verified > request.on:
        raise ProcedureInputError(f"{row.path}.verified_on", "sau ngày đang xét: giấy chưa có trong ngày đó")
    if row.has("valid_until"):
        sure, possible = _printed(row)
        if verified is not None and possible < verified:
            raise ProcedureInputError(f"{row.path}.valid_until", "trước ngày kiểm định")
        limit = request.rules.find("validity", on=request.on, context=request.context, basis="printed")
        words = _vi(possible) if sure == possible else f"{possible:%m/%Y}"
        return _Until(sure, possible, limit, ("0", DAYS), f"hạn ghi đến {words}")
    if verified is None:
        raise ProcedureInputError(f"{row.path}.valid_until", "thiếu ngày hết hạn in trên tem hoặc giấy chứng nhận")
    if request.given is None and not request.parameters.has("instrument"):
        return None
    known = {} if request.given else {"instrument": request.parameters.choice("instrument", INSTRUMENTS)}
    limit = request.limit("validity", basis="cycle", **known)
    months = _whole_months(limit)
    if request.given is not None and months is None:
        raise ProcedureInputError("limit.value", f"chu kỳ phải là số nguyên lớn hơn 0, tính bằng {MONTHS}")
    if limit is None or months is None:
        return None
    end = _later(verified, months)
    return _Until(end, end, limit, (str(months), MONTHS), f"{months} {MONTHS} từ ngày kiểm định, đến {_vi(end)}")


def _whole_months(limit: Limit | None) -> int | None:
    if limit is None or limit.value is None or limit.unit != MONTHS:
        return None
    months = int(limit.value)
    return months if months and months == limit.value else None


def _printed(row: Group) -> tuple[date, date]:
    """Return the last day that a printed date surely covers, and the last that it can be read to cover."""
    text = row.raw["valid_until"]
    if isinstance(text, str) and _MONTH.fullmatch(text):
        year, month = (int(part) for part in text.split("-"))
        if not (1 <= month <= 12 and year):
            raise ProcedureInputError(f"{row.path}.valid_until", "không có tháng này trong lịch")
        begins = date(year, month, 1)
        # Nobody has said on which day of the month it ends: sure is what lies before it.
        return begins - timedelta(days=begins > date.min), date(year, month, monthrange(year, month)[1])
    day = row.day("valid_until")
    return day, day


def _later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _vi(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


PROCEDURES = (
    Procedure(
        "validity",
        frozenset({"until", "instrument"}),
        frozenset({"valid_until", "verified_on"}),
        (MONTHS, DAYS),
        _validity,
        one_sided=True,
        works_out=frozenset({"basis"}),
    ),
)
