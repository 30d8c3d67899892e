"""Leases as tablets report them in hello: after a restore, the server learns from them what it gave out and forgot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.documents import Document
from server.db.numbers import MinutesNumber, NumberLease, Series, SeriesYear
from server.services import ledger, restore
from server.services.creation import created
from server.services.number_skips import SKIPPED
from server.services.numbers import FIRST_YEAR, MAX_COUNT, turn
from sync.seal import MAX_NUMBER

CONFLICT = "lease_conflict"
ADOPTED = "lease_adopted"
_UNUSED = "Dải số đã trả lại sau lúc sao lưu: có thể đã cấp cho máy khác."
_STOPPED = "Máy đang bị tạm dừng lập biên bản vì dữ liệu của máy đã bị sao chép hoặc khôi phục: chờ lãnh đạo xem xét."
_REFUSED = "Máy chủ không nhận lại được dải số này: ngừng dùng các số còn lại, xin dải mới."


def take(
    session: Session, device: Device, reported: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, str]]:
    """Compare a tablet's leases with the server's; return those that it must stop using, all of them while it is stopped.

    An unknown lease is taken back where nobody else holds or used a number of it; one known from before the restore that
    the tablet no longer has was given back meanwhile, and its unused numbers are passed over. Without a restore the
    server's own memory is right, and an unknown lease is nothing but a claim.
    """
    restored = restore.restored_at(session)
    if restored is not None:  # first: it may hold some of these numbers again, with another lease
        _close_given_back(session, device, {str(lease["id"]) for lease in reported}, restored, now)
    refused: list[dict[str, str]] = []
    for lease in reported:
        known = session.get(NumberLease, str(lease["id"]))
        if known is not None and known.device_id == device.id:
            if device.stopped_at is not None:
                refused.append({"id": known.id, "detail": _STOPPED})
            continue
        wanted = restored is not None and device.stopped_at is None and known is None and _is_sound(session, lease, now)
        if wanted and _is_free(session, lease):
            _adopt(session, device, lease, now)
        else:
            refused.append({"id": str(lease["id"]), "detail": _REFUSED})
            _journal(session, device, CONFLICT, lease, now)
    return refused


def _is_sound(session: Session, lease: Mapping[str, Any], now: datetime) -> bool:
    """Say whether the server could have granted such a lease at all."""
    first, last = lease["from"], lease["to"]
    return (
        session.get(Series, lease["series"]) is not None
        and FIRST_YEAR <= lease["year"] <= now.year + 1
        and 1 <= first <= last <= MAX_NUMBER
        and last - first < MAX_COUNT
    )


def _is_free(session: Session, lease: Mapping[str, Any]) -> bool:
    """Say whether no other lease holds a number of the range, and no number of it is used but by a signed paper's word."""
    holding = select(NumberLease.id).where(
        NumberLease.series == lease["series"], NumberLease.year == lease["year"], NumberLease.returned_at.is_(None),
        NumberLease.first <= lease["to"], NumberLease.last >= lease["from"],
    )  # fmt: skip
    if session.execute(holding.limit(1)).first() is not None:
        return False
    rows = session.execute(select(MinutesNumber.status, MinutesNumber.source).where(*_range(lease)))
    return all(status == SKIPPED or (status == "issued" and source == "lease") for status, source in rows)


def _adopt(session: Session, device: Device, lease: Mapping[str, Any], now: datetime) -> None:
    year = session.get(SeriesYear, (lease["series"], lease["year"]), with_for_update=True)
    if year is None:
        year = SeriesYear(series=lease["series"], year=lease["year"], next_number=1)
        session.add(year)
    year.next_number = max(year.next_number, lease["to"] + 1)
    session.add(NumberLease(id=str(lease["id"]), series=lease["series"], year=lease["year"], device_id=device.id,
                            first=lease["from"], last=lease["to"],
                            granted_at=turn(session, lease["series"], lease["year"], lease["from"], lease["to"], now),
                            expires_on=date(lease["year"], 12, 31)))  # fmt: skip
    session.flush()
    session.execute(delete(MinutesNumber).where(*_range(lease), MinutesNumber.status == SKIPPED))
    _journal(session, device, ADOPTED, lease, now)


def _close_given_back(session: Session, device: Device, held: set[str], restored: datetime, now: datetime) -> None:
    query = select(NumberLease).where(
        NumberLease.device_id == device.id, NumberLease.returned_at.is_(None), NumberLease.granted_at < restored
    )
    for lease in list(session.scalars(query)):
        if lease.id in held:
            continue
        lease.returned_at = now
        said = {"id": lease.id, "series": lease.series, "year": lease.year, "from": lease.first, "to": lease.last}
        used = set(session.scalars(select(MinutesNumber.number).where(*_range(said))))
        rows = [{"series": lease.series, "year": lease.year, "number": number, "minutes_id": None, "status": SKIPPED,
                 "source": "restore", "lease_id": None, "reason": _UNUSED, "at": now}
                for number in range(lease.first, lease.last + 1) if number not in used]  # fmt: skip
        session.flush()
        if rows:
            session.execute(insert(MinutesNumber), rows)


def _range(lease: Mapping[str, Any]) -> tuple[Any, ...]:
    return (MinutesNumber.series == lease["series"], MinutesNumber.year == lease["year"],
            MinutesNumber.number.between(lease["from"], lease["to"]))  # fmt: skip


def _journal(session: Session, device: Device, kind: str, lease: Mapping[str, Any], now: datetime) -> None:
    """Write what became of a reported lease where no tablet reads, once for each lease and outcome."""
    state = {"device_id": device.id, "lease": {n: lease[n] for n in ("id", "series", "year", "from", "to")}}
    device_id, user_id = device.id, device.user_id
    id = str(uuid5(UUID(device_id), f"{kind}/{lease['id']}"))
    if session.get(Document, (kind, id)) is not None:
        return
    change = created(kind, f"device:{device_id}", state, actor=user_id, id=id, device=device_id)
    ledger.record(session, [change], now)
    session.refresh(device)
