"""The time limits of a violation case as dated rows with their source: read from data/, never invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from checklists.model import LimitStatus

FILE = Path(__file__).parent / "data" / "deadlines.yaml"
_FIELDS = frozenset({"id", "title", "working_days", "wording", "law", "cited", "valid_from", "valid_to", "status",
                     "source", "note"})  # fmt: skip


class DeadlineError(ValueError):
    """A row that is no time limit; the message names it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One time limit. `working_days` None = the law gives no number, only its `wording`.

    `law` is a number that law.yaml knows; `cited` the article and kind of document that stand before it.
    """

    id: str
    title: str
    working_days: int | None
    wording: str
    law: str
    cited: str
    valid_from: date
    valid_to: date | None
    status: LimitStatus
    source: str
    note: str

    @property
    def basis(self) -> str:
        """The article and the document, as people cite them: khoản 2 Điều 12 Nghị định số 118/2021/NĐ-CP."""
        return f"{self.cited} số {self.law}"

    def holds(self, day: date) -> bool:
        """Say whether the row is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def parse(rows: Any) -> tuple[Deadline, ...]:
    """Read the rows; refuses (DeadlineError) what is incomplete and two rows of one id in force on one day."""
    if not isinstance(rows, list):
        raise DeadlineError("Tệp thời hạn phải là một danh sách.")
    found = tuple(map(_row, rows))
    for index, one in enumerate(found):
        if any(one.id == other.id and _overlap(one, other) for other in found[index + 1 :]):
            raise DeadlineError(f"{one.id}: hai dòng cùng có hiệu lực.")
    return found


@cache
def load() -> tuple[Deadline, ...]:
    """Return the rows that this program brings."""
    return parse(yaml.safe_load(FILE.read_text("utf-8")))


def on_day(id: str, day: date) -> Deadline | None:
    """Return the row of an id in force on a day; None where none was read for that day."""
    return next((row for row in load() if row.id == id and row.holds(day)), None)


def _row(raw: Any) -> Deadline:
    name = raw.get("id") if isinstance(raw, dict) else raw
    if not isinstance(raw, dict) or set(raw) != _FIELDS:
        raise DeadlineError(f"{name}: phải có đúng các trường {', '.join(sorted(_FIELDS))}.")
    days = raw["working_days"]
    if days is not None and (type(days) is not int or not 0 < days <= 60):
        raise DeadlineError(f"{name}: số ngày làm việc phải từ 1 đến 60.")
    if type(raw["valid_from"]) is not date or not (raw["valid_to"] is None or type(raw["valid_to"]) is date):
        raise DeadlineError(f"{name}: ngày hiệu lực không hợp lệ.")
    texts = ("id", "title", "wording", "law", "cited", "source", "note")
    if not all(isinstance(raw[field], str) for field in texts) or not (raw["law"] and raw["wording"] and raw["source"]):
        raise DeadlineError(f"{name}: thiếu nội dung, văn bản hoặc nguồn.")
    try:
        return Deadline(**{**raw, "status": LimitStatus(raw["status"])})
    except ValueError:
        raise DeadlineError(f"{name}: tình trạng {raw['status']!r} không có.") from None


def _overlap(one: Deadline, other: Deadline) -> bool:
    last = date.max
    return one.valid_from <= (other.valid_to or last) and other.valid_from <= (one.valid_to or last)
