"""Serials of stickers and seals as ranges of a roll: their text, what is left of a lease, what a stocktake finds.

A roll is numbered in one prefix with a fixed count of digits; a serial's text is what is printed on it and what people scan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

Span = tuple[int, int]
"""A closed range of running numbers."""
MAX_DIGITS = 12
MAX_PREFIX = 20
MAX_WIDTH = 18
"""Figures that a database's whole number holds."""


def serial(prefix: str, number: int, digits: int) -> str:
    """Write a running number as it is printed: 1439 of six digits under 22B is 22B001439."""
    return f"{prefix}{number:0{digits}d}"


def number_of(serial: str, prefix: str, digits: int) -> int | None:
    """Read the running number of a serial; None where it is of no such roll."""
    rest = serial.removeprefix(prefix)
    if len(rest) != digits or len(serial) != len(prefix) + digits or not (rest.isascii() and rest.isdigit()):
        return None
    return int(rest)


def cut(serial: str) -> tuple[str, int, int]:
    """Cut any serial before its last figures: what stands before them, how many they are, the number that they write.

    However a roll was cut into prefix and digits, its serials come out with one head and width, numbered without a gap.
    """
    width = min(len(serial) - len(serial.rstrip("0123456789")), MAX_WIDTH)
    return serial[: len(serial) - width], width, int(serial[len(serial) - width :] or "0")


def joined(head: str, width: int, number: int) -> str:
    """Write a serial again from what `cut` made of it."""
    return serial(head, number, width) if width else head


def spans(numbers: Iterable[int]) -> list[Span]:
    """Join numbers into the fewest ranges, in order."""
    found: list[Span] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def numbers_of(ranges: Any, within: Span) -> set[int]:
    """Return the numbers of ranges as documents hold them, [{first, last}], as far as they lie `within` another.

    What is no range holds none; a tablet may write one that no memory would hold.
    """
    found: set[int] = set()
    for row in ranges if isinstance(ranges, list) else ():
        first, last = (row.get("first"), row.get("last")) if isinstance(row, Mapping) else (None, None)
        if type(first) is int and type(last) is int:
            found.update(range(max(first, within[0]), min(last, within[1]) + 1))
    return found


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two ranges {prefix, digits, first, last} share a serial: one text, however it is cut into prefix and number."""
    longer, shorter = sorted((one, other), key=lambda r: -len(r["prefix"]))
    if len(longer["prefix"]) + longer["digits"] != len(shorter["prefix"]) + shorter["digits"]:
        return False
    middle = longer["prefix"].removeprefix(shorter["prefix"])
    if len(middle) != len(longer["prefix"]) - len(shorter["prefix"]) or not (middle == "" or (middle.isascii() and middle.isdigit())):  # fmt: skip
        return False
    base = int(middle or "0") * 10 ** longer["digits"]
    return bool(base + longer["first"] <= shorter["last"] and shorter["first"] <= base + longer["last"])


def remaining(lease: Mapping[str, Any], gone: Collection[str]) -> list[int]:
    """Return the numbers that must still be with a lease's holder: not given back, not written off, not `gone`.

    `gone` are the serials that marks tell of, used and spoiled; those of other rolls may be among them.
    """
    prefix, digits = str(lease["prefix"]), int(lease["digits"])
    whole = lease["first"], lease["last"]
    left = set(range(whole[0], whole[1] + 1))
    left -= numbers_of(lease.get("returned"), whole) | numbers_of(lease.get("written_off"), whole)
    left -= {n for text in gone if (n := number_of(text, prefix, digits)) is not None}
    return sorted(left)


def expected(leases: Mapping[str, Mapping[str, Any]], gone: Collection[str]) -> list[dict[str, Any]]:
    """Return what a stocktake should find, lease by lease: {lease_id, count, serials [[first, last]]} as printed."""
    return [
        {"lease_id": id, "count": len(left), "serials": _printed(leases[id], left)}
        for id in sorted(leases)
        for left in (remaining(leases[id], gone),)
    ]


def difference(
    counts: Any, leases: Mapping[str, Mapping[str, Any]], gone: Collection[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """Compare what was counted with what should be there; only leases that differ, each named by its serials.

    `missing` is how many are not there (below zero: more than there should be). Where the serials seen were written down
    (`seen` [{first, last}]), `serials` are exactly those missing and `surplus` those that should not be there; with a
    number alone, `serials` are those among which the missing ones are. A lease that nobody counted is missing whole.
    """
    counted = {row["lease_id"]: row for row in counts if isinstance(row, Mapping) and isinstance(row.get("lease_id"), str)} if isinstance(counts, list) else {}  # fmt: skip
    found = []
    for id in sorted(leases):
        lease, row = leases[id], counted.get(id, {})
        left = remaining(lease, gone)
        whole = lease["first"], lease["last"]
        seen = numbers_of(row.get("seen"), whole) if isinstance(row.get("seen"), list) else None
        number = row.get("counted")
        there = len(seen) if seen is not None else number if type(number) is int else 0
        missing = left if seen is None else sorted(set(left) - seen)
        surplus = [] if seen is None else sorted(seen - set(left))
        if there != len(left) or surplus:
            found.append({"lease_id": id, "missing": len(left) - there, "serials": _printed(lease, missing),
                          "surplus": _printed(lease, surplus), "explanation": str(row.get("explanation") or "")})  # fmt: skip
    return found


def _printed(lease: Mapping[str, Any], numbers: Sequence[int]) -> list[list[str]]:
    prefix, digits = str(lease["prefix"]), int(lease["digits"])
    return [[serial(prefix, first, digits), serial(prefix, last, digits)] for first, last in spans(numbers)]
