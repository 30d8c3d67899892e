"""Days as they are written: ISO 8601, ten characters."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any


def day_of(value: Any) -> date | None:
    """Read `2021-08-02`; None for anything else (the week and basic forms of ISO 8601 too)."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 and value[4] == "-" else None
    except ValueError:
        return None


def month_bounds(year: int, month: int) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
