"""Amounts in words, as papers of the cash desk want them: 125.000 -> "Một trăm hai mươi lăm nghìn đồng"."""

from __future__ import annotations

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu")
_BILLION = 1_000_000_000


def in_words(amount: int) -> str:
    """Say an amount of đồng, not below zero."""
    said = _number(amount)
    return f"{said[:1].upper()}{said[1:]} đồng"


def _number(value: int) -> str:
    if value < _BILLION:
        return _below_billion(value, whole=True)
    billions, rest = divmod(value, _BILLION)
    said = f"{_number(billions)} tỷ"
    return f"{said} {_below_billion(rest, whole=False)}" if rest else said


def _below_billion(value: int, *, whole: bool) -> str:
    """Say groups of three digits; `whole` = nothing stands before them, so that leading zeros are silent."""
    groups = [(value // 1000**place % 1000, unit) for place, unit in reversed(list(enumerate(_GROUPS)))]
    said: list[str] = []
    for group, unit in groups:
        if group:
            said.append(_group(group, full=bool(said) or not whole) + unit)
    return " ".join(said) or _DIGITS[0]


def _group(value: int, *, full: bool) -> str:
    """Say three digits; `full` = more stands before them, so that hundreds are said where they are none."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    said = [f"{_DIGITS[hundreds]} trăm"] if hundreds or full else []
    if tens > 1:
        said.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        said.append("mười")
    elif ones and said:
        said.append("linh")
    if ones == 1 and tens > 1:
        said.append("mốt")
    elif ones == 5 and tens:
        said.append("lăm")
    elif ones:
        said.append(_DIGITS[ones])
    return " ".join(said)
