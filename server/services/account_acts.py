"""What is done to accounts after they exist: passwords, roles, locking. Every act is journalled with its author and reason.

The `account` documents lie in a scope of their own, which no tablet is granted.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.users import NEEDS_SECOND_FACTOR, Role, SecondFactor, SecondFactorState, User
from server.errors import Problem, ProblemCode
from server.security.passwords import hash_password, is_outdated, matches, one_time
from server.services import ledger
from server.services.passwords import MAX_PASSWORD, check_password, nfc
from server.services.wording import plain_text

SCOPE = "accounts"
MAX_REASON = 500
ONE_TIME_FOR = timedelta(hours=72)
"""A reset on Friday still opens on Monday."""


def record(session: Session, user: User, act: str, *, reason: str = "", actor: str, at: datetime) -> None:
    """Journal an act on an account and what the account is now."""
    session.flush()
    state = {"username": user.username, "role": user.role, "is_active": user.is_active,
             "second_factor": user.second_factor, "act": act, "reason": reason}  # fmt: skip
    change = ledger.change(session, "account", user.id, SCOPE, state, actor=actor, taken=state)
    ledger.record(session, [change], at)


def of(session: Session, user_id: str) -> User:
    """Return an account, locked for a change; 404 where there is none."""
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có tài khoản này.")
    return user


def reset_password(session: Session, user_id: str, reason: str, *, actor: str, now: datetime) -> str:
    """Give a one-time password, told once; every session ends, the old password is void."""
    user, said = of(session, user_id), _reason(reason)
    password = one_time()
    user.password_hash, user.must_change_by = hash_password(password), now + ONE_TIME_FOR
    user.sessions_ended += 1
    record(session, user, "password_reset", reason=said, actor=actor, at=now)
    return password


def change_password(session: Session, user_id: str, old: str, new: str, again: str, *, now: datetime) -> None:
    """Change one's own password; refuses a wrong old one, a weak, repeated or unchanged new one. Other sessions end."""
    user = of(session, user_id)
    if not matches(user.password_hash, nfc(old)[:MAX_PASSWORD]):
        raise _bad("Mật khẩu hiện tại không đúng.")
    if nfc(new) != nfc(again):
        raise _bad("Hai lần nhập mật khẩu mới không giống nhau.")
    if nfc(new) == nfc(old):
        raise _bad("Mật khẩu mới phải khác mật khẩu hiện tại.")
    check_password(new, user.username)
    user.password_hash, user.must_change_by = hash_password(nfc(new)), None
    user.sessions_ended += 1
    record(session, user, "password_changed", actor=user.id, at=now)


def rehash(session: Session, user_id: str, password: str) -> None:
    """Hash a password anew that has just been found right, where its hash was made at another cost than today's."""
    user = of(session, user_id)
    if is_outdated(user.password_hash) and matches(user.password_hash, nfc(password)):
        user.password_hash = hash_password(nfc(password))


def change_role(session: Session, user_id: str, role: str, reason: str, *, actor: str, now: datetime) -> None:
    """Give another role; not to oneself, and not so that no administrator is left."""
    user, said = of(session, user_id), _reason(reason)
    if role not in {r.value for r in Role}:
        raise _bad("Hãy chọn một vai trò trong danh sách.")
    if role == user.role:
        raise _bad("Tài khoản đang có vai trò này.")
    _not_oneself(user, actor, "đổi vai trò")
    _keeps_an_administrator(session, user)
    user.role = role
    record(session, user, "role_changed", reason=said, actor=actor, at=now)


def lock(session: Session, user_id: str, reason: str, *, actor: str, now: datetime) -> None:
    """Deactivate: signed out at once, tablets deliver into quarantine only. What the person did stays under their name."""
    user, said = of(session, user_id), _reason(reason)
    if not user.is_active:
        raise Problem(ProblemCode.CONFLICT, "Tài khoản đã bị khóa từ trước.")
    _not_oneself(user, actor, "khóa")
    _keeps_an_administrator(session, user)
    user.is_active = False
    user.sessions_ended += 1
    record(session, user, "locked", reason=said, actor=actor, at=now)


def unlock(session: Session, user_id: str, reason: str, *, actor: str, now: datetime) -> None:
    """Activate an account again, with the password that it had."""
    user, said = of(session, user_id), _reason(reason)
    if user.is_active:
        raise Problem(ProblemCode.CONFLICT, "Tài khoản đang dùng được.")
    user.is_active = True
    record(session, user, "unlocked", reason=said, actor=actor, at=now)


def reset_second_factor(session: Session, user_id: str, reason: str, *, actor: str, now: datetime) -> None:
    """Forget a lost authenticator; whoever needs one sets up another at the next sign-in. Sessions end."""
    user, said = of(session, user_id), _reason(reason)
    _not_oneself(user, actor, "đặt lại bảo mật hai lớp")
    if (factor := session.get(SecondFactor, user.id)) is not None:
        session.delete(factor)
    user.second_factor = SecondFactorState.OFF.value
    user.sessions_ended += 1
    record(session, user, "second_factor_reset", reason=said, actor=actor, at=now)


def exempt(session: Session, user_id: str, reason: str, *, actor: str, now: datetime) -> None:
    """Let somebody in with the password alone, with a reason; the list of accounts shows it."""
    user, said = of(session, user_id), _reason(reason)
    _not_oneself(user, actor, "miễn bảo mật hai lớp")
    if user.role not in NEEDS_SECOND_FACTOR:
        raise _bad("Vai trò này không bắt buộc bảo mật hai lớp.")
    if user.second_factor == SecondFactorState.EXEMPT:
        raise Problem(ProblemCode.CONFLICT, "Tài khoản đã được miễn.")
    if (factor := session.get(SecondFactor, user.id)) is not None:
        session.delete(factor)
    user.second_factor = SecondFactorState.EXEMPT.value
    user.sessions_ended += 1
    record(session, user, "second_factor_exempted", reason=said, actor=actor, at=now)


def _not_oneself(user: User, actor: str, what: str) -> None:
    if user.id == actor:
        raise _bad(f"Không tự {what} của chính mình: nhờ một người quản trị khác.")


def _keeps_an_administrator(session: Session, user: User) -> None:
    others = select(func.count()).where(User.role == Role.ADMIN.value, User.is_active, User.id != user.id)
    if user.role == Role.ADMIN and user.is_active and not session.scalar(others):
        raise _bad("Đây là người quản trị duy nhất còn dùng được: hãy lập một người quản trị khác trước.")


def _reason(text: str) -> str:
    said = plain_text(text)
    if not said or len(said) > MAX_REASON:
        raise _bad(f"Cần ghi lý do, tối đa {MAX_REASON} ký tự.")
    return said


def _bad(detail: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, detail)
