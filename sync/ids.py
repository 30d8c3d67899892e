"""Identifiers: UUIDv7 for free-standing documents and operations, UUIDv5 for answers and marks, strict reading of both."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import lru_cache
from hashlib import sha1
from typing import TypeGuard
from uuid import UUID

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RANDOM_BITS = 74
LENGTH = 36
_VARIANT = "89ab" * 4
"""RFC 9562 §4.1: the two high bits of the digit are 10, the two low ones stay."""


def uuid7(unix_ms: int, random_bits: int | None = None) -> str:
    """Make a UUIDv7 (RFC 9562 §5.7) of a moment; `random_bits` (74 of them) only for tests."""
    bits = secrets.randbits(_RANDOM_BITS) if random_bits is None else random_bits & ((1 << _RANDOM_BITS) - 1)
    high, low = bits >> 62, bits & ((1 << 62) - 1)
    value = (unix_ms & ((1 << 48) - 1)) << 80 | 7 << 76 | high << 64 | 2 << 62 | low
    return str(UUID(int=value))


def answer_id(inspection_id: str, checklist: str, item: str, subject_id: str | None, ordinal: int) -> str:
    """Return the one id of an answer, so that two inspectors who answer an item offline meet in one document.

    UUIDv5(namespace = inspection, name = `checklist/item|subject or -|ordinal`), protocol "Documents".
    """
    return _uuid5(inspection_id, f"{checklist}/{item}|{subject_id or '-'}|{ordinal}")


def mark_id(organisation_id: str, kind: str, serial: str) -> str:
    """Return the one id of a sticker or seal (`kind`), so that a serial that two tablets use meets in one document.

    UUIDv5(namespace = organisation, name = `kind|serial`); the serial in capitals, without spaces (docs/decisions/0022).
    """
    return _uuid5(organisation_id, f"{kind}|{normal_serial(serial)}")


def normal_serial(serial: str) -> str:
    """Return the form in which serials of marks are one and the same: NFC, capitals, no spaces."""
    return "".join(unicodedata.normalize("NFC", serial).upper().split())


def _uuid5(namespace: str, name: str) -> str:
    # What uuid.uuid5 does (RFC 9562 §5.5), without two UUID objects for each of a push's hundreds of answers.
    hashed = sha1(_bytes_of(namespace) + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[int(hashed[16], 16)]
    return f"{hashed[:8]}-{hashed[8:12]}-5{hashed[13:16]}-{variant}{hashed[17:20]}-{hashed[20:32]}"


@lru_cache(maxsize=64)
def _bytes_of(id: str) -> bytes:
    return UUID(id).bytes


def is_uuid(text: object) -> TypeGuard[str]:
    """Say whether this is a UUID in its one accepted spelling: lower case, with hyphens."""
    return isinstance(text, str) and len(text) == LENGTH and _is_canonical(text)


@lru_cache(maxsize=4096)
def _is_canonical(text: str) -> bool:
    """Each id of a batch is asked for a dozen times."""
    return _CANONICAL.fullmatch(text) is not None
