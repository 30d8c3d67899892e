"""Vietnamese alphabetical order, the same on every database: none of their collations can be relied on for it."""

from __future__ import annotations

import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Level first, then huyền, hỏi, ngã, sắc, nặng, as in dictionaries."""

KEY_LENGTH = 400
"""Characters of a stored key: nobody reads a list by the two-hundredth letter."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

Key = tuple[tuple[tuple[int, ...], ...], tuple[int, ...], str]


def order(text: str) -> Key:
    """Return the sort key of a text: word by word by letter (a < ă < â, d < đ), then by tone, then by case."""
    letters: list[tuple[int, ...]] = []
    tones: list[int] = []
    for word in unicodedata.normalize("NFC", text).casefold().split():
        spelled = [_letter(c) for c in word]
        letters.append(tuple(rank for rank, _ in spelled))
        tones += [tone for _, tone in spelled]
    return tuple(letters), tuple(tones), text


def stored_key(text: str) -> str:
    """Return the same order as a text of digits and small letters, which every database and collation sorts alike.

    Two signs a letter, `00` at the end of each word and of the letters, then a sign for each tone; cut at KEY_LENGTH.
    """
    letters, tones, _ = order(text)
    spelled = "".join("".join(map(_signs, word)) + "00" for word in letters)
    return (f"{spelled}00" + "".join(map(str, tones)))[:KEY_LENGTH]


def name_order(full_name: str) -> tuple[Key, Key]:
    """Return the sort key of a person: by given name, which comes last, then by the whole name."""
    given = full_name.split()[-1:] or [""]
    return order(given[0]), order(full_name)


def _signs(rank: int) -> str:
    """Write a rank in two signs, those beyond the alphabet (other scripts) in seven that come after all others."""
    high, low = divmod(rank, 36)
    if high < 35:
        return _DIGITS[high] + _DIGITS[low]
    signs = ""
    for _ in range(5):
        rank, low = divmod(rank, 36)
        signs = _DIGITS[low] + signs
    return f"zz{signs}"


def _letter(character: str) -> tuple[int, int]:
    """Return the letter's rank and its tone; what is no letter of the alphabet comes by its code, digits first."""
    parts = unicodedata.normalize("NFD", character)
    tone = next((_TONES[c] for c in parts if c in _TONES), 0)
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    code = ord(bare[:1] or character)
    after_digits = 0x100
    return (
        (after_digits + _RANK[bare], tone) if bare in _RANK else (code if code < after_digits else code + 0x200, tone)
    )
