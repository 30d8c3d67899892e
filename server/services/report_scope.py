"""What a report is about: one campaign, or the inspections of a period (month, quarter, six months, year, from–to)."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from server.errors import Problem, ProblemCode
from server.services.days import day_of

FIRST_YEAR, LAST_YEAR = 2000, 2100
KINDS = {"month": "Tháng", "quarter": "Quý", "half": "Sáu tháng", "year": "Năm", "range": "Từ ngày đến ngày"}
_PARTS = {"month": 12, "quarter": 4, "half": 2}
_MONTH, _PART = re.compile(r"(\d{4})-(\d{2})", re.ASCII), re.compile(r"(\d{4})(?:-([QH])([1-4]))?", re.ASCII)
_RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})_(\d{4}-\d{2}-\d{2})", re.ASCII)
_ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Either a campaign or the days `first` to `last`, both included. `token` is how addresses name it."""

    token: str
    campaign_id: str = ""
    first: date = date.min
    last: date = date.max
    title: str = ""
    """Of a period, as it goes on in a sentence: "quý III năm 2021"."""

    def holds(self, day: date | None) -> bool:
        """Say whether a day lies in the period."""
        return day is not None and self.first <= day <= self.last


def read(token: str) -> Scope:
    """Read `<campaign's uuid>`, `2021-08`, `2021-Q3`, `2021-H1`, `2021` or `2021-08-02_2021-08-31`; 404 for anything else."""
    found = _campaign(token) or _period(token)
    if found is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có báo cáo này: hãy chọn lại đợt hoặc kỳ báo cáo.")
    return found


def chosen(kind: str, year: str, part: str, first: str, last: str) -> Scope:
    """Read what a person chose; INVALID_REQUEST says what is wrong in it."""
    if kind == "range":
        return _range(day_of(first.strip()), day_of(last.strip()))
    number = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
    if kind not in KINDS or not FIRST_YEAR <= number <= LAST_YEAR:
        raise _refused(f"Hãy chọn loại kỳ và năm từ {FIRST_YEAR} đến {LAST_YEAR}.")
    if kind == "year":
        return read(year)
    count = int(part) if part.isascii() and part.isdigit() and len(part) < 3 else 0
    if not 1 <= count <= _PARTS[kind]:
        raise _refused(f"{KINDS[kind]} phải là số từ 1 đến {_PARTS[kind]}.")
    token = {"month": f"{number}-{count:02d}", "quarter": f"{number}-Q{count}", "half": f"{number}-H{count}"}[kind]
    return read(token)


def around(day: date) -> list[Scope]:
    """Return the periods that a day lies in, the shortest first, and the month before it: what offices report most."""
    before = day.replace(day=1) - timedelta(days=1)
    tokens = (f"{before:%Y-%m}", f"{day:%Y-%m}", f"{day.year}-Q{(day.month + 2) // 3}", f"{day.year}-H{1 + (day.month > 6)}",
              str(day.year))  # fmt: skip
    return [read(token) for token in tokens]


def _campaign(token: str) -> Scope | None:
    try:
        return Scope(token, campaign_id=token) if str(UUID(token)) == token else None
    except ValueError:
        return None


def _period(token: str) -> Scope | None:
    if found := _RANGE.fullmatch(token):
        try:
            return _range(day_of(found[1]), day_of(found[2]))
        except Problem:
            return None
    found = _MONTH.fullmatch(token) or _PART.fullmatch(token)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    year, part = int(found[1]), found[2] or ""
    number = int(part) if found.re is _MONTH else int(found[3] or 1)
    month, count, title = {
        "": (1, 12, f"năm {year}"),
        "Q": (3 * number - 2, 3, f"quý {_ROMAN.get(number)} năm {year}"),
        "H": (6 * number - 5, 6, f"6 tháng {'đầu' if number == 1 else 'cuối'} năm {year}"),
    }.get(part, (number, 1, f"tháng {number:02d} năm {year}" if number < 3 else f"tháng {number} năm {year}"))
    return _of_months(token, year, month, count, title)


def _of_months(token: str, year: int, month: int, count: int, title: str) -> Scope | None:
    last = month + count - 1
    if not 1 <= month <= last <= 12:
        return None
    return Scope(token, first=date(year, month, 1), last=date(year, last, monthrange(year, last)[1]), title=title)


def _range(first: date | None, last: date | None) -> Scope:
    if first is None or last is None:
        raise _refused("Hãy ghi đủ ngày đầu và ngày cuối của kỳ.")
    if last < first:
        raise _refused("Ngày cuối của kỳ đứng trước ngày đầu.")
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise _refused(f"Kỳ báo cáo phải nằm trong các năm {FIRST_YEAR} đến {LAST_YEAR}.")
    title = f"từ ngày {first:%d/%m/%Y} đến ngày {last:%d/%m/%Y}"
    return Scope(f"{first}_{last}", first=first, last=last, title=title)


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)
