"""Stickers and seals day by day and tablet by tablet: given out, used, spoiled, brought back, left at the day's end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from server.db.marks import Run
from server.services import mark_ledger, mark_words
from server.services.exports import DAY, NUMBER, Cell, Column, Listed
from server.services.mark_ledger import Ledger, Row
from server.services.mark_rows import day
from sync.mark_ranges import numbers_of

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


class _Out(NamedTuple):
    """A lease with its numbers, and those that came back, as marks are numbered."""

    device_id: str
    first: int
    last: int
    back: set[int]


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
    found.sort(key=lambda one: (one.tablet, one.kind))
    found.sort(key=lambda one: one.on, reverse=True)
    return [one for one in found if not kind or one.kind == kind]


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
    leases = mark_ledger.shelved(ledger.leases)
    for shelf, runs in ledger.runs.items():
        out = [_out(lease, ahead) for lease, ahead in leases.get(shelf, ())]
        for run in runs:
            for holder, count in _held_by(out, run):
                if count:
                    found[holder, run.kind][run.used_on][run.fate] += count
    return found


def _of_lease(lease: Row) -> Iterator[tuple[str, str, int]]:
    yield day(lease.state["granted_at"]), LEASED, lease.whole[1] - lease.whole[0] + 1
    for name, flow in (("returned", RETURNED), ("written_off", LOST)):
        for part in lease.state.get(name) or ():
            yield day(part.get("at")), flow, part["last"] - part["first"] + 1


def _out(lease: Row, ahead: int) -> _Out:
    first, last = lease.whole
    back = numbers_of(lease.state.get("returned"), lease.whole)
    return _Out(lease.device_id, first + ahead, last + ahead, {number + ahead for number in back})


def _held_by(out: Sequence[_Out], run: Run) -> Iterator[tuple[str, int]]:
    """Count marks by the lease that they were out with when they were used: not one that they had come back from."""
    left = set(range(run.first, run.last + 1))
    for lease in out:
        if lease.first <= run.last and run.first <= lease.last:
            own = {number for number in left if lease.first <= number <= lease.last} - lease.back
            left -= own
            yield lease.device_id, len(own)
    yield NOBODY, len(left)
