"""Stickers and seals day by day and tablet by tablet: given out, used, spoiled, brought back, left at the day's end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.services import mark_ledger, mark_words
from server.services.exports import DAY, NUMBER, Cell, Column, Listed
from server.services.mark_ledger import Ledger, Row
from sync.mark_ranges import number_of, numbers_of
from sync.paper_words import local

LEASED, USED, SPOILED, RETURNED, LOST = "leased", "used", "spoiled", "returned", "lost"
FLOWS = {LEASED: "Cấp", USED: "Dùng", SPOILED: "Hỏng", RETURNED: "Trả", LOST: "Mất, hủy"}
NOBODY = ""
"""Holder of what was used out of no lease."""


@dataclass(frozen=True, slots=True)
class Day:
    """One tablet's stickers, or seals, on one day. `left` after it: all given so far less all that went."""

    on: str
    device_id: str
    tablet: str
    kind: str
    flows: dict[str, int]
    left: int


def days(session: Session, kind: str = "") -> list[Day]:
    """Return every day of every tablet that something happened on, the newest first."""
    ledger, names = mark_ledger.load(session), mark_words.tablets(session)
    found: list[Day] = []
    for (device_id, of), flows in _flows(ledger).items():
        left = 0
        for on in sorted(flows):
            own = flows[on]
            left += own[LEASED] - own[USED] - own[SPOILED] - own[RETURNED] - own[LOST]
            tablet = names.get(device_id, "(máy không rõ)") if device_id else "(không thuộc dải đã cấp)"
            found.append(Day(on, device_id, tablet, of, {name: own[name] for name in FLOWS}, left if device_id else 0))
    found.sort(key=lambda day: (day.tablet, day.kind))
    found.sort(key=lambda day: day.on, reverse=True)
    return [day for day in found if not kind or day.kind == kind]


def export(session: Session, kind: str = "") -> Listed:
    """List the days."""
    columns = (Column("Ngày", DAY), Column("Máy", width=36), Column("Loại", width=10),
               *(Column(title, NUMBER) for title in (*FLOWS.values(), "Còn cuối ngày")))  # fmt: skip
    rows: Iterator[Sequence[Cell]] = (
        (d.on, d.tablet, mark_words.KINDS.get(d.kind, d.kind), *d.flows.values(), d.left) for d in days(session, kind)
    )
    return Listed("tem-chi-theo-ngay", "Tem, chì theo ngày và máy", columns, rows)


def _flows(ledger: Ledger) -> dict[tuple[str, str], dict[str, dict[str, int]]]:
    """Count: (tablet, kind) -> day -> flow."""
    found: dict[tuple[str, str], dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for lease in ledger.leases:
        own = found[lease.device_id, lease.state["kind"]]
        for on, flow, count in _of_lease(lease):
            own[on][flow] += count
    for mark in ledger.marks:
        holder = _held_by(ledger, mark.organisation_id, mark.kind, mark.serial)
        flow = {mark_ledger.USED: USED, mark_ledger.SPOILED: SPOILED}.get(mark.fate, LOST)
        found[NOBODY if holder is None else holder.device_id, mark.kind][_day(mark.row.state.get("at"))][flow] += 1
    return found


def _of_lease(lease: Row) -> Iterator[tuple[str, str, int]]:
    yield _day(lease.state["granted_at"]), LEASED, lease.whole[1] - lease.whole[0] + 1
    for name, flow in (("returned", RETURNED), ("written_off", LOST)):
        for part in lease.state.get(name) or ():
            yield _day(part.get("at")), flow, part["last"] - part["first"] + 1


def _held_by(ledger: Ledger, organisation_id: str, kind: str, text: str) -> Row | None:
    """Return the lease that a serial was out with when it was used: not one that it had come back from."""
    for lease in ledger.leases:
        if (lease.state["organisation_id"], lease.state["kind"]) == (organisation_id, kind):
            number = number_of(text, lease.state["prefix"], lease.state["digits"])
            held = number is not None and lease.whole[0] <= number <= lease.whole[1]
            if held and number not in numbers_of(lease.state.get("returned"), lease.whole):
                return lease
    return None


def _day(at: Any) -> str:
    """Return the day in Viet Nam of an instant; "" where it is none."""
    try:
        found = datetime.fromisoformat(str(at))
        return local(found).date().isoformat() if found.tzinfo is not None else ""
    except (ValueError, OverflowError):
        return ""
