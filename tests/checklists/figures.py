"""What a checklist asks, as its file says it and counted: the content tests hold both against the dossiers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from checklists import catalog
from tests.checklists.test_content import raw

PHOTOS = ("required", "on_nonconforming", "encouraged", "none")


def raw_items(code: str) -> Iterator[dict[str, Any]]:
    """Yield the items of a checklist's file with what only the author remembers of them."""
    for section in raw(code)["sections"]:
        yield from section["items"]


def served_figures(code: str) -> tuple[tuple[int, ...], Counter[str], int, int]:
    """Return items by photo rule (as PHOTOS), items by what a section is for, items with procedure, with legal basis."""
    checklist = catalog.load().latest(code)
    items = [item for section in checklist.sections for item in section.items]
    photos = Counter(item.photo for item in items)
    pers = Counter(section.per for section in checklist.sections for _ in section.items)
    return (
        tuple(photos[rule] for rule in PHOTOS),
        pers,
        sum(item.procedure is not None for item in items),
        sum(bool(item.legal_basis) for item in items),
    )
