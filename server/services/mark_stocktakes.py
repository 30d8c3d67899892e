"""Stocktakes of stickers and seals (kiểm kê): what was counted, what the server knew then, what it knows now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.services import accounts, mark_ledger, mark_words
from server.services.exports import MOMENT, NUMBER, Cell, Column, Listed
from server.services.mark_ledger import STOCKTAKE, Ledger, Row
from sync.mark_ranges import difference, remaining

OPEN, EXPLAINED, AGREES, UNKNOWN = "open", "explained", "agrees", "unknown"
STATES = {OPEN: "Chênh lệch", EXPLAINED: "Chênh lệch, có giải trình", AGREES: "Khớp", UNKNOWN: "Dải không có trong sổ"}


@dataclass(frozen=True, slots=True)
class Count:
    """One roll as it was counted. `then` is what the server expected when the count came, `now` what all marks that have
    come since say of that moment; `serials` name what is missing, `surplus` what should not be there."""

    lease: Row | None
    kind: str
    roll: str
    counted: int
    then: int | None
    now: int | None
    serials: str
    surplus: str
    explanation: str

    @property
    def difference(self) -> int | None:
        """How many are too many; below zero: missing. None where the roll is unknown."""
        return None if self.now is None else self.counted - self.now

    @property
    def state(self) -> str:
        """Whether it agrees."""
        if self.now is None:
            return UNKNOWN
        if not self.difference and not self.surplus:
            return AGREES
        return EXPLAINED if self.explanation else OPEN


@dataclass(frozen=True, slots=True)
class Stocktake:
    """One count at a day's end."""

    id: str
    at: str
    on: str
    place: str
    by: str
    tablet: str
    counts: Sequence[Count]

    @property
    def state(self) -> str:
        """The worst of its rolls."""
        found = {count.state for count in self.counts}
        return next((state for state in (OPEN, UNKNOWN, EXPLAINED) if state in found), AGREES)


def stocktakes(session: Session, state: str = "") -> list[Stocktake]:
    """Return all stocktakes, or those in one state, the newest first."""
    ledger, people, tablets = mark_ledger.load(session), accounts.names(session), mark_words.tablets(session)
    rows = mark_ledger.rows(session, STOCKTAKE)
    days = {row.id: row.state for row in mark_ledger.rows(session, "verification_session")}
    found = [_stocktake(row, ledger, days.get(str(row.parent), {}), people, tablets) for row in rows if not row.state.get("voided")]  # fmt: skip
    found.sort(key=lambda s: _instant(s.at), reverse=True)
    return [one for one in found if not state or one.state == state]


def export(session: Session, state: str = "") -> Listed:
    """List the stocktakes, one line a roll."""
    columns = (Column("Kiểm kê lúc", MOMENT), Column("Nơi", width=28), Column("Người", width=24), Column("Máy", width=32), Column("Loại", width=10),
               Column("Dải", width=28), Column("Đếm được", NUMBER), Column("Phải còn khi nhận", NUMBER), Column("Phải còn nay tính lại", NUMBER), Column("Chênh lệch", NUMBER),
               Column("Trong các số", width=48), Column("Thừa", width=28), Column("Giải trình", width=40))  # fmt: skip

    def rows() -> Iterator[Sequence[Cell]]:
        for one in stocktakes(session, state):
            for c in one.counts:
                yield (one.at, one.place, one.by, one.tablet, c.kind, c.roll, c.counted, c.then, c.now, c.difference,
                       c.serials, c.surplus, c.explanation)  # fmt: skip

    return Listed("kiem-ke-tem-chi", "Kiểm kê tem, chì", columns, rows(), [("Kết quả", STATES[state])] if state else [])


def _stocktake(
    row: Row, ledger: Ledger, day: Mapping[str, Any], people: Mapping[str, str], tablets: Mapping[str, str]
) -> Stocktake:  # fmt: skip
    state = row.state
    leases = {lease.id: lease for lease in ledger.leases}
    counts = [_count(c, state, leases.get(str(c.get("lease_id"))), ledger) for c in state.get("counts") or () if isinstance(c, Mapping)]  # fmt: skip
    holder = next((c.lease.device_id for c in counts if c.lease is not None), "")
    said = str(state.get("device") or "")
    return Stocktake(row.id, str(state.get("at") or ""), str(day.get("on") or ""), str(day.get("place") or ""),
                     people.get(str(state.get("created_by")), ""), tablets.get(said) or tablets.get(holder) or said, counts)  # fmt: skip


def _count(counted: Mapping[str, Any], state: Mapping[str, Any], lease: Row | None, ledger: Ledger) -> Count:
    number = counted.get("counted")
    there = number if type(number) is int else 0
    said = str(counted.get("explanation") or "")
    id = str(counted.get("lease_id"))
    then = (state.get("expected") or {}).get(id) if isinstance(state.get("expected"), Mapping) else None
    if lease is None:
        return Count(None, "", f"(dải {id[:8]})", there, then, None, "", "", said)
    as_was, gone = _as_was(lease, str(state.get("at") or "")), _gone_by(ledger, lease, str(state.get("at") or ""))
    found = difference([counted], {lease.id: as_was}, gone)
    missing, surplus = (found[0]["serials"], found[0]["surplus"]) if found else ([], [])
    first, last = lease.ends
    return Count(lease, mark_words.KINDS[lease.state["kind"]], f"{first} – {last}", there, then, len(remaining(as_was, gone)),
                 _words(missing), _words(surplus), said)  # fmt: skip


def _as_was(lease: Row, at: str) -> dict[str, Any]:
    """Return a lease as it stood at a moment: what came back or was written off later was there."""
    kept = {name: [part for part in lease.state.get(name) or () if not _is_later(part.get("at"), at)]
            for name in ("returned", "written_off")}  # fmt: skip
    return {**lease.state, **kept}


def _gone_by(ledger: Ledger, lease: Row, at: str) -> set[str]:
    own = lease.state["organisation_id"], lease.state["kind"]
    return {
        m.serial
        for m in ledger.marks
        if (m.organisation_id, m.kind) == own and not _is_later(m.row.state.get("at"), at)
    }


def _is_later(one: Any, other: str) -> bool:
    """Say whether an instant is after another, both by the clocks that wrote them; what is none is not."""
    return _instant(str(one)) > _instant(other) > 0


def _instant(at: str) -> float:
    try:
        found = datetime.fromisoformat(at)
        return found.timestamp() if found.tzinfo is not None else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _words(ranges: Sequence[Sequence[str]]) -> str:
    return ", ".join(first if first == last else f"{first} – {last}" for first, last in ranges)
