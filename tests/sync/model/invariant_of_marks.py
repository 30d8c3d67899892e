"""One serial of a sticker or seal is never used twice silently, and what was recorded of it never changes."""

from __future__ import annotations

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
    kept = {row.op_id for row in picture.quarantine if row.is_open}
    for raw in written:
        if (
            not (isinstance(raw, dict) and raw.get("kind") == "mark" and raw.get("type") in CREATES)
            or raw["op_id"] in kept
        ):
            continue
        stands = marks.get(raw["id"])
        if stands is not None:  # not yet delivered, or lost by a restore and still to come
            differs = [name for name, value in raw["set"].items() if not same(stands.state.get(name), value)]
            delivered = raw["op_id"] in picture.receipts
            assert not (delivered and differs), f"marks: {stands.state['serial']} was used twice silently: {differs}"
