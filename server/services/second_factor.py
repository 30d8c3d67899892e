"""The second factor of supervisors and administrators: setting up an authenticator, its codes, and recovery codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.db.users import NEEDS_SECOND_FACTOR, SecondFactor, SecondFactorState, User
from server.errors import Problem, ProblemCode
from server.security import at_rest, totp
from server.security.tokens import CODE_LENGTH, new_code
from server.services import account_acts

RECOVERY_CODES = 10
WRONG = "Mã không đúng hoặc đã dùng. Hãy chờ ứng dụng hiện mã mới rồi nhập lại; kiểm tra giờ của điện thoại."


@dataclass(frozen=True, slots=True)
class Started:
    """What the page of setting up shows once: for the phone's camera, and to be typed."""

    uri: str
    secret: str


def is_due(user: User) -> bool:
    """Say whether this person has to set one up before anything else."""
    return user.role in NEEDS_SECOND_FACTOR and user.second_factor == SecondFactorState.OFF


def start(session: Session, user_id: str, *, key: str, now: datetime) -> Started:
    """Make a secret that waits for its first code; an earlier one that waited is forgotten.

    Refuses where an authenticator is in use: an administrator resets it first, or a thief at an open desk would.
    """
    user = account_acts.of(session, user_id)
    if user.second_factor == SecondFactorState.ON:
        raise Problem(
            ProblemCode.CONFLICT, "Bảo mật hai lớp đang bật. Muốn đổi điện thoại, hãy nhờ người quản trị đặt lại."
        )
    secret = totp.new_secret()
    factor = session.get(SecondFactor, user_id) or SecondFactor(user_id=user_id)
    factor.secret, factor.last_step, factor.recovery = at_rest.close(secret, key=key, holder=user_id), 0, []
    factor.started_at, factor.confirmed_at = now, None
    session.add(factor)
    return Started(totp.uri(secret, user.username), secret.decode())


def waiting(session: Session, user_id: str, *, key: str) -> Started | None:
    """Return the secret that waits for its first code, for a page shown again after a wrong one."""
    factor, user = session.get(SecondFactor, user_id), session.get_one(User, user_id)
    if factor is None or factor.confirmed_at is not None:
        return None
    secret = _secret(factor, key)
    return Started(totp.uri(secret, user.username), secret.decode())


def confirm(session: Session, user_id: str, code: str, *, key: str, now: datetime) -> list[str]:
    """Take the first code: from now on it is asked for at each sign-in. Returns the recovery codes, told once."""
    user = account_acts.of(session, user_id)
    factor = session.get(SecondFactor, user_id, with_for_update=True, populate_existing=True)
    if factor is None or factor.confirmed_at is not None:
        raise Problem(ProblemCode.CONFLICT, "Chưa bắt đầu thiết lập, hoặc đã thiết lập xong: hãy mở lại trang.")
    _take(factor, code, key, now)
    codes = _new_codes(factor, key)
    factor.confirmed_at, user.second_factor = now, SecondFactorState.ON.value
    user.sessions_ended += 1
    account_acts.record(session, user, "second_factor_set_up", actor=user_id, at=now)
    return codes


def renew_codes(session: Session, user_id: str, code: str, *, key: str, now: datetime) -> list[str]:
    """Give new recovery codes against a code of the authenticator; the old ones are void."""
    user, factor = account_acts.of(session, user_id), _in_use(session, user_id)
    _take(factor, code, key, now)
    codes = _new_codes(factor, key)
    account_acts.record(session, user, "recovery_codes_renewed", actor=user_id, at=now)
    return codes


def check(session: Session, user_id: str, code: str, *, key: str, now: datetime) -> int | None:
    """Take a code at sign-in, each only once: of the authenticator, or a recovery code, which leaves so many others.

    Returns how many recovery codes are left after one was used, else None. Refuses a wrong or repeated code.
    """
    user, factor = account_acts.of(session, user_id), _in_use(session, user_id)
    typed = _plain(code)
    if len(typed) != CODE_LENGTH:
        _take(factor, code, key, now)
        return None
    mark = at_rest.mark(typed, key=key, holder=user_id)
    if mark not in factor.recovery:
        raise Problem(ProblemCode.INVALID_REQUEST, WRONG)
    factor.recovery = [kept for kept in factor.recovery if kept != mark]
    left = len(factor.recovery)
    account_acts.record(session, user, "recovery_code_used", reason=f"còn {left} mã", actor=user_id, at=now)
    return left


def codes_left(session: Session, user_id: str) -> int:
    """Return how many recovery codes were not used yet."""
    factor = session.get(SecondFactor, user_id)
    return len(factor.recovery) if factor is not None else 0


def _in_use(session: Session, user_id: str) -> SecondFactor:
    factor = session.get(SecondFactor, user_id, with_for_update=True, populate_existing=True)
    if factor is None or factor.confirmed_at is None:
        raise Problem(ProblemCode.CONFLICT, "Tài khoản chưa bật bảo mật hai lớp.")
    return factor


def _take(factor: SecondFactor, code: str, key: str, now: datetime) -> None:
    """Use a code of the authenticator up; one of a step already used, or an earlier one, is refused."""
    step = totp.step_of(_secret(factor, key), _plain(code), now)
    if step is None or step <= factor.last_step:
        raise Problem(ProblemCode.INVALID_REQUEST, WRONG)
    factor.last_step = step


def _secret(factor: SecondFactor, key: str) -> bytes:
    try:
        return at_rest.opened(factor.secret, key=key, holder=factor.user_id)
    except at_rest.CannotOpen:
        said = "SECRET_KEY của máy chủ đã đổi nên không đọc được khóa hai lớp: hãy nhờ người quản trị đặt lại."
        raise Problem(ProblemCode.CONFLICT, said) from None


def _new_codes(factor: SecondFactor, key: str) -> list[str]:
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    factor.recovery = [at_rest.mark(code, key=key, holder=factor.user_id) for code in codes]
    return ["-".join(code[i : i + 4] for i in range(0, CODE_LENGTH, 4)) for code in codes]


def _plain(code: str) -> str:
    """As typed, without spaces and dashes."""
    return "".join(code.split()).replace("-", "").upper()[:64]
