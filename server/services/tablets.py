"""Tablets as the office sees them: who holds which, since when, and taking one's rights away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.db.devices import Device, SigningKey
from server.db.documents import Document
from server.db.numbers import NumberLease
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import ledger, paging
from server.services.alphabet import name_order
from server.services.creation import created
from server.services.exports import MOMENT, NUMBER, Column, Listed
from server.services.wording import folded, plain_text
from sync import seal

REVOCATION = "revocation"
RESUMPTION = "resumption"
MAX_REASON = 500
SILENT = (3, 7, 30, 90)
"""Days without a word to choose from."""
STATES = {"active": "Đang dùng", "stopped": "Tạm dừng", "revoked": "Đã thu hồi"}


@dataclass(frozen=True, slots=True)
class Tablet:
    """One device with its holder. `state` is `active`, `stopped` (a copy of it was seen) or `revoked`."""

    id: str
    tablet_name: str
    holder: str
    holder_title: str
    is_holder_active: bool
    kid: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    stopped_at: datetime | None
    operations: int
    leases: int
    build: str | None
    unsent_operations: int | None
    unsent_photos: int | None

    @property
    def state(self) -> str:
        """What it may do, in one word."""
        if self.revoked_at is not None:
            return "revoked"
        return "stopped" if self.stopped_at is not None else "active"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `silent` = not heard of for so many days, `unsent` = said to hold something."""

    text: str = ""
    state: str = ""
    silent: int = 0
    unsent: bool = False

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        silent = next((days for days in SILENT if str(days) == asked.get("silent", "")), 0)
        state = asked.get("state", "")
        return cls(
            paging.words(asked.get("q", "")), state if state in STATES else "", silent, bool(asked.get("unsent"))
        )

    @property
    def fields(self) -> dict[str, str]:
        """The filter as a query string has it."""
        return {
            "q": self.text,
            "state": self.state,
            "silent": str(self.silent or ""),
            "unsent": "1" if self.unsent else "",
        }

    def holds(self, tablet: Tablet, now: datetime) -> bool:
        """Say whether it leaves a tablet; one that never called is silent since it was enrolled.

        The id of its key counts only whole: each digit of "máy 1" stands in many of them.
        """
        said = folded(" ".join((tablet.holder, tablet.holder_title, tablet.tablet_name)))
        since = tablet.last_seen_at or tablet.enrolled_at
        return (
            all(word in said or word == folded(tablet.kid) for word in folded(self.text).split())
            and self.state in ("", tablet.state)
            and (not self.silent or now - since >= timedelta(days=self.silent))
            and (not self.unsent or bool(tablet.unsent_operations or tablet.unsent_photos))
        )


def every(session: Session) -> list[Tablet]:
    """All devices: those in use first, then by holder's name."""
    query = select(Device, User).join(User, User.id == Device.user_id)
    leases = _open_leases(session)
    tablets = [_tablet(device, user, leases.get(device.id, 0)) for device, user in session.execute(query)]
    return sorted(tablets, key=lambda t: (t.revoked_at is not None, name_order(t.holder), t.enrolled_at))


def found(session: Session, wanted: Filter, now: datetime) -> list[Tablet]:
    """Return the devices that a filter leaves."""
    return [tablet for tablet in every(session) if wanted.holds(tablet, now)]


def are_any(session: Session) -> bool:
    """Say whether any device was ever enrolled."""
    return session.scalar(select(Device.id).limit(1)) is not None


def export(session: Session, wanted: Filter, now: datetime) -> Listed:
    """Return the devices that a filter leaves as a list to export."""
    columns = (Column("Người dùng", width=28), Column("Chức danh"), Column("Máy"), Column("Tình trạng", width=14), Column("Phiên bản", width=14),
               Column("Liên lạc lần cuối", MOMENT), Column("Thao tác chưa gửi", NUMBER), Column("Ảnh chưa gửi", NUMBER), Column("Thao tác đã gửi", NUMBER),
               Column("Dải số đang giữ", NUMBER), Column("Ghi danh", MOMENT), Column("Thu hồi", MOMENT), Column("Khóa ký", width=12))  # fmt: skip
    rows = (
        (t.holder, t.holder_title, t.tablet_name, STATES[t.state], t.build, t.last_seen_at, t.unsent_operations, t.unsent_photos,
         t.operations, t.leases, t.enrolled_at, t.revoked_at, t.kid)
        for t in found(session, wanted, now)
    )  # fmt: skip
    said = [("Tìm", wanted.text), ("Tình trạng", STATES.get(wanted.state, "")), ("Không liên lạc từ", f"{wanted.silent} ngày" if wanted.silent else ""),
            ("Chưa gửi", "còn thao tác hoặc ảnh" if wanted.unsent else "")]  # fmt: skip
    return Listed("may-tinh-bang", "Máy tính bảng", columns, rows, [each for each in said if each[1]])


