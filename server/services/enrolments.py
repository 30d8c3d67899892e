"""Enrolment: a one-time code that names an inspector becomes a device with its key and tokens."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaigns import CampaignMember
from server.db.devices import Device, EnrolmentCode, SigningKey
from server.db.users import Role, User, by_username
from server.errors import Problem, ProblemCode
from server.security.tokens import hash_of, new_code, new_token
from server.services import ledger, public_keys, restore
from server.services.alphabet import name_order
from sync import seal

LIFETIME = timedelta(minutes=15)
"""Long enough to walk to the tablet, short enough that a photographed screen is worth nothing tomorrow."""
FORGOTTEN_AFTER = timedelta(days=30)
MAX_TABLET_NAME = 100
CARRIERS = frozenset({Role.INSPECTOR.value, Role.TEAM_LEADER.value, Role.SUPERVISOR.value})
"""Roles that go into the field; the page offers no others."""
_REFUSED = "Mã ghi danh không đúng, đã dùng hoặc đã hết hạn: hãy xin lãnh đạo cấp mã mới."
_AGENCY = ("name", "parent_name", "place", "letterhead")


@dataclass(frozen=True, slots=True)
class Code:
    """A code as shown once to the person who made it; the database keeps only its hash."""

    code: str
    url: str
    expires_at: datetime
    user: User

    @property
    def spaced(self) -> str:
        """The code in groups of four, to be typed by hand."""
        return "-".join(self.code[i : i + 4] for i in range(0, len(self.code), 4))


def make_code(session: Session, user: User | None, *, public_url: str, now: datetime) -> Code:
    """Make a one-time code for an inspector's next tablet; refuses an unknown or deactivated account."""
    if user is None or not user.is_active:
        raise Problem(ProblemCode.NOT_FOUND, "Không có tài khoản này, hoặc tài khoản đã bị khóa.")
    session.execute(delete(EnrolmentCode).where(EnrolmentCode.expires_at < now - FORGOTTEN_AFTER))
    code = new_code()
    expires_at = now + LIFETIME
    session.add(EnrolmentCode(code_hash=hash_of(code), user_id=user.id, expires_at=expires_at))
    session.flush()
    return Code(code, url_of(public_url, code), expires_at, user)


def user_named(session: Session, username: str) -> User | None:
    """Find who a code shall be for by the sign-in name."""
    return by_username(session, username.strip().casefold())


def user_with_id(session: Session, id: str) -> User | None:
    """Find who a code shall be for by id."""
    return session.get(User, id)


def carriers(session: Session) -> list[User]:
    """Active accounts that may carry a tablet, by name."""
    query = select(User).where(User.role.in_(sorted(CARRIERS)), User.is_active.is_(True))
    return sorted(session.scalars(query), key=lambda user: (name_order(user.full_name), user.username))


def url_of(public_url: str, code: str) -> str:
    """Return what the QR holds: the app's address with the code behind `#`, which no server or proxy ever logs."""
    return f"{public_url}/app/#enrol={code}"


