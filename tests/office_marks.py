"""Stickers and seals of the sessions of tests/office_market: batches, leases, four marks a slip, a stocktake a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sync.ids import mark_id
from sync.mark_ranges import serial
from tests.builders import Person
from tests.office_market import CAMPAIGN, SCOPE, Document

KINDS = ("sticker", "sticker", "sticker", "seal")
"""What one slip takes."""
PREFIX = {"sticker": "22B", "seal": "CH"}
DIGITS, BATCH, LEASE = 6, 2500, 500
FIRST_BATCH = "00000000-0029-4000-8000-000000000000"
"""The first batch of stickers, by the id that addresses name."""
_NUMBERS = {"sticker": 0x29, "seal": 0x2D}
"""Of the ids of what is of a kind: batches, and leases one after them."""


def documents(found: Sequence[Document], tablets: Sequence[str], verifier: Person, organisation: str) -> Iterator[Document]:  # fmt: skip
    """Yield what the slips among these documents took; the last mark of each kind came from no lease."""
    slips = [(id, state) for kind, id, _, _, state in found if kind == "inspection"]
    many = {kind: KINDS.count(kind) * len(slips) for kind in PREFIX}
    for kind in PREFIX:
        yield from _received(kind, many[kind], tablets, organisation)
    taken: Counter[str] = Counter()
    for n, (id, slip) in enumerate(slips):
        on = slip["planned_on"]
        for kind in KINDS:
            number = taken[kind] = taken[kind] + 1
            text = serial(PREFIX[kind], number, DIGITS)
            spoiled = number % 50 == 7
            yield "mark", mark_id(organisation, kind, text), SCOPE, slip["session_id"], {
                "session_id": slip["session_id"], "kind": kind, "serial": text, "fate": "spoiled" if spoiled else "used",
                "at": f"{on}T09:30:00+07:00", "lease_id": _id(_NUMBERS[kind] + 1, (number - 1) // LEASE),
                "inspection_id": None if spoiled else id, "instrument_id": None if spoiled else next(iter(slip["received"])),
                "place": "Mặt đồng hồ", "reason": "Rách" if spoiled else "", "photo_ids": [], "created_by": verifier.id, "warnings": [],
            }  # fmt: skip
        if n + 1 == len(slips) or slips[n + 1][1]["session_id"] != slip["session_id"]:
            yield _counted(n, slip, taken["sticker"], many["sticker"], verifier)


def _received(kind: str, count: int, tablets: Sequence[str], organisation: str) -> Iterator[Document]:
    """Yield batches with a third more serials than were taken, and the leases of all but the last mark."""
    roll = {"organisation_id": organisation, "kind": kind, "prefix": PREFIX[kind], "digits": DIGITS}
    for n in range(-(-count * 4 // 3 // BATCH)):
        yield "mark_batch", _id(_NUMBERS[kind], n), "agency", None, {
            **roll, "first": n * BATCH + 1, "last": (n + 1) * BATCH, "received_on": f"{2022 + n // 2}-01-0{n % 2 + 3}",
            "received_from": "Ủy ban Tiêu chuẩn Đo lường Chất lượng Quốc gia", "note": "",
        }  # fmt: skip
    for n in range(-(-(count - 1) // LEASE)):
        yield "mark_lease", _id(_NUMBERS[kind] + 1, n), f"device:{tablets[n % len(tablets)]}", _id(_NUMBERS[kind], n * LEASE // BATCH), {
            **roll, "batch_id": _id(_NUMBERS[kind], n * LEASE // BATCH), "first": n * LEASE + 1, "last": min((n + 1) * LEASE, count - 1),
            "device_id": tablets[n % len(tablets)], "granted_at": f"{2022 + n // 12}-{n % 12 + 1:02}-01T07:00:00+07:00", "returned": [],
            "returned_at": None,
        }  # fmt: skip


def _counted(n: int, slip: dict[str, Any], taken: int, many: int, verifier: Person) -> Document:
    """Return the stocktake of a session's end: one roll is counted, each 25th time one sticker too few."""
    lease = (taken - 1) // LEASE
    left = max(0, min((lease + 1) * LEASE, many - 1) - taken)
    wrong = n % 125 == 4 and left > 0
    count = {"lease_id": _id(_NUMBERS["sticker"] + 1, lease), "counted": left - wrong, "explanation": "Rơi mất" if n % 250 == 4 else ""}  # fmt: skip
    return "stocktake", _id(49, n), SCOPE, slip["session_id"], {
        "session_id": slip["session_id"], "device": "", "at": f"{slip['planned_on']}T17:00:00+07:00", "counts": [count],
        "created_by": verifier.id, "expected": {}, "difference": {}, "campaign_id": CAMPAIGN,
    }  # fmt: skip


def _id(kind: int, n: int) -> str:
    return f"{n:08x}-{kind:04x}-4000-8000-{n % 65_521:012x}"
