"""Users (người dùng): who signs in, with one role."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Model


class Role(StrEnum):
    """What a user may do: kiểm tra viên, trưởng đoàn, lãnh đạo duyệt, văn thư, quản trị."""

    INSPECTOR = "inspector"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    CLERK = "clerk"
    ADMIN = "admin"


READS_ALL = frozenset({Role.SUPERVISOR.value, Role.CLERK.value, Role.ADMIN.value})
"""Who reads every campaign; others read those they are on the team of."""


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


def by_username(session: Session, username: str) -> User | None:
    """Find a user by the name typed at sign-in."""
    return session.scalar(select(User).where(User.username == username))
