"""Stocktakes of stickers and seals (kiểm kê): what was counted, what the server knew then, what it knows now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

from sqlalchemy.orm import Session

from server.services import accounts, mark_ledger, mark_words, paging
from server.services.exports import MOMENT, NUMBER, Cell, Column, Listed
from server.services.mark_ledger import LEASE, STOCKTAKE, Row
from server.services.projection import parts
from server.services.report_facts import states_of
from server.services.verification_facts import PART, SESSION
from sync.mark_ranges import difference, remaining

PAGE_SIZE = 50
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


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the stocktakes."""

    rows: Sequence[Stocktake]
    total: int
    page: int
    pages: int


def stocktakes(session: Session, state: str = "") -> list[Stocktake]:
    """Return all stocktakes, or those in one state, the newest first."""
    return [one for one in _counted(session, _rows(session)) if not state or one.state == state]


def listing(session: Session, state: str, page: int) -> Listing:
    """Return one page of the stocktakes, or of those in one state, the newest first; without a state only the page is counted."""
    every = _rows(session)
    if state:
        found = [one for one in _counted(session, every) if one.state == state]
        shown, pages, part = paging.placed(page, len(found), PAGE_SIZE)
        return Listing(found[part], len(found), shown, pages)
    shown, pages, part = paging.placed(page, len(every), PAGE_SIZE)
    return Listing(_counted(session, every[part]), len(every), shown, pages)


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


def _rows(session: Session) -> list[Row]:
    found = [row for row in mark_ledger.rows(session, STOCKTAKE) if not row.state.get("voided")]
    return sorted(found, key=lambda row: _instant(str(row.state.get("at") or "")), reverse=True)


def _counted(session: Session, rows: Sequence[Row]) -> list[Stocktake]:
    around = _Around.of(session, rows)
    return [_stocktake(row, around) for row in rows]


@dataclass(frozen=True, slots=True)
class _Around:
    """What stocktakes are told with: the leases that they counted, when marks of these were used, days, names."""

    leases: Mapping[str, Row]
    moments: Mapping[str, Sequence[tuple[float, int]]]
    days: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, str]
    tablets: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, rows: Sequence[Row]) -> _Around:
        named = {str(c.get("lease_id")) for row in rows for c in _counts(row)}
        leases = {lease.id: lease for lease in mark_ledger.rows(session, LEASE) if lease.id in named}
        days: dict[str, Mapping[str, Any]] = {}
        for part in parts(sorted({str(row.parent) for row in rows}), PART):
            days |= states_of(session, SESSION, part)
        return cls(leases, mark_ledger.moments(session, leases.values()), days, accounts.names(session), mark_words.tablets(session))  # fmt: skip


def _counts(row: Row) -> list[Mapping[str, Any]]:
    return [c for c in row.state.get("counts") or () if isinstance(c, Mapping)]


def _stocktake(row: Row, around: _Around) -> Stocktake:
    state, day = row.state, around.days.get(str(row.parent), {})
    counts = [_count(c, state, around) for c in _counts(row)]
    holder = next((c.lease.device_id for c in counts if c.lease is not None), "")
    said = str(state.get("device") or "")
    return Stocktake(row.id, str(state.get("at") or ""), str(day.get("on") or ""), str(day.get("place") or ""),
                     around.people.get(str(state.get("created_by")), ""), around.tablets.get(said) or around.tablets.get(holder) or said,
                     counts)  # fmt: skip


def _count(counted: Mapping[str, Any], state: Mapping[str, Any], around: _Around) -> Count:
    number = counted.get("counted")
    there = number if type(number) is int else 0
    said = str(counted.get("explanation") or "")
    id = str(counted.get("lease_id"))
    then = (state.get("expected") or {}).get(id) if isinstance(state.get("expected"), Mapping) else None
    lease = around.leases.get(id)
    if lease is None:
        return Count(None, "", f"(dải {id[:8]})", there, then, None, "", "", said)
    at = str(state.get("at") or "")
    as_was, gone = _as_was(lease, at), _gone_by(around.moments[id], _instant(at))
    left = len(set(remaining(as_was, ())) - gone)
    agrees = left == there and not isinstance(counted.get("seen"), list)
    found = [] if agrees else difference([counted], {id: as_was}, {lease.text(n) for n in gone})
    missing, surplus = (found[0]["serials"], found[0]["surplus"]) if found else ([], [])
    first, last = lease.ends
    return Count(lease, mark_words.KINDS[lease.state["kind"]], f"{first} – {last}", there, then, left, _words(missing), _words(surplus), said)  # fmt: skip


def _as_was(lease: Row, at: str) -> dict[str, Any]:
    """Return a lease as it stood at a moment: what came back or was written off later was there."""
    kept = {name: [part for part in lease.state.get(name) or () if not _is_later(part.get("at"), at)]
            for name in ("returned", "written_off")}  # fmt: skip
    return {**lease.state, **kept}


def _gone_by(moments: Sequence[tuple[float, int]], at: float) -> set[int]:
    """Return the numbers whose marks are not later than an instant; all of them where it is none."""
    end = len(moments) if at <= 0 else bisect_right(moments, (at, inf))
    return {number for _, number in moments[:end]}


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
