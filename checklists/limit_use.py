"""Which limit rows an item of a checklist can ever meet, and which questions of it meet none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from checklists.conditions import parse_reference
from checklists.model import Checklist, Field, Item, Limit, ProcedureUse
from checklists.rule_checks import serves

# What a procedure, or who works with it, reads beside its limits: rows that advise and decide nothing.
_ADVICE = {"source-sweep": "cordon-dose-rate", "gold-fineness": "gold-grade"}


def rows_for(use: ProcedureUse, limits: Iterable[Limit]) -> list[Limit]:
    """Return the rows that may answer a use of a procedure: of its name or family, no constant of the use against them."""
    fixed = {key: binding["value"] for key, binding in use.parameters.items() if "value" in binding}
    return [
        limit
        for limit in limits
        if serves(limit.procedure, use.name)
        and all(limit.parameters[key] == fixed[key] for key in limit.parameters.keys() & fixed)
    ]


def advice_for(use: ProcedureUse, limits: Iterable[Limit]) -> list[Limit]:
    """Return the rows that people read beside a use of a procedure."""
    return [limit for limit in limits if limit.procedure == _ADVICE.get(use.name)]


def gaps(checklist: Checklist, item: Item, limits: Sequence[Limit]) -> Iterator[str]:
    """Yield, in Vietnamese, each question of an item with a procedure that no limit row answers.

    A procedure without any row, a choice that feeds a parameter for which no row stands, days after the end of a row.
    """
    use = item.procedure
    if use is None:
        return
    rows = rows_for(use, limits)
    if not rows:
        fixed = [f"{key}: {binding['value']}" for key, binding in use.parameters.items() if "value" in binding]
        said = f" với {', '.join(fixed)}" if fixed else ""
        yield f"không có dòng giới hạn nào cho {use.name}{said}: kết quả sẽ luôn là chưa kết luận"
        return
    for key in sorted({key for row in rows for key in row.parameters}):
        known = {row.parameters[key] for row in rows if key in row.parameters}
        if any(key not in row.parameters for row in rows):
            continue  # a row for every value
        for field in _feeding(checklist, item, use, key):
            for choice, title in field.choices:
                if choice not in known:
                    yield f"không có dòng giới hạn nào cho {use.name} với {key}: {choice} (lựa chọn “{title.vi}”)"
    for first, last in _holes(rows):
        until = f" đến {last:%d/%m/%Y}" if last is not None else ""
        yield f"không có dòng giới hạn nào cho {use.name} từ {first:%d/%m/%Y}{until}"


def _feeding(checklist: Checklist, item: Item, use: ProcedureUse, key: str) -> list[Field]:
    """Return the fields and columns of which a choice becomes this input of the procedure."""
    columns = {column.strip() for column in use.rows.get(key, "").split(",")}
    found = [column for column in item.columns if column.key in columns]
    reference = parse_reference(use.parameters.get(key, {}).get("from"))
    source = checklist.item(reference.item) if reference is not None and reference.item is not None else None
    if reference is not None and source is not None:
        found += [field for field in source.fields if field.key == (reference.field or "value")]
    return found


def _holes(rows: Sequence[Limit]) -> Iterator[tuple[date, date | None]]:
    """Yield the days after the end of a row on which no other answers its question; None = for ever."""
    for row in rows:
        if row.valid_to is None:
            continue
        day = row.valid_to + timedelta(days=1)
        others = [other for other in rows if _same_question(row, other)]
        if not any(other.valid_from <= day and (other.valid_to is None or day <= other.valid_to) for other in others):
            later = [other.valid_from for other in others if other.valid_from > day]
            yield day, min(later) - timedelta(days=1) if later else None


def _same_question(one: Limit, two: Limit) -> bool:
    return (one.context == two.context or "any" in (one.context, two.context)) and all(
        one.parameters[key] == two.parameters[key] for key in one.parameters.keys() & two.parameters
    )
