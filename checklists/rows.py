"""One row of law data read key by key; every complaint is Vietnamese and names the row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from checklists.model import LimitStatus

_NUMBER = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


class Provenance(TypedDict):
    """Where a row comes from, since when and until when it holds, and who vouches for it."""

    source: str
    valid_from: date | None
    valid_to: date | None
    status: LimitStatus
    note: str | None
    reviewed_by: str | None
    reviewed_on: date | None


class LimitError(ValueError):
    """A limit or law row that cannot be used; the message is Vietnamese and names the row."""


class Row:
    """One raw row, read key by key; every complaint names the row."""

    def __init__(self, raw: object, allowed: set[str], where: str) -> None:
        if not isinstance(raw, Mapping):
            raise LimitError(f"{where}: phải là một nhóm khóa và giá trị")
        self.raw = raw
        self.where = f"{where} {raw.get('id', '')}".rstrip()
        if unknown := sorted(str(key) for key in raw if key not in allowed):
            raise LimitError(f"{self.where}: khóa lạ {', '.join(unknown)}")

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise LimitError(f"{self.where}: {key} phải là chữ, không trống")
        return value

    def text_or_none(self, key: str) -> str | None:
        """Return a text or None."""
        return None if self.raw.get(key) is None else self.text(key)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of the named words."""
        value = self.text(key)
        if value not in choices:
            raise LimitError(f"{self.where}: {key} phải là một trong {', '.join(choices)}")
        return value

    def number(self, key: str) -> Decimal | None:
        """Return an allowance or None; YAML must quote it, so that no float slips in."""
        value = self.raw.get(key)
        return None if value is None else allowance(value, f"{self.where}: {key}")

    def day(self, key: str) -> date | None:
        """Return a date or None."""
        value = self.raw.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is None:
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise LimitError(f"{self.where}: {key} phải là ngày YYYY-MM-DD") from error

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty when absent."""
        value = self.raw.get(key) or []
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise LimitError(f"{self.where}: {key} phải là danh sách chữ")
        return tuple(value)

    def whole(self, key: str, most: int) -> int | None:
        """Return a whole number from 1 to `most`, or None."""
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
            raise LimitError(f"{self.where}: {key} phải là số nguyên từ 1 đến {most}")
        return value

    def status(self, key: str = "status") -> LimitStatus:
        """Return confirmed or unconfirmed."""
        return LimitStatus(self.choice(key, ("confirmed", "unconfirmed")))

    def provenance(self) -> Provenance:
        """Return what every row of law carries besides its own words; the two dates are in order."""
        start, end = self.validity()
        return {
            "source": self.text("source"),
            "valid_from": start,
            "valid_to": end,
            "status": self.status(),
            "note": self.text_or_none("note"),
            "reviewed_by": self.text_or_none("reviewed_by"),
            "reviewed_on": self.day("reviewed_on"),
        }

    def validity(self) -> tuple[date | None, date | None]:
        """Return the two dates, in order."""
        start, end = self.day("valid_from"), self.day("valid_to")
        if start and end and end < start:
            raise LimitError(f"{self.where}: valid_to trước valid_from")
        return start, end


def allowance(value: object, where: str) -> Decimal:
    """Return a non-negative decimal string as Decimal; refuses anything else."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise LimitError(f"{where} phải là chuỗi số thập phân không âm, dùng dấu chấm, ví dụ '0.3'")
    return Decimal(value)


def figure(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
