"""What becomes of the department's confirmations when a release ships a newer rule set: nothing confirmed is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from checklists.limits import AnyRow, RuleSet
from checklists.model import Cycle, Limit, LimitStatus, Penalty

# Who vouches for a row and on what, and where a row is looked up: a release may change these without saying anything else.
_VOUCHED = ("source", "note", "status", "reviewed_by", "reviewed_on")
_ABOUT = frozenset({"note", "reviewed_by", "reviewed_on", "domains", "title"})


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A row as the department confirmed it, and as it had been shipped; None = shipped rows of that time are not kept."""

    row: AnyRow
    shipped: AnyRow | None


def carried_over(shipped: RuleSet, confirmed: Iterable[Confirmed]) -> RuleSet:
    """Return the shipped rule set with the department's words, as its first version; `shipped` where there are none.

    A word is carried where the release ships the row as it was, its source and status too: it was said about exactly
    this row. All others wait to be said again (`waits`), and the release's row stands until then.
    """
    kept: dict[str, AnyRow] = {}
    for each in confirmed:
        now = shipped.row(each.row.id)
        if now is not None and each.shipped is not None and says(now) == says(each.shipped):
            vouched = {name: getattr(each.row, name) for name in (*_VOUCHED, *numbers(now))}
            kept[now.id] = replace(now, **vouched)
    return shipped.with_rows(f"{shipped.version}+1", kept) if kept else shipped


def waits(current: RuleSet, confirmed: AnyRow) -> bool:
    """Tell whether a row that the department confirmed once must be looked at again.

    It need not where the department's word stands, and where a release has come to confirm the same figures.
    """
    now = current.row(confirmed.id)
    if now is None:
        return True
    if now.reviewed_by is not None:
        return False
    return now.status is not LimitStatus.CONFIRMED or _figures(now) != _figures(confirmed)


def says(row: AnyRow) -> dict[str, Any]:
    """Return what a row says."""
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name not in _ABOUT}


def numbers(row: AnyRow) -> tuple[str, ...]:
    """Return the names of what a confirmation may put into a row."""
    return {Limit: ("value",), Cycle: ("months",), Penalty: ("article",)}.get(type(row), ())


def _figures(row: AnyRow) -> tuple[Any, ...]:
    own = tuple(getattr(row, name) for name in numbers(row))
    return (*own, row.unit, row.lower, row.floor, row.floor_unit, row.table) if isinstance(row, Limit) else own
