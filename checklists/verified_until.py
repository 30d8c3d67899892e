"""Until when a verification holds (KD15): proposed from the confirmed cycle, shortened at will, never lengthened. Twin:
verification/validity.ts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from checklists.cycles import cycle_months
from checklists.limits import RuleSet
from checklists.model import LimitStatus
from checklists.standards import months_after


@dataclass(frozen=True, slots=True)
class Proposed:
    """The last day that a confirmed cycle gives, and the document that sets the cycle."""

    until: date
    months: int
    source: str


def proposed_until(rules: RuleSet, instrument: Mapping[str, Any], on: date) -> Proposed | None:
    """Return what the cycle of an instrument (its state) gives on a day: that day so many calendar months later; None
    where none is confirmed then."""
    attributes = instrument.get("attributes")
    kind = attributes.get("kind") if isinstance(attributes, Mapping) else None
    cycle = cycle_months(rules, str(instrument.get("type")), on, kind if isinstance(kind, str) and kind else None)
    if cycle is None or cycle.months is None or cycle.status is not LimitStatus.CONFIRMED:
        return None
    return Proposed(months_after(on, cycle.months), cycle.months, cycle.source)


def refused_until(until: date, on: date, proposed: Proposed | None) -> str | None:
    """Say why a verification of a day cannot hold until another, None where it can."""
    if until <= on:
        return f"Thời hạn đến {until:%d/%m/%Y} không sau ngày kiểm định {on:%d/%m/%Y}."
    if proposed is not None and until > proposed.until:
        return (
            f"Thời hạn đến {until:%d/%m/%Y} vượt hạn theo chu kỳ {proposed.months} tháng ({proposed.source}) là "
            f"{proposed.until:%d/%m/%Y}: thời hạn chỉ được rút ngắn."
        )
    return None
