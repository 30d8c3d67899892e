"""Series of minutes numbers: leases of ranges to devices, returns, voids, and the register without a gap.

NĐ 30/2020 Điều 15: numbers run from 01 on 1 January; number and symbol are unique in the year; the head of the
agency rules how they are given out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.numbers import MinutesNumber, NumberLease, Series, SeriesYear
from server.errors import Problem, ProblemCode
from server.services.ledger import new_id
from sync.seal import MAX_NUMBER

MAX_COUNT = 200
"""More than any team issues in a campaign; a lost tablet must not strand a year's numbers."""
FIRST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One number of the register and what became of it."""

    number: int
    status: str
    """issued, void, returned, outstanding, reserved (blank paper), lost (paper without its data), or gap."""
    minutes_id: str | None
    holder: str | None
    """The device whose lease the number came from."""
    source: str | None
    reason: str | None


def grant(session: Session, device: Device, series: str, year: int, count: int, now: datetime) -> NumberLease:
    """Lease the next `count` numbers of a series and year to a device's key, returned ones first.

    Refuses an unknown series, a year that is not this one or the next, and a device stopped after a fork.
    """
    if device.stopped_at is not None:
        raise Problem(ProblemCode.FORBIDDEN, "Máy tính bảng này đang bị tạm dừng cấp số: chờ lãnh đạo xem xét.")
    if not 1 <= count <= MAX_COUNT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi lần chỉ cấp từ 1 đến {MAX_COUNT} số.")
    _known(session, series, year, now)
    _lock(session, series, year)
    first, last = _returned_run(session, series, year, count) or _fresh(session, series, year, count)
    lease = NumberLease(id=new_id(), series=series, year=year, device_id=device.id, first=first, last=last,
                        granted_at=turn(session, series, year, first, last, now), expires_on=date(year, 12, 31))  # fmt: skip
    session.add(lease)
    session.flush()
    return lease


def turn(session: Session, series: str, year: int, first: int, last: int, now: datetime) -> datetime:
    """Return the instant of a new lease: now, but after every lease that held one of its numbers before.

    Whose a number is, is told from the order of its leases, and the clock may stand still or be set back between two.
    """
    before = session.scalar(
        select(func.max(NumberLease.granted_at)).where(
            NumberLease.series == series, NumberLease.year == year, NumberLease.first <= last, NumberLease.last >= first
        )
    )
    return now if before is None else max(now, before + timedelta(microseconds=1))


def give_back(session: Session, lease_id: str, device: Device, first_unused: int | None, now: datetime) -> list[int]:
    """Take the rest of a range back and return its numbers.

    `first_unused` is the tablet's word: only it knows of minutes printed but not yet sent. Without it, everything
    that the server has not seen used comes back.
    """
    lease = session.get(NumberLease, lease_id)
    if lease is None or lease.device_id != device.id:
        raise Problem(ProblemCode.NOT_FOUND, "Không có dải số này cho máy tính bảng của bạn.")
    _lock(session, lease.series, lease.year)
    session.refresh(lease)
    used = {row.number for row in _rows(session, lease.series, lease.year) if row.status != "returned"}
    start = lease.first if first_unused is None else first_unused
    if not lease.first <= start <= lease.last + 1:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Số trả lại phải trong dải {lease.first}–{lease.last}.")
    taken = sorted(n for n in used if start <= n <= lease.last)
    if taken and first_unused is not None:
        raise Problem(ProblemCode.CONFLICT, "Trong các số trả lại có số đã dùng.", numbers=taken)
    if lease.returned_at is not None:
        return []
    back = [n for n in range(start, lease.last + 1) if n not in used]
    session.add_all(
        MinutesNumber(series=lease.series, year=lease.year, number=n, minutes_id=None, status="returned", source="lease",
                      lease_id=lease.id, reason=None, at=now)
        for n in back
    )  # fmt: skip
    lease.returned_at = now
    session.flush()
    return back


def void(session: Session, series: str, year: int, number: int, reason: str, now: datetime) -> None:
    """Cross out a number that no minutes carry: spoiled, lost with a tablet. The reason stays in the register."""
    if not reason.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi lý do hủy số.")
    last = _next_number(session, series, year) - 1
    if not 1 <= number <= last:
        raise Problem(ProblemCode.NOT_FOUND, f"Số {number} chưa được cấp trong sổ {series} năm {year}.")
    _lock(session, series, year)
    row = session.get(MinutesNumber, (series, year, number))
    if row is not None and row.status in {"issued", "void", "lost"}:
        raise Problem(ProblemCode.CONFLICT, f"Số {number} đã {'hủy' if row.status == 'void' else 'phát hành'}.")
    if row is None:
        row = MinutesNumber(series=series, year=year, number=number, minutes_id=None, source="server", lease_id=None)
        session.add(row)
    row.status, row.reason, row.at = "void", reason.strip(), now
    session.flush()


def reserve(session: Session, series: str, year: int, count: int, purpose: str, now: datetime) -> tuple[int, int]:
    """Set numbers aside for blank pre-printed minutes; return the first and the last.

    They are keyed in later (services/papers.key_in) or voided with a reason; until then the register shows them reserved.
    """
    if not 1 <= count <= MAX_COUNT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi lần chỉ dành được từ 1 đến {MAX_COUNT} số.")
    if not purpose.strip():
        raise Problem(ProblemCode.INVALID_REQUEST, "Phải ghi dành số cho đoàn nào, việc gì.")
    _known(session, series, year, now)
    _lock(session, series, year)
    first, last = _fresh(session, series, year, count)
    session.add_all(
        MinutesNumber(series=series, year=year, number=n, minutes_id=None, status="reserved", source="paper",
                      lease_id=None, reason=purpose.strip(), at=now)
        for n in range(first, last + 1)
    )  # fmt: skip
    session.flush()
    return first, last


def take_reserved(session: Session, series: str, year: int, number: int, minutes_id: str, now: datetime) -> None:
    """Give a number of blank paper to the minutes that were written on it; refuses any other number."""
    _lock(session, series, year)
    row = session.get(MinutesNumber, (series, year, number))
    if row is None or row.status != "reserved":
        raise Problem(ProblemCode.CONFLICT, f"Số {number:02d} của sổ {series} năm {year} không phải số dành cho bản in sẵn, "
                                            "hoặc đã dùng, đã hủy.")  # fmt: skip
    row.minutes_id, row.status, row.at = minutes_id, "issued", now
    session.flush()


def take_next(session: Session, series: str, year: int, minutes_id: str, now: datetime) -> int:
    """Take one number for minutes that the server itself issues."""
    _known(session, series, year, now)
    _lock(session, series, year)
    number, _ = _returned_run(session, series, year, 1) or _fresh(session, series, year, 1)
    session.add(MinutesNumber(series=series, year=year, number=number, minutes_id=minutes_id, status="issued",
                              source="server", lease_id=None, reason=None, at=now))  # fmt: skip
    session.flush()
    return number


def register(session: Session, series: str, year: int) -> list[RegisterRow]:
    """Every number ever given out in a series and year, in order; `gap` would be a number nobody can explain."""
    rows = {row.number: row for row in _rows(session, series, year)}
    query = select(NumberLease).where(NumberLease.series == series, NumberLease.year == year)
    leases = list(
        session.scalars(query.order_by(NumberLease.granted_at))
    )  # a number given back belongs to its next lease
    holders = {n: lease for lease in leases for n in range(lease.first, lease.last + 1)}
    last = max([_next_number(session, series, year) - 1, *rows])
    return list(_register_rows(rows, holders, last))


def of_device(session: Session, device_id: str) -> list[NumberLease]:
    """The leases that a device holds and has not returned."""
    query = select(NumberLease).where(NumberLease.device_id == device_id, NumberLease.returned_at.is_(None))
    return list(session.scalars(query.order_by(NumberLease.granted_at, NumberLease.first)))


def served(lease: NumberLease, symbol: str) -> dict[str, object]:
    """A lease as the protocol shows it."""
    return {"id": lease.id, "series": lease.series, "symbol": symbol, "year": lease.year, "from": lease.first,
            "to": lease.last, "expires_on": lease.expires_on.isoformat()}  # fmt: skip


def symbol_of(session: Session, series: str) -> str:
    """The symbol printed after the number, as in 05/BB-ĐKT."""
    row = session.get(Series, series)
    return series if row is None else row.symbol


def _register_rows(rows: dict[int, MinutesNumber], holders: dict[int, NumberLease], last: int) -> Iterator[RegisterRow]:
    for number in range(1, last + 1):
        row, lease = rows.get(number), holders.get(number)
        holder = None if lease is None else lease.device_id
        if row is not None:
            yield RegisterRow(number, row.status, row.minutes_id, holder, row.source, row.reason)
        elif lease is not None:
            # Of a range given back, what has no row is what the tablet said it had used: its paper has yet to come.
            yield RegisterRow(number, "outstanding", None, holder, "lease", None)
        else:
            yield RegisterRow(number, "gap", None, holder, None, None)


def _rows(session: Session, series: str, year: int) -> list[MinutesNumber]:
    return list(
        session.scalars(select(MinutesNumber).where(MinutesNumber.series == series, MinutesNumber.year == year))
    )


def _known(session: Session, series: str, year: int, now: datetime) -> None:
    if session.get(Series, series) is None:
        raise Problem(ProblemCode.NOT_FOUND, f"Không có sổ số {series!r}.")
    if not FIRST_YEAR <= year <= now.year + 1:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Năm {year} không mở sổ.")


def _next_number(session: Session, series: str, year: int) -> int:
    row = session.get(SeriesYear, (series, year))
    return 1 if row is None else row.next_number


def _lock(session: Session, series: str, year: int) -> None:
    """Hold a series' year alone until the transaction ends; begins it where this is its first number.

    Whoever gives numbers out, takes them back or crosses them out comes through here, before reading any of them.
    """
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(SeriesYear).values(series=series, year=year, next_number=1)
    session.execute(first.on_conflict_do_nothing())
    session.get(SeriesYear, (series, year), with_for_update=True, populate_existing=True)


def _fresh(session: Session, series: str, year: int, count: int) -> tuple[int, int]:
    row = session.get_one(SeriesYear, (series, year))
    first = row.next_number
    if first + count - 1 > MAX_NUMBER:
        raise Problem(ProblemCode.CONFLICT, f"Sổ {series} năm {year} đã hết số: số lớn nhất là {MAX_NUMBER}.")
    row.next_number = first + count
    return first, first + count - 1


def _returned_run(session: Session, series: str, year: int, count: int) -> tuple[int, int] | None:
    """The lowest run of returned numbers, at most `count` long; they are outstanding again."""
    numbers = sorted(row.number for row in _rows(session, series, year) if row.status == "returned")
    if not numbers:
        return None
    first = last = numbers[0]
    while last + 1 in numbers[: count + 1] and last - first + 1 < count:
        last += 1
    session.execute(
        delete(MinutesNumber).where(MinutesNumber.series == series, MinutesNumber.year == year,
                                    MinutesNumber.status == "returned", MinutesNumber.number.between(first, last))
    )  # fmt: skip
    return first, last
