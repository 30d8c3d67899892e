"""One serial of a sticker or seal is never used twice silently, and what was recorded of it never changes."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sync.ids import mark_id, normal_serial
from sync.merge import same
from tests.sync.model.driver import Picture
from tests.sync.model.scene import ORGANISATION

CREATES = frozenset({"create", "append"})


def marks_once(picture: Picture, written: list[Any]) -> None:
    """A serial is one document, with the id that follows from it; whoever recorded it otherwise is in quarantine."""
    marks = {id: d for (kind, id), d in picture.documents.items() if kind == "mark"}
    serials = Counter((d.state["kind"], normal_serial(d.state["serial"])) for d in marks.values())
    assert not [serial for serial, count in serials.items() if count > 1], "marks: one serial is used twice"
    for id, mark in marks.items():
        assert id == mark_id(ORGANISATION, mark.state["kind"], mark.state["serial"]), "marks: an id of another serial"
    entries = (json.loads(entry) for rows in picture.journal.values() for _, entry, _ in rows)
    taken = {entry["op_id"] for entry in entries if entry["kind"] == "mark"}
    for raw in written:
        if isinstance(raw, dict) and raw.get("op_id") in taken and raw.get("type") in CREATES:
            stands = marks[raw["id"]].state
            differs = [name for name, value in raw["set"].items() if not same(stands.get(name), value)]
            assert not differs, f"marks: {stands['serial']} was used twice silently: {differs}"
