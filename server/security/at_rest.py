"""Secrets that the server must be able to read again, closed in the database: AES-256-GCM under a key drawn from SECRET_KEY."""

from __future__ import annotations

import hmac
import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


class CannotOpen(Exception):
    """Closed under another SECRET_KEY, for another holder, or changed."""


def close(secret: bytes, *, key: str, holder: str) -> bytes:
    """Encrypt for one holder: moved to another row it does not open."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_drawn(key, b"second factor 1")).encrypt(nonce, secret, holder.encode())


def opened(closed: bytes, *, key: str, holder: str) -> bytes:
    """Decrypt; raises CannotOpen."""
    try:
        return AESGCM(_drawn(key, b"second factor 1")).decrypt(closed[:NONCE], closed[NONCE:], holder.encode())
    except (InvalidTag, ValueError):
        raise CannotOpen from None


def mark(code: str, *, key: str, holder: str) -> str:
    """Return what is kept of a code in its stead: without SECRET_KEY, codes cannot even be tried against a stolen database."""
    return hmac.new(_drawn(key, b"recovery codes 1"), f"{holder} {code}".encode(), sha256).hexdigest()


def _drawn(key: str, purpose: bytes) -> bytes:
    """SECRET_KEY is random itself (settings.check_for_serving), so it needs no slow derivation."""
    return HKDF(SHA256(), length=32, salt=None, info=b"hien-truong " + purpose).derive(key.encode())
