"""A secret closed under a passphrase: scrypt (RFC 7914) and AES-256-GCM."""

from __future__ import annotations

import base64
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MIN_PASSPHRASE = 12
COST, BLOCK, LANES = 2**17, 8, 1
"""128 MB and about half a second a guess: OWASP's first choice for scrypt."""
_PURPOSE = b"hien-truong backup key 1"


class EnvelopeError(Exception):
    """A passphrase that is too short or wrong, or an envelope that was changed."""


def close(secret: bytes, passphrase: str) -> bytes:
    """Encrypt; refuses a passphrase under 12 characters."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise EnvelopeError(f"Mật khẩu bảo vệ khóa phải có ít nhất {MIN_PASSPHRASE} ký tự.")
    salt, nonce = os.urandom(16), os.urandom(12)
    closed = AESGCM(_key(passphrase, salt, COST)).encrypt(nonce, secret, _PURPOSE)
    parts = {"salt": salt, "nonce": nonce, "ciphertext": closed}
    encoded = {name: base64.b64encode(value).decode() for name, value in parts.items()}
    return json.dumps({"kdf": "scrypt", "n": COST, "r": BLOCK, "p": LANES, "cipher": "AES-256-GCM", **encoded}).encode()


def open_closed(envelope: bytes, passphrase: str) -> bytes:
    """Decrypt; EnvelopeError for a wrong passphrase or a changed envelope, which look alike."""
    try:
        value = json.loads(envelope)
        salt, nonce, closed = (base64.b64decode(value[name], validate=True) for name in ("salt", "nonce", "ciphertext"))
        if (value["kdf"], value["n"], value["r"], value["p"]) != ("scrypt", COST, BLOCK, LANES):
            raise ValueError("unknown parameters")
        return AESGCM(_key(passphrase, salt, COST)).decrypt(nonce, closed, _PURPOSE)
    except InvalidTag:
        raise EnvelopeError("Mật khẩu bảo vệ khóa không đúng, hoặc phần khóa trong bản sao lưu đã bị sửa.") from None
    except (ValueError, LookupError, TypeError):
        raise EnvelopeError("Phần khóa trong bản sao lưu không đọc được.") from None


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=BLOCK, p=LANES).derive(passphrase.encode())
