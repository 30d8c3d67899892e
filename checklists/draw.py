"""Random samples that anybody can draw again: a recorded seed ranks every unit of a list by SHA-256.

The algorithm (`METHOD`), simple enough to be repeated with sha256sum and sort, or in any other language:
1. Write each unit as NFC text without blanks around it.
2. Its key is SHA-256 of the UTF-8 text `<seed>:<unit>`, as 64 lower-case hexadecimal digits.
3. Sort the units by key. The sample of size n is the first n of them, in this order.
So neither the order of the list nor the size asked for changes who comes first: the sample of 30 begins with the
sample of 20, and a unit that cannot be reached is replaced by the next of the ranking. Every unit has the same chance.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

METHOD = "sha256-rank"
# More meters than a province has; keeps a mistyped number from filling the memory.
MAX_POPULATION = 2_000_000
MAX_TEXT = 100


class DrawError(ValueError):
    """A list, a size or a seed that no sample can be drawn from; the message is Vietnamese and names the line."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One drawn sample with all that repeats it. `list_sha256` shows later whether the list was the same.

    It is SHA-256 of the units in order of their code points, each followed by a line feed.
    """

    seed: str
    population: int
    list_sha256: str
    units: tuple[str, ...]


def draw(units: Iterable[str], size: int, seed: str) -> Draw:
    """Draw `size` units by the ranking of a seed; the same list, in whatever order, and seed give the same sample.

    Refuses an empty or repeated unit, a sample larger than its lot, and an unusable seed.
    """
    seed = _written(seed, "Số gốc (seed)")
    lot = _distinct(units)
    if size < 1:
        raise DrawError(f"Cỡ mẫu phải từ 1 trở lên, đã ghi {size}.")
    if size > len(lot):
        raise DrawError(f"Lô chỉ có {len(lot)} đơn vị, ít hơn cỡ mẫu {size}.")
    ranked = sorted(lot, key=lambda unit: _sha256(f"{seed}:{unit}"))
    lines = "".join(f"{unit}\n" for unit in sorted(lot))
    return Draw(seed, len(lot), _sha256(lines), tuple(ranked[:size]))


def numbered(count: int) -> list[str]:
    """Return the units 1 to `count` of a lot that has no serial numbers: pieces counted as they lie or stand."""
    if not 1 <= count <= MAX_POPULATION:
        raise DrawError(f"Số đơn vị của lô phải từ 1 đến {MAX_POPULATION}, đã ghi {count}.")
    return [str(number) for number in range(1, count + 1)]


def listed(text: str) -> list[str]:
    """Return the units of a list, one a line, as a register exports it. One line feed at the very end is no unit."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n")
    return text.split("\n") if text else []


def _distinct(units: Iterable[str]) -> Sequence[str]:
    """Return the units as they are ranked; two that differ only in capitals are one meter written twice."""
    lines: dict[str, int] = {}
    written = []
    for number, unit in enumerate(units, 1):
        if number > MAX_POPULATION:
            raise DrawError(f"Danh sách dài quá {MAX_POPULATION} dòng.")
        text = _written(unit, f"Dòng {number}")
        if (first := lines.setdefault(text.casefold(), number)) != number:
            raise DrawError(f"Dòng {number}: “{text}” đã có ở dòng {first}; mỗi đơn vị chỉ được ghi một lần.")
        written.append(text)
    if not written:
        raise DrawError("Danh sách trống: chưa có đơn vị nào để bốc mẫu.")
    return written


def _written(text: str, where: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise DrawError(f"{where}: để trống.")
    if len(text) > MAX_TEXT:
        raise DrawError(f"{where}: dài quá {MAX_TEXT} ký tự.")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for char in text):
        raise DrawError(f"{where}: có ký tự điều khiển hoặc ký tự ẩn.")
    return text


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
