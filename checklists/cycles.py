"""How long a verification holds: the cycle of an instrument on a day, for proposals of due dates."""

from __future__ import annotations

from datetime import date

from checklists.limits import RuleSet
from checklists.model import Cycle


def cycle_months(rules: RuleSet, instrument_type: str, on: date, kind: str | None = None) -> Cycle | None:
    """Return the cycle in force (its `months`, `status` and `source`), or None where none was read.

    Without a `kind` an instrument type whose kinds have different cycles has none. A printed date on a stamp or
    certificate goes before any cycle: this proposes, it never says that a verification has lapsed.
    """
    rows = [
        row
        for row in rules.cycles
        if row.instrument_type == instrument_type
        and row.months is not None
        and (row.valid_from is None or row.valid_from <= on)
        and (row.valid_to is None or on <= row.valid_to)
        and (kind is None or row.kind in (None, kind))
    ]
    return rows[0] if len({row.months for row in rows}) == 1 else None
