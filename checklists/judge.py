"""From a checklist item and its finding to a computed verdict: gathers readings by the item's bindings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from checklists import procedures
from checklists.limits import RuleSet
from checklists.model import Item, ProcedureUse, Verdict
from checklists.procedures.readings import ProcedureInputError

# Keys whose procedure takes a list of readings, wherever they were typed.
_LISTS = frozenset({"readings", "background"})
# A comma separates nothing: it may be a decimal comma, and that must be seen.
_SIDE_BY_SIDE = re.compile(r"[;\s]+")
_ROW = re.compile(r"rows\[(\d+)\](?:\.(\w+))?(?:\[(\d+)\])?")
_PARAMETER = re.compile(r"parameters\.(\w+)(?:\[(\d+)\])?")


def judge(
    item: Item,
    finding: Mapping[str, Any],
    subject: Mapping[str, Any] | None,
    answers: Mapping[str, Mapping[str, Any]],
    rules: RuleSet,
    on: date,
    context: str,
) -> dict[str, Any] | None:
    """Return what the server computes for a finding, `{errors, limit, verdict, explanation}`; None without procedure.

    Bindings: `{from: "subject.attributes.e"}`, `{from: "item:KEY"}` or `{from: "item:KEY.field"}` (a value, or a
    column of its rows), `{value: "each"}`; a row key names a column, or several separated by commas: all of them
    for a list of readings, else the first that is filled. An item without columns is one row of its own fields.
    Readings that cannot be computed with are inconclusive with the row and column named, never an exception.
    """
    use = item.procedure
    if use is None:
        return None
    # The item itself may carry a parameter beside its rows (the background of a survey).
    answers = {**answers, item.key: finding}
    request = {
        "date": on.isoformat(),
        "context": context,
        "parameters": _parameters(use, subject, answers),
        "rows": _rows(item, use, finding),
        "limit": None,
    }
    try:
        result = procedures.evaluate(use.name, request, rules)
    except ProcedureInputError as problem:
        return {
            "errors": [],
            "limit": None,
            "verdict": Verdict.INCONCLUSIVE.value,
            "explanation": f"chưa kết luận: {_place(problem.field, item, use)}{problem.message_vi}",
        }
    return {
        "errors": [row["error"] for row in result["rows"]],
        "limit": result["limit"],
        "verdict": result["verdict"],
        "explanation": result["explanation"],
    }


def _parameters(
    use: ProcedureUse, subject: Mapping[str, Any] | None, answers: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    bound = {}
    for name, binding in use.parameters.items():
        value = binding["value"] if "value" in binding else _fetch(binding.get("from", ""), subject, answers)
        if name in _LISTS and not _blank(value):
            value = _filled(value)
        if not _blank(value):
            bound[name] = value
    return bound


def _fetch(path: str, subject: Mapping[str, Any] | None, answers: Mapping[str, Mapping[str, Any]]) -> Any:
    if path.startswith("item:"):
        key, _, field = path.removeprefix("item:").partition(".")
        return _answered(answers.get(key), field)
    found: Any = {"subject": subject}
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _answered(finding: object, field: str) -> Any:
    """Return one value of another item; without a field name, its only value, or all cells of its only column."""
    if not isinstance(finding, Mapping):
        return None
    values = finding.get("values")
    values = values if isinstance(values, Mapping) else {}
    if field in values:
        return values[field]
    if not field and not _blank(values.get("value")):
        return values["value"]
    if not field and len(values) == 1:
        return next(iter(values.values()))
    rows = finding.get("rows")
    rows = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    if not field:
        columns = {str(key) for row in rows for key in row}
        field = columns.pop() if len(columns) == 1 else ""
    cells = [row.get(field) for row in rows]
    return [value for cell in cells for value in _filled(cell)] or None


def _rows(item: Item, use: ProcedureUse, finding: object) -> list[Any]:
    if not isinstance(finding, Mapping):
        return []
    values = finding.get("values")
    raw = finding.get("rows") if item.columns else [values] if values else []
    return [_row(use, row) for row in raw] if isinstance(raw, list) else []


def _row(use: ProcedureUse, row: object) -> object:
    if not isinstance(row, Mapping):
        return row
    bound: dict[str, Any] = {}
    for key, columns in use.rows.items():
        cells = [row.get(column.strip()) for column in columns.split(",")]
        if key in _LISTS:
            value: Any = [each for cell in cells for each in _filled(cell)]
        else:
            value = next((cell for cell in cells if not _blank(cell)), None)
        if not _blank(value):
            bound[key] = value
    return bound


def _filled(cell: object) -> list[Any]:
    """Return the readings of a cell (a list, or one text with them side by side) without the boxes left empty."""
    if isinstance(cell, str):
        cell = _SIDE_BY_SIDE.split(cell)
    return [each for each in (cell if isinstance(cell, list) else [cell]) if not _blank(each)]


def _blank(value: object) -> bool:
    return value is None or value in ("", [])


def _place(path: str, item: Item, use: ProcedureUse) -> str:
    """Return where the trouble is, in the words of the checklist, counted from 1 as people do."""
    if match := _ROW.fullmatch(path):
        number, key, reading = match.groups()
        place = f"dòng {int(number) + 1}" if item.columns else ""
        if key:
            columns = [column.strip() for column in use.rows.get(key, key).split(",")]
            titles = {column.key: column.title.vi for column in item.columns or item.fields}
            named = ", ".join(f"“{titles.get(column, column)}”" for column in columns)
            place += f", cột {named}" if item.columns else f"ô {named}"
    elif match := _PARAMETER.fullmatch(path):
        key, reading = match.groups()
        place = f"thông số {key}"
    else:
        return ""
    if reading:
        place += f", số đo thứ {int(reading) + 1}"
    return place and f"{place}: "
