"""Signing in: who a name and a password belong to, and whose session a cookie speaks of."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.users import User, by_username
from server.security.passwords import matches
from server.services.alphabet import name_order
from server.services.passwords import MAX_PASSWORD, nfc

MAX_USERNAME = 64


def authenticate(session: Session, username: str, password: str, *, now: datetime) -> User | None:
    """Return the active user with this name and password, else None; an unknown name costs the same time.

    A one-time password whose time is over is none.
    """
    known = named(session, username)
    typed = nfc(password)
    fits = len(typed) <= MAX_PASSWORD
    is_right = matches(known.password_hash if known is not None and fits else None, typed[:MAX_PASSWORD])
    if known is None or not is_right or not known.is_active:
        return None
    return None if known.must_change_by is not None and known.must_change_by < now else known


def named(session: Session, username: str) -> User | None:
    """Return the account of a name as somebody typed it, None where there is none."""
    name = nfc(username).strip().casefold()
    return by_username(session, name) if 0 < len(name) <= MAX_USERNAME and name.isprintable() else None


def session_key(user: User) -> str:
    """Return what a session cookie names: the user, the present password and how often all sessions were ended."""
    return f"{user.id}.{_fingerprint(user)}"


def by_session_key(session: Session, key: str) -> User | None:
    """Return the user of a session; None once the account is deactivated, has another password, or all its
    sessions were ended."""
    id, _, fingerprint = key.partition(".")
    user = session.get(User, id) if id.isprintable() else None  # PostgreSQL cannot even be asked for a NUL
    if user is None or not user.is_active or not hmac.compare_digest(_fingerprint(user).encode(), fingerprint.encode()):
        return None
    return user


def everyone(session: Session) -> list[User]:
    """All accounts, active ones first, by name."""
    users = session.scalars(select(User))
    return sorted(users, key=lambda user: (not user.is_active, name_order(user.full_name), user.username))


def names(session: Session) -> dict[str, str]:
    """Return every account's full name by id: who did what in the journal."""
    return dict(session.execute(select(User.id, User.full_name)).all())


def _fingerprint(user: User) -> str:
    return hashlib.sha256(f"{user.password_hash} {user.sessions_ended}".encode()).hexdigest()[:16]
