"""What it means that everything arrived: each operation once in the journal, each document, each photo byte for byte."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.browser.day.department import Department
from tests.browser.day.tablet import FieldTablet


def blobs_of(department: Department) -> set[str]:
    """The digests of all bytes that the server keeps."""
    files = (path for path in (department.server.folder / "blobs").rglob("*") if path.is_file())
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def arrived_once(tablet: FieldTablet, department: Department, before: dict[str, list[dict[str, Any]]]) -> None:
    """What the tablet held before it was connected is at the server, and nothing else and nothing twice."""
    mine = sorted(op["op_id"] for op in before["ops"])
    taken = department.taken()
    assert [op for op in taken if op in set(mine)] == mine
    assert len(taken) == len(set(taken))
    assert department.quarantined() == {}
    for kind in ("finding", "photo", "minutes"):
        assert department.states(kind).keys() == {op["id"] for op in before["ops"] if op["kind"] == kind}
    assert {p["status"] for p in department.states("photo").values()} == {"complete"}
    assert {p["sha256"] for p in before["photos"]} <= blobs_of(department)
    assert {p["state"] for p in tablet.holds()["photos"]} == {"complete"}
