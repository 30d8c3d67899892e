"""Identifiers: UUIDv7 for free-standing documents and operations, UUIDv5 for answers, strict reading of both."""

from __future__ import annotations

import re
import secrets
from typing import TypeGuard
from uuid import UUID, uuid5

_CANONICAL = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RANDOM_BITS = 74


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
    return str(uuid5(UUID(inspection_id), f"{checklist}/{item}|{subject_id or '-'}|{ordinal}"))


def is_uuid(text: object) -> TypeGuard[str]:
    """Say whether this is a UUID in its one accepted spelling: lower case, with hyphens."""
    return isinstance(text, str) and _CANONICAL.fullmatch(text) is not None
