"""What the law says on a day, read from the rows that a rule set serves: documents in force, articles for an item.

Server and tablets read the same plain rows: a day that was never read is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

Doc = Mapping[str, Any]
_YEAR = re.compile(r"[/:](\d{4})(?!\d)", re.ASCII)
"""The year in a document's number: 28/2013/TT-BKHCN, ĐLVN 343:2020."""


def in_force(law: Iterable[Doc], on: date) -> list[Doc]:
    """Return the documents that hold on a day, in their order.

    A first day that was not read does not exclude a document, but none holds before it was signed, nor before the year
    in its number. One whose last day was not read ends where a document that replaces it begins.
    """
    begun = [row for row in law if _begins(row) <= on.isoformat()]
    begun_ids = {row.get("id") for row in begun}
    return [row for row in begun if not _ended(row, begun_ids, on.isoformat())]


def uncitable(law: Sequence[Doc], on: date) -> list[str]:
    """Return the numbers of the documents that do not hold on a day, and of those of which nobody confirmed it."""
    sure = {row.get("number") for row in in_force(law, on) if row.get("status", "confirmed") == "confirmed"}
    return sorted({str(row["number"]) for row in law if row.get("number")} - sure)


def articles(
    law: Sequence[Doc], violations: Iterable[Doc], penalties: Sequence[Doc], on: date
) -> dict[tuple[str, str], list[Doc]]:
    """Return, by (checklist code, item key), the penalty rows that name what the item finds, under decrees that hold on
    this day and are confirmed."""
    decrees = {row.get("id") for row in in_force(law, on) if row.get("status") == "confirmed"}
    standing = [row for row in penalties if row.get("law") in decrees and _covers(row, on.isoformat())]
    found: dict[tuple[str, str], list[Doc]] = {}
    for violation in violations:
        named = [row for row in standing if violation.get("id") in row.get("violations", ())]
        for code, keys in (violation.get("items") or {}).items():
            for key in keys if named else ():
                rows = found.setdefault((code, key), [])
                rows += [row for row in named if row not in rows]
    return found


def _begins(row: Doc) -> str:
    """Return the first day on which a document may hold, '' = no bound is known."""
    known = row.get("valid_from") or row.get("issued_on")
    if known:
        return str(known)
    year = _YEAR.search(str(row.get("number") or ""))
    return f"{year[1]}-01-01" if year else ""


def _ended(row: Doc, begun: set[Any], day: str) -> bool:
    if row.get("valid_to"):
        return str(row["valid_to"]) < day
    return row.get("replaced_by") is not None and row["replaced_by"] in begun


def _covers(row: Doc, day: str) -> bool:
    return (row.get("valid_from") or "") <= day and (not row.get("valid_to") or day <= row["valid_to"])
