"""Ranges of minutes numbers leased to a device (dải số): which is next, what is left, what comes back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lease:
    """A closed range of numbers of one series and year."""

    series: str
    year: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last + 1:
            raise ValueError("a lease runs from its first number to its last")

    def contains(self, series: str, year: int, number: int) -> bool:
        """Say whether this number is of this range."""
        return (series, year) == (self.series, self.year) and self.first <= number <= self.last

    def next(self, used: Collection[int]) -> int | None:
        """Return the lowest number not yet used, None when the range is spent."""
        return next((n for n in range(self.first, self.last + 1) if n not in used), None)

    def remaining(self, used: Collection[int]) -> int:
        """Return how many numbers are left."""
        return sum(n not in used for n in range(self.first, self.last + 1))

    def overlaps(self, other: Lease) -> bool:
        """Say whether two ranges share a number: never true of two live leases."""
        same_book = (self.series, self.year) == (other.series, other.year)
        return same_book and self.first <= other.last and other.first <= self.last

    def give_back(self, used: Collection[int]) -> list[int]:
        """Return the numbers that come back when the rest of the range is returned."""
        return [n for n in range(self.first, self.last + 1) if n not in used]
