"""A limit row in words: its name, its number or table, where and how long it holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from checklists.model import Limit, LimitTable
from server.services import wording
from sync.paper_words import LIMIT_STATUSES

_STEPS = {"up_to": "đến", "from": "từ", "linear": "tại"}

_BY = {**wording.LIMIT_PARAMETERS, **wording.MEASURED_BY}
_AS = {**wording.LIMIT_PLACES, **wording.MEASURED_AS}


def procedure_name(procedure: str) -> str:
    """Name a procedure, or the family that it is of; one without words by its code."""
    known = [name for name in wording.PROCEDURES if procedure == name or procedure.startswith(f"{name}-")]
    return wording.PROCEDURES[max(known, key=len)] if known else procedure


def name(limit: Limit) -> str:
    """Name what a row limits."""
    told = [f"{_BY.get(key, key)} {_AS.get(said, said)}" for key, said in limit.parameters.items()]
    return ", ".join([procedure_name(limit.procedure), *told])


def value(limit: Limit) -> str:
    """Write the number of a row with its unit, or every step of its table."""
    if limit.table is not None:
        return _table(limit.table, limit.unit)
    if limit.value is None:
        return "chưa có giá trị"
    lower = "" if limit.lower is None else f"−{_number(limit.lower)} / +"
    floor = "" if limit.floor is None else f", ít nhất {_number(limit.floor)} {limit.floor_unit}"
    return f"{lower}{_number(limit.value)} {limit.unit}{floor}"


def validity(first: date | None, last: date | None) -> str:
    """Write from when to when a row or a document holds; None = not read, or without a known end."""
    begins = f"từ {first:%d/%m/%Y}" if first is not None else "ngày bắt đầu chưa đọc được"
    return f"{begins} đến {last:%d/%m/%Y}" if last is not None else begins


def status(limit: Limit) -> str:
    """Say whether a row may decide, and who said so."""
    said = LIMIT_STATUSES[limit.status]
    by = f" bởi {limit.reviewed_by}" if limit.reviewed_by else ""
    return f"{said}{by}"


def _table(table: LimitTable, unit: str) -> str:
    size = f" {table.by_unit}" if table.by_unit else ""
    steps = [
        f"{_STEPS[table.kind]} {_number(bound)}{size}: {_number(allowed)} {unit}"
        if bound is not None
        else f"lớn hơn: {_number(allowed)} {unit}"
        for bound, allowed in table.steps
    ]
    rest = []
    if table.kind == "linear":
        rest.append("giữa hai mức tính theo đường thẳng")
    if table.beyond_percent is not None:
        rest.append(f"trên mức cuối {_number(table.beyond_percent)} %")
    if table.above is not None:
        rest.append(f"chỉ áp dụng trên {_number(table.above)}{size}")
    return f"theo {table.by}: {'; '.join([*steps, *rest])}"


def _number(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")