def one(session: Session, device_id: str) -> Tablet:
    """Return one device; 404 where there is none."""
    device = device_of(session, device_id)
    return _tablet(device, session.get_one(User, device.user_id), _open_leases(session).get(device_id, 0))


def device_of(session: Session, device_id: str) -> Device:
    """Return one device to act on; 404 where there is none."""
    device = session.get(Device, device_id)
    if device is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có máy tính bảng này.")
    return device


def revoke(session: Session, device_id: str, reason: str, *, actor: str, now: datetime) -> bool:
    """Take a tablet's rights away: token, leases and signing key stop; its queue may still come, into quarantine.

    The reason is journalled in a scope of the device's own, which no tablet is granted. Returns False where it was
    revoked before. Refuses a revocation without a reason.
    """
    said = plain_text(reason)
    if not said or len(said) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do thu hồi (tối đa {MAX_REASON} ký tự).")
    if session.get(Device, device_id) is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có máy tính bảng này.")
    first = update(Device).where(Device.id == device_id, Device.revoked_at.is_(None)).values(revoked_at=now)
    if session.execute(first.returning(Device.id)).scalar_one_or_none() is None:
        return False
    keys = update(SigningKey).where(SigningKey.holder == device_id, SigningKey.revoked_at.is_(None))
    session.execute(keys.values(revoked_at=now))
    _note(session, REVOCATION, device_id, {"reason": said, "revoked_at": now.isoformat()}, actor, now)
    return True


def resume(session: Session, device_id: str, reason: str, *, actor: str, now: datetime) -> bool:
    """Let a tablet that was stopped after a fork issue and take numbers again, on a supervisor's word.

    Returns False where it is not stopped. Refuses a revoked tablet, and a word without a reason.
    """
    said = plain_text(reason)
    if not said or len(said) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do cho dùng lại (tối đa {MAX_REASON} ký tự).")
    device = session.get(Device, device_id, with_for_update=True, populate_existing=True)
    if device is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có máy tính bảng này.")
    if device.revoked_at is not None:
        raise Problem(ProblemCode.CONFLICT, "Máy tính bảng này đã bị thu hồi: muốn dùng lại thì ghi danh mới.")
    if device.stopped_at is None:
        return False
    stopped_at, device.stopped_at = device.stopped_at, None
    session.flush()
    state = {"reason": said, "stopped_at": stopped_at.isoformat(), "resumed_at": now.isoformat()}
    _note(session, RESUMPTION, device_id, state, actor, now)
    return True


def reason_of(session: Session, device_id: str) -> str | None:
    """Return why a tablet was revoked."""
    query = select(Document.state).where(Document.scope == f"device:{device_id}", Document.kind == REVOCATION)
    found = session.scalars(query).first()
    return None if found is None else str(found["reason"])


def _note(session: Session, kind: str, device_id: str, said: dict[str, str], actor: str, now: datetime) -> None:
    """Journal a decision about a tablet in a scope of its own, which no tablet is granted."""
    state = {"device_id": device_id, **said}
    change = created(kind, f"device:{device_id}", state, actor=actor)
    ledger.record(session, [change], now)


def _tablet(device: Device, user: User, leases: int) -> Tablet:
    return Tablet(
        id=device.id,
        tablet_name=device.tablet_name,
        holder=user.full_name,
        holder_title=user.title,
        is_holder_active=user.is_active,
        kid=seal.key_id(device.public_key).hex(),
        enrolled_at=device.enrolled_at,
        last_seen_at=device.last_seen_at,
        revoked_at=device.revoked_at,
        stopped_at=device.stopped_at,
        operations=device.next_device_seq - 1,
        leases=leases,
        build=device.app_build,
        unsent_operations=device.unsent_operations,
        unsent_photos=device.unsent_photos,
    )


def _open_leases(session: Session) -> dict[str, int]:
    """Count the ranges of numbers that each device still holds."""
    query = select(NumberLease.device_id, func.count()).where(NumberLease.returned_at.is_(None))
    return dict(session.execute(query.group_by(NumberLease.device_id)).all())
