"""Merging by the file that the tablet's own tests read: what it shows before a push is what the server makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sync.kinds import KINDS
from sync.merge import Writer, merge, merge_lists

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "merge.json").read_text(encoding="utf-8")
)
WRITER = Writer("u", "2026-01-01T00:00:00+00:00", "00000000-0000-7000-8000-000000000000")


def test_lists_merge_as_both_sides_expect() -> None:
    assert len(VECTORS["lists"]) >= 100
    for row in VECTORS["lists"]:
        assert merge_lists(row["current"], row["mine"], row["base"]) == row["merged"]


def test_patches_without_a_conflict_merge_as_both_sides_expect() -> None:
    kind = KINDS["finding"]
    assert len(VECTORS["patches"]) >= 100
    for row in VECTORS["patches"]:
        found = merge(row["current"], row["set"], row["base"], WRITER, lists=kind.lists, maps=kind.maps)
        assert (found.state, found.conflicts) == (row["merged"], {})
