"""Passwords: argon2id with the library's defaults."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.security.tokens import CODE_ALPHABET

HASHER = PasswordHasher()
ONE_TIME_LETTERS = 16
"""16 letters of 30: 78 bits. It is read aloud or copied from a slip of paper."""


def hash_password(password: str) -> str:
    """Hash for storage."""
    return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Check a password; an unknown user costs the same time as a wrong password."""
    try:
        return HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Say whether a hash was made at another cost than today's."""
    return HASHER.check_needs_rehash(stored)


def one_time() -> str:
    """Make a password for one sign-in, in groups of four."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(ONE_TIME_LETTERS))
    return "-".join(letters[i : i + 4] for i in range(0, ONE_TIME_LETTERS, 4))


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password has, made when somebody first signs in: commands and tests need not wait for it."""
    return HASHER.hash("không có tài khoản này")
