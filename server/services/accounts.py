"""Signing in: who a name and a password belong to, and whose session a cookie speaks of."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.users import User, by_username
from server.security.passwords import matches
from server.services.alphabet import name_order

MAX_USERNAME = 64
MAX_PASSWORD = 128
"""Longer ones are no password of ours (`users.check_password`) and would only cost time to hash."""


def authenticate(session: Session, username: str, password: str) -> User | None:
    """Return the active user with this name and password, else None; an unknown name costs the same time."""
    name = unicodedata.normalize("NFC", username).strip().casefold()
    known = by_username(session, name) if 0 < len(name) <= MAX_USERNAME and name.isprintable() else None
    typed = unicodedata.normalize("NFC", password)
    fits = len(typed) <= MAX_PASSWORD
    is_right = matches(known.password_hash if known is not None and fits else None, typed[:MAX_PASSWORD])
    return known if known is not None and is_right and known.is_active else None


def session_key(user: User) -> str:
    """Return what a session cookie names: the user and the present password, so that a new one ends old sessions."""
    return f"{user.id}.{_fingerprint(user)}"


def by_session_key(session: Session, key: str) -> User | None:
    """Return the user of a session; None once the account is deactivated or has another password."""
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
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]
