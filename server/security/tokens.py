"""Random tokens and codes; the database keeps only their hashes."""

from __future__ import annotations

import hashlib
import secrets

CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""No 0/O, 1/I/L, U: the code is also typed by hand."""
CODE_LENGTH = 12
"""12 letters of 30: 59 bits, with an expiry and a rate limit."""


def new_token() -> str:
    """Make a bearer token of 256 random bits."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Make a one-time enrolment code."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def hash_of(token: str) -> str:
    """Hash a token for storage; 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
