"""A tablet's public key as it arrives: raw 32 bytes, base64url unpadded, and a point that can only be a key."""

from __future__ import annotations

import base64
import binascii
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from server.errors import Problem, ProblemCode

LENGTH = 32
_TEXT = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
# The curve of Ed25519 (RFC 8032, 5.1): -x² + y² = 1 + d·x²·y² over the integers modulo P; L is the order of the group.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_L = 2**252 + 27742317777372353535851937790883648493
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def read(text: str) -> bytes:
    """Return the raw key; refuses another length, another spelling, and what is not a key of Ed25519.

    A point of low order "verifies" signatures that nobody made; the library accepts any 32 bytes.
    """
    if _TEXT.fullmatch(text) is None:
        raise _bad("Khóa công khai phải là 32 byte, mã hóa base64url không có dấu “=”.")
    try:
        raw = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise _bad("Khóa công khai không đọc được.") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise _bad("Khóa công khai không được viết ở dạng chuẩn.")
    if not is_key(raw):
        raise _bad("Khóa công khai không phải là khóa Ed25519 hợp lệ.")
    return raw


def verifies(raw: bytes, signature: str, message: bytes) -> bool:
    """Say whether a signature (base64url unpadded) over a message was made by this key, which `read` has let in."""
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(base64.urlsafe_b64decode(signature + "=="), message)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def is_key(raw: bytes) -> bool:
    """Say whether 32 bytes are a point of the prime-order group other than zero: every honest key is, no weak one is."""
    point = _decode(raw)
    return point is not None and not _is_neutral(point) and _is_neutral(_times(_L, point))


def _decode(raw: bytes) -> _Point | None:
    """Read a point (RFC 8032, 5.1.3); None where there is none or it is not spelt canonically."""
    if len(raw) != LENGTH:
        return None
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _times(factor: int, point: _Point) -> _Point:
    found = _NEUTRAL
    while factor:
        if factor & 1:
            found = _add(found, point)
        point = _add(point, point)
        factor >>= 1
    return found


def _add(one: _Point, other: _Point) -> _Point:
    """Add in extended coordinates (RFC 8032, 5.1.4); holds for every pair of points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _is_neutral(point: _Point) -> bool:
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0


def _bad(detail: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, detail, errors={"public_key": [detail]})
