"""Accounts: one person, one role. Their name and title also travel to tablets as a `user` document."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.users import Role, SecondFactorState, User, by_username
from server.errors import Problem, ProblemCode
from server.security.passwords import hash_password, one_time
from server.services import account_acts, ledger
from server.services.creation import created
from server.services.passwords import check_password, nfc

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,62}[a-z0-9])")


def add(
    session: Session,
    *,
    username: str,
    name: str,
    title: str,
    role: str,
    password: str,
    actor: str,
    at: datetime,
) -> User:
    """Give a person an account; refuses a taken or odd username, an unknown role, a weak password."""
    check_password(password, username)
    return add_hashed(session, username=username, name=name, title=title, role=role,
                      password_hash=hash_password(nfc(password)), actor=actor, at=at)  # fmt: skip


def add_with_one_time(
    session: Session, *, username: str, name: str, title: str, role: str, actor: str, now: datetime
) -> tuple[str, str]:
    """Give a person an account with a one-time password; return (the password, told once; the account's id)."""
    password = one_time()
    user = add_hashed(session, username=username.strip(), name=name, title=title, role=role,
                      password_hash=hash_password(password), actor=actor, at=now,
                      must_change_by=now + account_acts.ONE_TIME_FOR)  # fmt: skip
    return password, user.id


def add_hashed(
    session: Session,
    *,
    username: str,
    name: str,
    title: str,
    role: str,
    password_hash: str,
    actor: str,
    at: datetime,
    second_factor: SecondFactorState = SecondFactorState.OFF,
    must_change_by: datetime | None = None,
) -> User:
    """The same with a password hashed before: demo data gives hundreds of accounts one password."""
    name, title = _line(name), _line(title)
    if _USERNAME.fullmatch(username) is None:
        raise _bad("Tên đăng nhập gồm 3 đến 64 ký tự: chữ thường không dấu, số, dấu chấm, gạch nối, gạch dưới.")
    if not name or len(name) > 200 or len(title) > 200:
        raise _bad("Cần họ tên; họ tên và chức vụ dài tối đa 200 ký tự.")
    if role not in {r.value for r in Role}:
        raise _bad(f"Không có vai trò {role!r}. Chọn một trong: {', '.join(r.value for r in Role)}.")
    if by_username(session, username) is not None:
        raise Problem(ProblemCode.CONFLICT, f"Tên đăng nhập {username!r} đã có người dùng.")
    user = User(id=ledger.new_id(), username=username, password_hash=password_hash, full_name=name, title=title,
                role=role, is_active=True, second_factor=second_factor.value, must_change_by=must_change_by)  # fmt: skip
    session.add(user)
    session.flush()
    state = {"name": name, "title": title}
    ledger.record(session, [created("user", ledger.AGENCY, state, actor=actor, id=user.id)], at)
    account_acts.record(session, user, "created", actor=actor, at=at)
    return user


def every(session: Session) -> list[User]:
    """All accounts in order of username."""
    return list(session.scalars(select(User).order_by(User.username)))


def _line(text: str) -> str:
    """One line of NFC text without control characters."""
    cleaned = "".join(" " if c.isspace() else c for c in nfc(text) if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join(cleaned.split())


def _bad(detail: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, detail)
