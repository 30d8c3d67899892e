"""Establishments that the office merged: what is still said of the one merged away goes to the one that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sync.overlay import Overlay
    from sync.world import Document

MAX_STEPS = 50
"""More mergers in a row than an office makes; a ring, which no page makes, ends here."""


def standing(view: Overlay, site: Document) -> Document:
    """Return the establishment that stands for one, itself where it was not merged or what it names is not there."""
    for _ in range(MAX_STEPS):
        after = site.state.get("merged_into")
        found = view.live("establishment", after) if isinstance(after, str) else None
        if found is None:
            break
        site = found
    return site


def sites_of(inspection: Mapping[str, Any]) -> frozenset[str]:
    """Return the establishment of an inspection and those under whose ids it stood before a merger or its undoing.

    A paper signed meanwhile on a tablet without a link names one of the latter.
    """
    formerly = inspection.get("formerly")
    said = formerly if isinstance(formerly, list) else []
    return frozenset(str(id) for id in (inspection.get("establishment_id"), *said))
