"""Stickers and seals in the hands of tablets (cấp tem, cấp chì): given out by ranges, given back, written off as lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import campaigns, documents
from server.db.devices import Device
from server.errors import Problem, ProblemCode
from server.services import ledger, mark_book, mark_ledger
from server.services.creation import created
from server.services.mark_ledger import LEASE, STOCK, UNSURE, Roll, Row
from sync.ids import mark_id
from sync.mark_ranges import Span, numbers_of, remaining, spans

MAX_COUNT = 500
"""A roll's worth: no team uses more on a market day, and a lost tablet must not hold a year's stickers."""


def scope_of(device_id: str) -> str:
    """Return where a tablet's leases stand: it pulls them, and nobody else does."""
    return f"device:{device_id}"


def proposed(session: Session, organisation_id: str, kind: str, count: int, first: str = "") -> tuple[Roll, Span]:
    """Return the batch and the range that a grant would give: the next free serials, or those from `first` on.

    The oldest batch comes first, and what came back before what was never out. Never longer than the first free run: a roll
    is one piece. Serials passed over by a restore are given only where they are named: somebody holds them in the hand.
    """
    if not 1 <= count <= MAX_COUNT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Mỗi lần chỉ cấp từ 1 đến {MAX_COUNT} số.")
    if kind not in mark_book.KINDS:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn tem hay chì.")
    rolls = list(mark_ledger.load(session).of(organisation_id, kind))
    if first.strip():
        return _from(rolls, first, count)
    for roll in rolls:
        if free := spans(roll.numbers(STOCK)):
            start, end = free[0]
            return roll, (start, min(end, start + count - 1))
    raise Problem(ProblemCode.CONFLICT, f"Cơ quan không còn {mark_book.KINDS[kind].lower()} nào để cấp.")


def grant(
    session: Session, device: Device, organisation_id: str, kind: str, count: int, now: datetime, *, actor: str,
    first: str = "", by_tablet: bool = False,
) -> Row:  # fmt: skip
    """Give the proposed range to a tablet; return the lease. Refuses a tablet that was revoked or is stopped.

    A tablet that asks by itself must be on the team of a campaign of that organisation.
    """
    _refuse_unfit(device)
    if by_tablet and not _works_for(session, device.user_id, organisation_id):
        raise Problem(ProblemCode.FORBIDDEN, "Bạn không ở trong đoàn nào của cơ quan này.")
    device_id = device.id
    mark_book.lock(session, organisation_id, kind)
    roll, (start, end) = proposed(session, organisation_id, kind, count, first)
    state = {"batch_id": roll.batch.id, "organisation_id": organisation_id, "kind": kind,
             "prefix": roll.batch.state["prefix"], "digits": roll.batch.state["digits"], "first": start, "last": end,
             "device_id": device_id, "granted_at": now.isoformat(timespec="seconds"), "returned": [], "returned_at": None}  # fmt: skip
    mark_book.sure_of(session, roll, (start, end), actor=actor, now=now)
    id, scope = ledger.new_id(), scope_of(device_id)
    change = created(
        LEASE, scope, state, actor=actor, id=id, parent=roll.batch.id, device=device_id if by_tablet else None
    )
    ledger.record(session, [change], now)
    return Row(id, 1, scope, roll.batch.id, state)


def give_back(
    session: Session, id: str, ranges: Sequence[Span], *, actor: str, now: datetime, device_id: str | None = None,
    seen: int | None = None,
) -> list[int]:  # fmt: skip
    """Take serials of a lease back into stock; return those that had not come back before.

    Whoever holds the roll says which: only the tablet knows of marks not yet sent. Refuses what marks tell of already.
    `device_id`: the tablet that asks, of its own lease alone; twice is once.
    """
    lease = existing(session, id, device_id, seen)
    wanted = _within(lease, ranges)
    back = wanted - numbers_of(lease.state.get("returned"), lease.whole)
    if device_id is None and back != wanted:
        raise Problem(ProblemCode.CONFLICT, f"{lease.text(min(wanted - back))} đã trả lại từ trước.")
    _refuse_gone(session, lease, back)
    if not back:
        return []
    at = now.isoformat(timespec="seconds")
    rows = [{"first": first, "last": last, "by": actor, "at": at} for first, last in spans(back)]
    _write(
        session, lease, {**lease.state, "returned": [*lease.state.get("returned", ()), *rows]}, actor, now, device_id
    )
    return sorted(back)


def write_off(session: Session, id: str, span: Span, reason: str, *, seen: int, actor: str, now: datetime) -> int:
    """Write off serials that a tablet's holder lost, for a reason; return how many. One used all the same is a finding."""
    said = mark_book.required(reason, "Phải ghi lý do tem, chì mất hoặc hỏng.")
    lease = existing(session, id, None, seen)
    wanted = _within(lease, [span])
    _refuse_gone(session, lease, wanted)
    if out := wanted & numbers_of(lease.state.get("returned"), lease.whole):
        raise Problem(ProblemCode.CONFLICT, f"{lease.text(min(out))} đã trả lại từ trước.")
    rows = [*lease.state.get("written_off", ()), mark_book.act(*span, said, actor, now)]
    _write(session, lease, {**lease.state, "written_off": rows}, actor, now)
    return len(wanted)