def enrol(
    session: Session, *, code: str, tablet_name: str, public_key: str, now: datetime, proof: str | None = None,
    user_id: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Use a code up and return the device with its tokens, the only time that they are told.

    A key that this very person enrolled before, and that `proof` shows to be at hand, goes on as the same device with new
    tokens. 410 for an unknown, used or expired code alike, so that a stranger learns nothing; 409 for any other known key,
    and where the code is not for `user_id`. A refusal leaves the code unused. Of two enrolments with one code one wins.
    """
    raw = public_keys.read(public_key)
    name = _line(tablet_name)
    if not name or len(name) > MAX_TABLET_NAME:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Cần tên máy tính bảng, tối đa {MAX_TABLET_NAME} ký tự.")
    user = _use(session, code, now)
    if user_id not in (None, user.id):
        raise Problem(ProblemCode.CONFLICT, "Mã ghi danh này cấp cho người khác, không phải chủ dữ liệu trên máy.")
    device_id, token, upload_token = ledger.new_id(), new_token(), new_token()
    is_proven = proof is not None and public_keys.verifies(raw, proof, _proven_text(code, public_key))
    known = _known_again(session, raw, user, is_proven)
    if known is not None:
        known.tablet_name, known.token_hash, known.upload_token_hash = name, hash_of(token), hash_of(upload_token)
        session.flush()
        return _answer(session, known, user, token, upload_token, now)
    _refuse_known_key(session, raw)
    try:
        session.add(SigningKey(kid=seal.key_id(raw).hex(), public_key=raw, holder=device_id, valid_from=now))
        device = Device(id=device_id, user_id=user.id, tablet_name=name, public_key=raw, token_hash=hash_of(token),
                        upload_token_hash=hash_of(upload_token), enrolled_at=now, next_device_seq=1)  # fmt: skip
        session.add(device)
        session.flush()
    except IntegrityError as error:  # the same key on two codes at once
        raise _known_key() from error
    return _answer(session, device, user, token, upload_token, now)


def _answer(
    session: Session, device: Device, user: User, token: str, upload_token: str, now: datetime
) -> dict[str, Any]:
    return {
        "device": {"id": device.id, "tablet_name": device.tablet_name, "enrolled_at": device.enrolled_at.isoformat(),
                   "next_device_seq": device.next_device_seq, "kid": seal.key_id(device.public_key).hex()},
        "token": token,
        "upload_token": upload_token,
        "user": {"id": user.id, "name": user.full_name, "username": user.username, "title": user.title, "role": user.role},
        "agency": agency_of(session, user.id, now),
    }  # fmt: skip


def agency_of(session: Session, user_id: str, now: datetime) -> dict[str, Any] | None:
    """Return the organisation of the user's latest campaign, else the first one in being; None before any is set up."""
    ids = session.scalars(select(CampaignMember.campaign_id).where(CampaignMember.user_id == user_id))
    campaigns = [d.state for id in ids if (d := documents.get(session, "campaign", id)) is not None]
    campaigns.sort(key=lambda c: str(c.get("starts_on")), reverse=True)
    rows = {d.id: d.state for d in documents.of_kind(session, "organisation")}
    today = now.date().isoformat()
    wanted = [str(c.get("organisation_id")) for c in campaigns]
    wanted += sorted(rows, key=lambda each: (not _in_being(rows[each], today), str(rows[each].get("valid_from")), each))
    id = next((id for id in wanted if id in rows), None)
    return None if id is None else {"id": id, **{name: rows[id].get(name) for name in _AGENCY}}


def _plain(code: str) -> str:
    """The code without what a hand adds."""
    return "".join(c for c in code.upper() if c.isalnum())


def _use(session: Session, code: str, now: datetime) -> User:
    """Mark the code used in one statement: who comes second finds nothing to update."""
    statement = (
        update(EnrolmentCode)
        .where(
            EnrolmentCode.code_hash == hash_of(_plain(code)),
            EnrolmentCode.used_at.is_(None),
            EnrolmentCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(EnrolmentCode.user_id)
    )
    user_id = session.execute(statement).scalar_one_or_none()
    user = None if user_id is None else session.get(User, user_id)
    if user is None or not user.is_active:
        raise Problem(ProblemCode.GONE, _REFUSED)
    return user


def _proven_text(code: str, public_key: str) -> bytes:
    """What the tablet signs to show that it has the private key; bound to the code, so that it is worth nothing again."""
    return f"hien-truong enrolment\n{_plain(code)}\n{public_key}".encode()


def _known_again(session: Session, raw: bytes, user: User, is_proven: bool) -> Device | None:
    """Return the device of a key that this very person enrolled before; None where it must be a new one.

    Who forgot the PIN, or whose answer was lost, has the key still: a new one would strand the queue and the numbers. In a
    database that was once restored a tablet that changed its tokens after the backup is believed without proof, too.
    """
    if not is_proven and restore.restored_at(session) is None:
        return None
    query = select(Device).where(Device.public_key == raw, Device.user_id == user.id, Device.revoked_at.is_(None))
    return session.scalars(query).first()


def _refuse_known_key(session: Session, raw: bytes) -> None:
    """Refuse a key that stands in the list already, and one whose 4-byte id another key has."""
    known = session.get(SigningKey, seal.key_id(raw).hex())
    if known is not None or session.scalar(select(Device.id).where(Device.public_key == raw)) is not None:
        raise _known_key()


def _known_key() -> Problem:
    return Problem(ProblemCode.CONFLICT, "Khóa này đã được ghi danh: hãy tạo khóa mới trên máy tính bảng rồi thử lại.")


def _in_being(state: dict[str, Any], today: str) -> bool:
    first, last = state.get("valid_from"), state.get("valid_to")
    return (first is None or first <= today) and (last is None or today <= last)


def _line(text: str) -> str:
    """One line of NFC text without control characters or half surrogates."""
    kept = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cs"}).split())
