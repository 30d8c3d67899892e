"""Codes of a second factor: TOTP (RFC 6238) with six digits each 30 seconds, as every authenticator app makes them."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP_S = 30
AROUND = 1
"""Steps before and after the present one: a phone's clock may be half a minute off."""
ISSUER = "Hiện Trường"


def new_secret() -> bytes:
    """Make a secret of 160 random bits (RFC 4226, section 4)."""
    return pyotp.random_base32().encode()


def uri(secret: bytes, name: str) -> str:
    """Write what the QR symbol says to an authenticator app."""
    return pyotp.TOTP(secret.decode()).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the step that a code belongs to, None where it is none of the present ones."""
    present, totp = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret.decode())
    typed = code.encode()
    fits = [s for s in range(present - AROUND, present + AROUND + 1)
            if hmac.compare_digest(totp.generate_otp(s).encode(), typed)]  # fmt: skip
    return fits[-1] if fits else None
