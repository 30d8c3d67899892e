"""Limit and law rows between plain data (YAML, served JSON) and the frozen words of model.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from checklists.model import Law, Limit, LimitStatus, LimitTable

CONTEXTS = ("verification", "inspection", "any")
TABLE_KINDS = ("up_to", "from", "linear")
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)
LIMIT_KEYS = {
    *("id", "procedure", "context", "value", "unit", "lower", "floor", "floor_unit", "table", "parameters"),
    *("source", "edition", "valid_from", "valid_to", "status", "reviewed_by", "reviewed_on", "note"),
}
LAW_KEYS = {
    *("id", "number", "title", "domains", "valid_from", "valid_to", "status", "source"),
    *("replaced_by", "amended_by", "note"),
}


class LimitError(ValueError):
    """A limit or law row that cannot be used; the message is Vietnamese and names the row."""


class _Row:
    """One raw row, read key by key; every complaint names the row."""

    def __init__(self, raw: object, allowed: set[str], where: str) -> None:
        if not isinstance(raw, Mapping):
            raise LimitError(f"{where}: phải là một nhóm khóa và giá trị")
        self.raw = raw
        self.where = f"{where} {raw.get('id', '?')}"
        if unknown := sorted(str(key) for key in raw if key not in allowed):
            raise LimitError(f"{self.where}: khóa lạ {', '.join(unknown)}")

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise LimitError(f"{self.where}: {key} phải là chữ, không trống")
        return value

    def text_or_none(self, key: str) -> str | None:
        """Return a text or None."""
        return None if self.raw.get(key) is None else self.text(key)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of the named words."""
        value = self.text(key)
        if value not in choices:
            raise LimitError(f"{self.where}: {key} phải là một trong {', '.join(choices)}")
        return value

    def number(self, key: str) -> Decimal | None:
        """Return an allowance or None; YAML must quote it, so that no float slips in."""
        value = self.raw.get(key)
        return None if value is None else allowance(value, f"{self.where}: {key}")

    def day(self, key: str) -> date | None:
        """Return a date or None."""
        value = self.raw.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is None:
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise LimitError(f"{self.where}: {key} phải là ngày YYYY-MM-DD") from error

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when absent."""
        value = self.raw.get(key) or []
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise LimitError(f"{self.where}: {key} phải là danh sách chữ")
        return tuple(value)

    def validity(self) -> tuple[date | None, date | None]:
        """Return the two dates, in order."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if start and end and end < start:
            raise LimitError(f"{self.where}: valid_to trước valid_from")
        return start, end


