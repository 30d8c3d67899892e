"""A supervisor's decision about one operation in quarantine or about a revoked tablet's whole queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.sync import Quarantine
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import release
from server.services.quarantine_list import what
from server.services.release import OPEN, raw_of, required
from server.services.wording import sendable

SHOWN = 200
"""Rows of a queue that a page lists; the decision is about all of it."""
RELEASE, DISCARD = "release", "discard"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a supervisor wants and why."""

    decision: str
    reason: str

    @classmethod
    def of(cls, decision: str, reason: str) -> Decision:
        """Read a form; refuses another decision and one without a reason."""
        if decision not in {RELEASE, DISCARD}:
            raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn “Nhận vào hồ sơ” hoặc “Bỏ qua”.")
        return cls(decision, required(reason, "Phải ghi lý do của quyết định."))


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a decision: how many were taken or put aside, how many still wait and why."""

    decision: str
    done: int
    waiting: int
    detail: str

    @property
    def sentence(self) -> str:
        """Say it to the person who decided."""
        said = f"Đã {'nhận vào hồ sơ' if self.decision == RELEASE else 'bỏ qua'} {self.done} thao tác."
        if not self.waiting:
            return said
        first = f"{said} " if self.done else ""
        return f"{first}{self.waiting} thao tác chưa nhận được, vẫn giữ ở vùng chờ xử lý: {self.detail}"


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of a queue."""

    id: str
    device_seq: int | None
    what: str
    detail: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """What a tablet has in quarantine that nobody decided. `seen` stands for exactly these operations."""

    device_id: str
    tablet: str
    holder: str
    is_revoked: bool
    size: int
    lines: Sequence[Line]
    seen: str


def still_open(session: Session, id: str) -> Quarantine:
    """Return an operation that nobody decided; refuses a decided one, naming who did."""
    row = session.get(Quarantine, id, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có thao tác này trong vùng chờ xử lý.")
    if row.state not in OPEN:
        raise Problem(ProblemCode.CONFLICT, release.who_decided(session, row))
    return row


def check_correction(
    session: Session, id: str, text: str, *, actor: str, role: str, reason: str, now: datetime
) -> None:
    """Try a correction and take it back; refuses what `release.replace` refuses. The caller may write."""
    trial = session.begin_nested()
    try:
        release.replace(session, id, text, actor=actor, role=role, reason=reason, now=now)
    finally:
        trial.rollback()
        session.expire_all()


def decide(session: Session, id: str, wanted: Decision, *, actor: str, now: datetime) -> Made:
    """Decide about one operation and those that stand or fall with it."""
    return _made(wanted, _act(session, [id], wanted, actor, now))


def decide_all(session: Session, device_id: str, wanted: Decision, *, seen: str, actor: str, now: datetime) -> Made:
    """Decide about a revoked tablet's whole queue; refuses where it is not the one that was shown."""
    queue = of_device(session, device_id, seen=seen)
    if not queue.is_revoked:
        raise Problem(ProblemCode.CONFLICT, "Chỉ quyết định cả hàng đợi khi máy tính bảng đã bị thu hồi.")
    if not queue.size:
        raise Problem(ProblemCode.CONFLICT, "Máy tính bảng này không còn gì ở vùng chờ xử lý.")
    ids = [row.id for row in release.waiting(session, device_id)]
    return _made(wanted, _act(session, ids, wanted, actor, now))


def of_device(session: Session, device_id: str, *, seen: str | None = None) -> Queue:
    """Return what a tablet has in quarantine; with `seen`, refuses where that has changed since it was shown."""
    device = session.get(Device, device_id)
    if device is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có máy tính bảng này.")
    rows = release.waiting(session, device_id)
    mark = f"{len(rows)}:{max((row.id for row in rows), default='')}"
    if seen is not None and seen != mark:
        raise Problem(ProblemCode.CONFLICT, "Hàng đợi đã khác so với lúc bạn mở trang: xin xem lại rồi quyết định.")
    lines = [
        Line(row.id, row.device_seq, sendable(what(raw_of(row))), row.detail, row.received_at) for row in rows[:SHOWN]
    ]
    holder = session.get_one(User, device.user_id).full_name
    is_revoked = device.revoked_at is not None
    return Queue(device_id, device.tablet_name, holder, is_revoked, len(rows), lines, mark)


def _act(session: Session, ids: Sequence[str], wanted: Decision, actor: str, now: datetime) -> list[Quarantine]:
    act = release.release if wanted.decision == RELEASE else release.discard_all
    return act(session, ids, actor=actor, reason=wanted.reason, now=now)


def _made(wanted: Decision, rows: Sequence[Quarantine]) -> Made:
    waiting = [row for row in rows if row.state in OPEN]
    return Made(wanted.decision, len(rows) - len(waiting), len(waiting), waiting[0].detail if waiting else "")
