"""Passwords: argon2id with the library's defaults."""

from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash for storage."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Check a password; an unknown user costs the same time as a wrong password."""
    try:
        return _HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password has, made when somebody first signs in: commands and tests need not wait for it."""
    return _HASHER.hash("không có tài khoản này")
