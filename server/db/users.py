"""Users (người dùng): who signs in, with one role."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Instant, Json, Model


class Role(StrEnum):
    """What a user may do: kiểm tra viên, trưởng đoàn, lãnh đạo duyệt, văn thư, quản trị."""

    INSPECTOR = "inspector"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    CLERK = "clerk"
    ADMIN = "admin"


READS_ALL = frozenset({Role.SUPERVISOR.value, Role.CLERK.value, Role.ADMIN.value})
"""Who reads every campaign; others read those they are on the team of."""


NEEDS_SECOND_FACTOR = frozenset({Role.SUPERVISOR.value, Role.ADMIN.value})
"""Who decides about others' work or accounts: a password alone does not let them in."""


class SecondFactorState(StrEnum):
    """Of an account: not set up, in use, or let off by an administrator with a reason."""

    OFF = "off"
    ON = "on"
    EXEMPT = "exempt"


class User(Model):
    """One person with an account. Deactivated, never deleted: their name stands in the journal."""

    __tablename__ = "user_account"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    full_name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_by: Mapped[datetime | None] = mapped_column(Instant)
    """Set while the password is one-time: it opens nothing but the page that changes it, and nothing after this instant."""
    second_factor: Mapped[str] = mapped_column(String(10), default=SecondFactorState.OFF.value)
    sessions_ended: Mapped[int] = mapped_column(default=0)
    """Raised to end every session of this person at once."""


class SecondFactor(Model):
    """A person's authenticator: waiting for its first code until `confirmed_at`. Deleted only by a new one or a reset."""

    __tablename__ = "second_factor"
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Closed (security/at_rest.py)."""
    last_step: Mapped[int] = mapped_column(default=0)
    """Of the newest code accepted: no code counts twice."""
    recovery: Mapped[Any] = mapped_column(Json)
    """Marks of the recovery codes not used yet."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)


def by_username(session: Session, username: str) -> User | None:
    """Find a user by the name typed at sign-in."""
    return session.scalar(select(User).where(User.username == username))