def allowance(value: object, where: str) -> Decimal:
    """Return a non-negative decimal string as Decimal; refuses anything else."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise LimitError(f"{where} phải là chuỗi số thập phân không âm, dùng dấu chấm, ví dụ '0.3'")
    return Decimal(value)


def parse_limit(raw: object, where: str) -> Limit:
    """Return a limit row from YAML or served JSON; refuses unknown keys, floats and contradictions."""
    row = _Row(raw, LIMIT_KEYS, where)
    start, end = row.validity()
    if start is None:
        raise LimitError(f"{row.where}: thiếu valid_from")
    status = LimitStatus(row.choice("status", ("confirmed", "unconfirmed")))
    limit = Limit(
        id=row.text("id"),
        procedure=row.text("procedure"),
        context=row.choice("context", CONTEXTS),
        value=row.number("value"),
        unit=row.text("unit"),
        source=row.text("source"),
        edition=row.text("edition"),
        valid_from=start,
        valid_to=end,
        status=status,
        reviewed_by=row.text_or_none("reviewed_by"),
        parameters=_parameters(row),
        note=row.text_or_none("note"),
        reviewed_on=row.day("reviewed_on"),
        lower=row.number("lower"),
        floor=row.number("floor"),
        floor_unit=row.text_or_none("floor_unit"),
        table=_table(row),
    )
    _check_shape(limit, row.where)
    return limit


def _check_shape(limit: Limit, where: str) -> None:
    if limit.value is not None and limit.table is not None:
        raise LimitError(f"{where}: chỉ một trong value và table")
    if limit.status is LimitStatus.CONFIRMED and limit.value is None and limit.table is None:
        raise LimitError(f"{where}: đã xác nhận thì phải có value hoặc table")
    if limit.value is None and (limit.lower is not None or limit.floor is not None):
        raise LimitError(f"{where}: lower và floor cần có value")
    if (limit.floor is None) != (limit.floor_unit is None):
        raise LimitError(f"{where}: floor và floor_unit đi cùng nhau")


def _parameters(row: _Row) -> dict[str, str]:
    raw = row.raw.get("parameters") or {}
    if not isinstance(raw, Mapping) or not all(isinstance(x, str) for kv in raw.items() for x in kv):
        raise LimitError(f"{row.where}: parameters phải là các cặp chữ")
    return dict(raw)


def _table(row: _Row) -> LimitTable | None:
    raw = row.raw.get("table")
    if raw is None:
        return None
    inner = _Row(raw, {"kind", "by", "by_unit", "steps", "beyond_percent", "above"}, f"{row.where} table")
    kind = inner.choice("kind", TABLE_KINDS)
    steps = _steps(inner)
    bounds = [bound for bound, _ in steps[:-1]] if kind == "up_to" else [bound for bound, _ in steps]
    if None in bounds:
        raise LimitError(f"{inner.where}: chỉ bậc cuối của bảng up_to được bỏ trống mốc")
    known = [bound for bound, _ in steps if bound is not None]
    if any(later <= earlier for earlier, later in pairwise(known)):
        raise LimitError(f"{inner.where}: các mốc phải tăng dần")
    if kind == "linear" and (not known or known[0] == 0):
        raise LimitError(f"{inner.where}: điểm đầu phải lớn hơn 0")
    return LimitTable(
        kind=kind,
        by=inner.text("by"),
        by_unit=inner.text("by_unit"),
        steps=steps,
        beyond_percent=inner.number("beyond_percent"),
        above=inner.number("above"),
    )


def _steps(row: _Row) -> tuple[tuple[Decimal | None, Decimal], ...]:
    raw = row.raw.get("steps")
    if not isinstance(raw, list) or not raw or not all(isinstance(s, list) and len(s) == 2 for s in raw):
        raise LimitError(f"{row.where}: steps phải là danh sách cặp [mốc, giá trị]")
    return tuple(
        (
            None if bound is None else allowance(bound, f"{row.where}: mốc"),
            allowance(value, f"{row.where}: giá trị"),
        )
        for bound, value in raw
    )


def parse_law(raw: object, where: str) -> Law:
    """Return a law row from YAML or served JSON; refuses unknown keys and a row that no domain cites."""
    row = _Row(raw, LAW_KEYS, where)
    start, end = row.validity()
    if not row.texts("domains"):
        raise LimitError(f"{row.where}: thiếu domains")
    return Law(
        id=row.text("id"),
        number=row.text("number"),
        title=row.text("title"),
        domains=row.texts("domains"),
        valid_from=start,
        valid_to=end,
        status=LimitStatus(row.choice("status", ("confirmed", "unconfirmed"))),
        source=row.text("source"),
        replaced_by=row.text_or_none("replaced_by"),
        amended_by=row.texts("amended_by"),
        note=row.text_or_none("note"),
    )


def serve_limit(limit: Limit) -> dict[str, Any]:
    """Return the row as served: every key, decimals and dates as strings."""
    return {
        "id": limit.id,
        "procedure": limit.procedure,
        "context": limit.context,
        "parameters": dict(limit.parameters),
        "value": _string(limit.value),
        "unit": limit.unit,
        "lower": _string(limit.lower),
        "floor": _string(limit.floor),
        "floor_unit": limit.floor_unit,
        "table": _serve_table(limit.table),
        "source": limit.source,
        "edition": limit.edition,
        "valid_from": limit.valid_from.isoformat(),
        "valid_to": _iso(limit.valid_to),
        "status": limit.status.value,
        "reviewed_by": limit.reviewed_by,
        "reviewed_on": _iso(limit.reviewed_on),
        "note": limit.note,
    }


def _serve_table(table: LimitTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {
        "kind": table.kind,
        "by": table.by,
        "by_unit": table.by_unit,
        "steps": [[_string(bound), _string(value)] for bound, value in table.steps],
        "beyond_percent": _string(table.beyond_percent),
        # Only where a table begins above zero: the fingerprints of rows shipped earlier stay.
        **({} if table.above is None else {"above": _string(table.above)}),
    }


def serve_law(law: Law) -> dict[str, Any]:
    """Return the row as served."""
    return {
        "id": law.id,
        "number": law.number,
        "title": law.title,
        "domains": list(law.domains),
        "valid_from": _iso(law.valid_from),
        "valid_to": _iso(law.valid_to),
        "status": law.status.value,
        "source": law.source,
        "replaced_by": law.replaced_by,
        "amended_by": list(law.amended_by),
        "note": law.note,
    }


def _string(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
