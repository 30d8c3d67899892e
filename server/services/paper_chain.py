"""What a paper may rest on: the papers and measures of its inspection, and of those that it re-checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from sync.paper_measures import STANDING, listed

MAX_CHAIN = 20
"""More re-checks of one site than any has; a loop of wrong references ends here."""


def chain(session: Session, inspection: Document) -> list[Document]:
    """Return an inspection and those that it re-checks, the newest first."""
    found = [inspection]
    while (before := found[-1].state.get("follows")) and len(found) < MAX_CHAIN:
        earlier = documents.get(session, "inspection", str(before))
        if earlier is None or earlier.is_deleted or earlier.id in {each.id for each in found}:
            break
        found.append(earlier)
    return found


def standing_papers(session: Session, inspections: list[Document]) -> list[dict[str, Any]]:
    """Return the papers that count, as `sync.paper.compose` takes them: {id, form, text, issued_at, measure_ids}."""
    found = [
        paper_of(minutes)
        for inspection in inspections
        for minutes in documents.children(session, inspection.id, "minutes")
        if minutes.state.get("status") in STANDING
    ]
    return sorted(found, key=lambda paper: (str(paper["issued_at"]), paper["id"]))


def earlier_measures(session: Session, inspections: list[Document]) -> list[dict[str, Any]]:
    """Return the measures of the inspections that the first one re-checks, without those that were deleted."""
    return [
        {"id": d.id, **d.state} for each in inspections[1:] for d in documents.children(session, each.id, "measure")
    ]


def paper_of(minutes: Document) -> dict[str, Any]:
    """Read back what a paper says of itself: its number as printed and the measures that it lists."""
    state = minutes.state
    document = _document(state)
    return {
        "id": minutes.id,
        "form": state.get("form"),
        "text": _number(document, state),
        "issued_at": state.get("issued_at"),
        "measure_ids": sorted(listed(document)),
    }


def number_of(state: Mapping[str, Any]) -> str:
    """Read back the number of minutes as printed."""
    return _number(_document(state), state)


def measures_of(state: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the measures that minutes in this state list."""
    return listed(_document(state))


def _document(state: Mapping[str, Any]) -> dict[str, Any]:
    try:
        document = json.loads(state["canonical"])
    except (KeyError, TypeError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _number(document: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    number = document.get("number")
    text = number.get("text") if isinstance(number, dict) else None
    return str(text or state.get("number"))
