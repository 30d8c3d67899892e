"""The law of one inspection: what may be cited on its day by its pinned rules, and the articles with their amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from checklists import law
from server.services import rules
from sync.findings import inspected_on
from sync.paper_words import penalty_line

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fine:
    """An article that names what an item found, as the minutes print it, and the frames that were read: for the office,
    never on paper."""

    line: str
    amounts: Sequence[State]
    doubled: str | None


@dataclass(frozen=True, slots=True)
class Cited:
    """What an inspection may cite. `fines` by checklist code and item key."""

    uncitable: Sequence[str] = ()
    fines: Mapping[tuple[str, str], Sequence[Fine]] = field(default_factory=dict)


def cited(session: Session, inspection: State) -> Cited:
    """Return the law of the day of the visit, else of the planned day, by the rule set that the inspection pinned."""
    pinned = str((inspection.get("rules") or {}).get("version"))
    served = (rules.by_version(session, pinned) or rules.current(session)).served()
    on = inspected_on(inspection) or _planned(inspection)
    if on is None:
        return Cited()
    documents = {row["id"]: row for row in law.in_force(served["law"], on)}
    named = law.articles(served["law"], served.get("violations", ()), served.get("penalties", ()), on)
    fines = {
        item: [
            Fine(penalty_line(row, documents), row["amounts"],
                 row["doubled_status"] if row["doubled_for_organisations"] else None) for row in rows
        ]
        for item, rows in named.items()
    }  # fmt: skip
    return Cited(law.uncitable(served["law"], on), fines)


def _planned(inspection: State) -> date | None:
    try:
        return date.fromisoformat(str(inspection.get("planned_on")))
    except ValueError:
        return None
