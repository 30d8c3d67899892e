"""What a person types into a violation case, field by field: read strictly, every fault in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from server.services.days import day_of
from server.services.wording import plain_text
from sync.paper_words import VIETNAM, local

MAX_LINE, MAX_LINES = 300, 4000
MAX_DIGITS = 15
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?: \d{3})+|[1-9]\d*", re.ASCII)
_UNIT = re.compile(r"\s*(?:đồng|đ|vnđ|vnd)\.?$", re.IGNORECASE)
_FIRST = date(2000, 1, 1)


class FaultError(ValueError):
    """A value that cannot be taken; the message is for people."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `choices` are (value, words); a field of type `pick` takes its choices from the case."""

    name: str
    label: str
    type: str = "line"
    required: bool = True
    hint: str = ""
    choices: Sequence[tuple[str, str]] = field(default=())

    def read(self, typed: str, choices: Sequence[tuple[str, str]], now: datetime) -> str | None:
        """Return the value as it is kept, None for an empty one; raises FaultError with the field's name."""
        text = plain_text(typed, lines=self.type == "lines")
        if not text.strip():
            if self.required:
                raise FaultError(f"“{self.label}”: phải {'chọn' if self.type in ('choice', 'pick') else 'ghi'}.")
            return None
        try:
            return _READERS[self.type](text, choices, now)
        except FaultError as fault:
            raise FaultError(f"“{self.label}”: {fault}") from None


def amount_of(text: str) -> str:
    """Read an amount of dong as people write it (12.500.000 đồng); returns its digits. Raises FaultError."""
    bare = _UNIT.sub("", " ".join(text.split()))
    if not _AMOUNT.fullmatch(bare):
        raise FaultError("ghi số tiền bằng chữ số, tách hàng nghìn bằng dấu chấm, ví dụ 12.500.000.")
    digits = bare.replace(".", "").replace(" ", "")
    if len(digits) > MAX_DIGITS:
        raise FaultError(f"số tiền dài tối đa {MAX_DIGITS} chữ số.")
    return digits


def dong(value: Any) -> str:
    """Write an amount the Vietnamese way: 12.500.000 đồng; what is no whole amount as it was written."""
    text = str(value)
    return f"{int(text):,}".replace(",", ".") + " đồng" if text.isascii() and text.isdigit() else text


def written(field: Field, value: Any, choices: Sequence[tuple[str, str]] = ()) -> str:
    """Write a kept value for people; "–" for none."""
    if value in (None, ""):
        return "–"
    if field.type == "amount":
        return dong(value)
    if field.type == "day":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if field.type == "moment":
        return f"{local(value):%H:%M %d/%m/%Y}"
    return dict(choices or field.choices).get(value, str(value))


def _line(text: str, _choices: Any, _now: datetime) -> str:
    if len(text) > MAX_LINE:
        raise FaultError(f"dài tối đa {MAX_LINE} ký tự.")
    return text


def _lines(text: str, _choices: Any, _now: datetime) -> str:
    if len(text) > MAX_LINES:
        raise FaultError(f"dài tối đa {MAX_LINES} ký tự.")
    return text


def _day(text: str, _choices: Any, now: datetime) -> str:
    day = day_of(text)
    if day is None:
        raise FaultError("ngày phải có dạng NĂM-THÁNG-NGÀY, ví dụ 2026-08-05.")
    if day < _FIRST:
        raise FaultError("ngày quá xa trước đây.")
    if day > local(now).date():
        raise FaultError("ngày này chưa đến.")
    return text


def _moment(text: str, _choices: Any, now: datetime) -> str:
    day, _, time = text.partition("T")
    if day_of(day) is None or not re.fullmatch(r"[0-9]{2}:[0-9]{2}", time):
        raise FaultError("ngày giờ phải có dạng 2026-08-05T10:30.")
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    except ValueError:
        raise FaultError("không có giờ này.") from None
    if found.date() < _FIRST:
        raise FaultError("ngày quá xa trước đây.")
    if found > now:
        raise FaultError("thời điểm này chưa đến.")
    return found.isoformat(timespec="seconds")


def _count(text: str, _choices: Any, _now: datetime) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise FaultError("ghi một số từ 1 đến 9999.")
    return text


def _choice(text: str, choices: Sequence[tuple[str, str]], _now: datetime) -> str:
    if text not in dict(choices):
        raise FaultError("lựa chọn này không còn, hãy chọn lại.")
    return text


def _amount(text: str, _choices: Any, _now: datetime) -> str:
    return amount_of(text)


_READERS: Mapping[str, Callable[[str, Sequence[tuple[str, str]], datetime], str]] = {
    "line": _line, "lines": _lines, "day": _day, "moment": _moment, "count": _count, "choice": _choice, "pick": _choice,
    "amount": _amount,
}  # fmt: skip
