"""Limit rows between plain data (YAML, served JSON) and the frozen words of model.py."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from checklists.model import Limit, LimitStatus, LimitTable
from checklists.rows import LimitError, Row, allowance, figure, iso

CONTEXTS = ("verification", "inspection", "any")
TABLE_KINDS = ("up_to", "from", "linear")
LIMIT_KEYS = {
    *("id", "procedure", "context", "value", "unit", "lower", "floor", "floor_unit", "table", "parameters"),
    *("source", "edition", "valid_from", "valid_to", "status", "reviewed_by", "reviewed_on", "note"),
}


def parse_limit(raw: object, where: str) -> Limit:
    """Return a limit row from YAML or served JSON; refuses unknown keys, floats and contradictions."""
    row = Row(raw, LIMIT_KEYS, where)
    start, end = row.validity()
    if start is None:
        raise LimitError(f"{row.where}: thiếu valid_from")
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
        status=row.status(),
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


def _parameters(row: Row) -> dict[str, str]:
    raw = row.raw.get("parameters") or {}
    if not isinstance(raw, Mapping) or not all(isinstance(x, str) for kv in raw.items() for x in kv):
        raise LimitError(f"{row.where}: parameters phải là các cặp chữ")
    return dict(raw)


def _table(row: Row) -> LimitTable | None:
    raw = row.raw.get("table")
    if raw is None:
        return None
    inner = Row(raw, {"kind", "by", "by_unit", "steps", "beyond_percent", "above"}, f"{row.where} table")
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


def _steps(row: Row) -> tuple[tuple[Decimal | None, Decimal], ...]:
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


def serve_limit(limit: Limit) -> dict[str, Any]:
    """Return the row as served: every key, decimals and dates as strings."""
    return {
        "id": limit.id,
        "procedure": limit.procedure,
        "context": limit.context,
        "parameters": dict(limit.parameters),
        "value": figure(limit.value),
        "unit": limit.unit,
        "lower": figure(limit.lower),
        "floor": figure(limit.floor),
        "floor_unit": limit.floor_unit,
        "table": _serve_table(limit.table),
        "source": limit.source,
        "edition": limit.edition,
        "valid_from": limit.valid_from.isoformat(),
        "valid_to": iso(limit.valid_to),
        "status": limit.status.value,
        "reviewed_by": limit.reviewed_by,
        "reviewed_on": iso(limit.reviewed_on),
        "note": limit.note,
    }


def _serve_table(table: LimitTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {
        "kind": table.kind,
        "by": table.by,
        "by_unit": table.by_unit,
        "steps": [[figure(bound), figure(value)] for bound, value in table.steps],
        "beyond_percent": figure(table.beyond_percent),
        # Only where a table begins above zero: the fingerprints of rows shipped earlier stay.
        **({} if table.above is None else {"above": figure(table.above)}),
    }
