"""Which passwords people may choose."""

from __future__ import annotations

import unicodedata

from server.errors import Problem, ProblemCode

MIN_PASSWORD = 10
MAX_PASSWORD = 128
"""Beyond this a password only costs time to hash."""
_TOO_EASY = frozenset({"1234567890", "0123456789", "matkhau123", "password123", "qwertyuiop", "0987654321"})


def check_password(password: str, username: str) -> None:
    """Refuse a password that is too short, too long, too easy, or the username itself."""
    plain = nfc(password)
    if len(plain) < MIN_PASSWORD:
        raise _bad(f"Mật khẩu cần ít nhất {MIN_PASSWORD} ký tự.")
    if len(plain) > MAX_PASSWORD:
        raise _bad(f"Mật khẩu dài tối đa {MAX_PASSWORD} ký tự.")
    folded = plain.casefold()
    if folded in _TOO_EASY or username.casefold() in folded or len(set(folded)) < 4:
        raise _bad("Mật khẩu quá dễ đoán: không dùng tên đăng nhập, dãy số, hay một vài ký tự lặp lại.")


def nfc(text: str) -> str:
    """Compose what was typed: keyboards write one Vietnamese letter in different ways."""
    return unicodedata.normalize("NFC", text)


def _bad(detail: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, detail)