def gone_of(session: Session, lease: Row) -> set[str]:
    """Return the serials of a lease that marks tell of, found by their ids."""
    texts = {mark_id(lease.state["organisation_id"], lease.state["kind"], text): text
             for number in range(lease.whole[0], lease.whole[1] + 1) for text in (lease.text(number),)}  # fmt: skip
    return {texts[id] for _, id in documents.many(session, [("mark", id) for id in texts])}


def served(lease: Row) -> dict[str, Any]:
    """A lease as a tablet is told of it."""
    names = ("batch_id", "organisation_id", "kind", "prefix", "digits", "first", "last", "device_id", "granted_at")
    given = {name: lease.state.get(name) for name in names}
    back = [{"first": row["first"], "last": row["last"]} for row in lease.state.get("returned") or ()]
    lost = [{"first": row["first"], "last": row["last"]} for row in lease.state.get("written_off") or ()]
    return {
        "id": lease.id,
        **given,
        "returned": back,
        "written_off": lost,
        "returned_at": lease.state.get("returned_at"),
    }


def _from(rolls: Sequence[Roll], first: str, count: int) -> tuple[Roll, Span]:
    known = [(roll, number) for roll in rolls if (number := roll.batch.number(first)) is not None]
    if not known:
        raise Problem(ProblemCode.NOT_FOUND, f"Không có lô nào của cơ quan có số {first.strip()[:40]}.")
    if len(known) > 1:
        raise Problem(ProblemCode.INVALID_REQUEST, "Nhiều lô có số này: hãy ghi đủ ký hiệu đầu như in trên tem, chì.")
    roll, start = known[0]
    free = set(roll.numbers(STOCK, UNSURE))
    if start not in free:
        raise Problem(ProblemCode.CONFLICT, f"{roll.batch.text(start)} không còn ở cơ quan.")
    end = start
    while end + 1 in free and end - start + 1 < count:
        end += 1
    return roll, (start, end)


def _refuse_unfit(device: Device) -> None:
    if device.revoked_at is not None:
        raise Problem(ProblemCode.CONFLICT, "Máy tính bảng này đã bị thu hồi: không cấp tem, chì cho máy.")
    if device.stopped_at is not None:
        raise Problem(ProblemCode.FORBIDDEN, "Máy tính bảng này đang bị tạm dừng: chờ lãnh đạo xem xét rồi mới cấp.")


def _works_for(session: Session, user_id: str, organisation_id: str) -> bool:
    query = select(campaigns.CampaignMember.campaign_id).where(campaigns.CampaignMember.user_id == user_id)
    states = (documents.state_of(session, "campaign", id) for id in session.scalars(query))
    return any(state is not None and state.get("organisation_id") == organisation_id for state in states)


def existing(session: Session, id: str, device_id: str | None = None, seen: int | None = None) -> Row:
    """Return a lease, of this tablet where one is named, and hold its ledger; refuses one that changed since it was seen."""
    lease = mark_ledger.row_of(session, LEASE, id)
    if lease is None or (device_id is not None and lease.device_id != device_id):
        raise Problem(ProblemCode.NOT_FOUND, "Không có dải tem, chì này.")
    mark_book.lock(session, lease.state["organisation_id"], lease.state["kind"])
    lease = mark_ledger.row_of(session, LEASE, id) or lease
    if seen is not None and lease.rev != seen:
        raise Problem(ProblemCode.CONFLICT, "Dải này vừa được người khác sửa: xin xem lại rồi ghi.")
    return lease


def _within(lease: Row, ranges: Sequence[Span]) -> set[int]:
    if not ranges or any(not lease.whole[0] <= first <= last <= lease.whole[1] for first, last in ranges):
        raise Problem(ProblemCode.INVALID_REQUEST, "Từ số, đến số phải nằm trong dải {} – {}.".format(*lease.ends))
    return {number for first, last in ranges for number in range(first, last + 1)}


def _refuse_gone(session: Session, lease: Row, numbers: set[int]) -> None:
    gone = gone_of(session, lease)
    if used := sorted(text for number in numbers if (text := lease.text(number)) in gone):
        named = ", ".join(used[:5]) + ("…" if len(used) > 5 else "")
        raise Problem(ProblemCode.CONFLICT, f"Đã có ghi nhận dùng hoặc hỏng: {named}.", serials=used)
    if lost := numbers & numbers_of(lease.state.get("written_off"), lease.whole):
        raise Problem(ProblemCode.CONFLICT, f"{lease.text(min(lost))} đã ghi là mất.")


def _write(
    session: Session, lease: Row, state: dict[str, Any], actor: str, now: datetime, device_id: str | None = None
) -> None:  # fmt: skip
    """Write a lease anew; it is closed once nothing of it is left."""
    left = remaining(state, gone_of(session, lease))
    closed = state.get("returned_at") or now.isoformat(timespec="seconds")
    whole = {**state, "returned_at": None if left else closed}
    change = ledger.change(session, LEASE, lease.id, lease.scope, whole, actor=actor)
    ledger.record(session, [change if device_id is None else replace(change, device=device_id)], now)
