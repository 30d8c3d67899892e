"""The words of the wire: marshmallow fields with Vietnamese messages, strict about type, cheap to run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""A day outside was mistyped: the first computers of the department are younger, nobody plans further."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)

MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "Thiếu trường này.",
    "null": "Không được để trống.",
    "validator_failed": "Giá trị không hợp lệ.",
}


class Envelope(Schema):
    """A request body: unknown members are ignored, so that a newer tablet is understood."""

    class Meta:
        """Newer members pass."""

        unknown = EXCLUDE


class Strict(fields.Field[Any]):
    """A JSON value checked and handed on unchanged; `check` raises ValidationError."""

    default_error_messages = MESSAGES
    json_schema: ClassVar[dict[str, Any]] = {}

    def __init__(self, **kwargs: Any) -> None:
        metadata = {**self.json_schema, **self.described(), **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)

    def described(self) -> dict[str, Any]:
        """Say in JSON Schema what `check` accepts."""
        return {}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        self.check(value)
        return value

    def check(self, value: Any) -> None:
        """Refuse what is not of this type."""


class Text(Strict):
    """A text; its size and characters were checked for the whole operation."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string"}

    def check(self, value: Any) -> None:
        """Refuse anything but text."""
        if not isinstance(value, str):
            raise ValidationError("Phải là văn bản.")


class Name(Text):
    """A text that says something: not blank, at most 500 characters."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 500}

    def check(self, value: Any) -> None:
        """Refuse blank and overlong names."""
        super().check(value)
        if not value.strip():
            raise ValidationError("Không được để trống.")
        if len(value) > 500:
            raise ValidationError("Dài quá 500 ký tự.")


class Pattern(Strict):
    """A text of one fixed form."""

    def __init__(self, pattern: re.Pattern[str], message: str, **kwargs: Any) -> None:
        self.pattern, self.message = pattern, message
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        """Show the form."""
        return {"type": "string", "pattern": f"^{self.pattern.pattern}$"}

    def check(self, value: Any) -> None:
        """Refuse another form."""
        if not isinstance(value, str) or self.pattern.fullmatch(value) is None:
            raise ValidationError(self.message)


class Id(Pattern):
    """A UUID in lower case with hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_UUID, "Phải là mã UUID viết thường.", **kwargs)


class Decimal(Pattern):
    """A decimal string: digits, a point, no exponent; a decimal comma is normalised on the tablet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_DECIMAL, 'Phải là chuỗi số thập phân dùng dấu chấm, ví dụ "0.50".', **kwargs)


class Sha256(Pattern):
    """A SHA-256 in lower-case hex."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_SHA256, "Phải là mã SHA-256 dạng hex viết thường.", **kwargs)


class Day(Strict):
    """An ISO 8601 day of a plausible year."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "format": "date"}

    def check(self, value: Any) -> None:
        """Refuse other forms, days that do not exist, and years far off."""
        if not isinstance(value, str) or _DAY.fullmatch(value) is None:
            raise ValidationError("Phải là ngày dạng NNNN-TT-NN, ví dụ 2021-08-05.")
        _plausible(_read(date.fromisoformat, value).year)


class Instant(Strict):
    """An RFC 3339 instant with offset. `any_year` where the paper or the clock is what it is."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "format": "date-time"}

    def __init__(self, *, any_year: bool = False, **kwargs: Any) -> None:
        self.any_year = any_year
        super().__init__(**kwargs)

    def check(self, value: Any) -> None:
        """Refuse other forms, and years far off."""
        if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
            raise ValidationError("Phải là thời điểm có múi giờ, ví dụ 2021-08-05T08:12:05+07:00.")
        year = _read(datetime.fromisoformat, value).year
        if not self.any_year:
            _plausible(year)


class Whole(Strict):
    """A JSON integer in a range; true and 1.0 are not integers."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        """Show the range."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def check(self, value: Any) -> None:
        """Refuse other types and numbers out of range."""
        if type(value) is not int:
            raise ValidationError("Phải là số nguyên.")
        if not self.least <= value <= self.most:
            raise ValidationError(f"Phải từ {self.least} đến {self.most}.")


class Truth(Strict):
    """true or false."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "boolean"}

    def check(self, value: Any) -> None:
        """Refuse 0, 1 and texts."""
        if not isinstance(value, bool):
            raise ValidationError("Phải là true hoặc false.")


class Choice(Strict):
    """One of the named words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        self.words = frozenset(words)
        self.message = f"Phải là một trong: {', '.join(words)}."
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        """Show the words."""
        return {"type": "string", "enum": sorted(self.words)}

    def check(self, value: Any) -> None:
        """Refuse other words."""
        if not isinstance(value, str) or value not in self.words:
            raise ValidationError(self.message)


class ListOf(Strict):
    """A list whose every element passes another field's check."""

    def __init__(self, element: Strict, *, most: int = 1000, **kwargs: Any) -> None:
        self.element, self.most = element, most
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        """Show the elements."""
        return {"type": "array", "maxItems": self.most, "items": dict(self.element.metadata)}

    def check(self, value: Any) -> None:
        """Refuse other types, too many elements, and name the first bad one."""
        if not isinstance(value, list):
            raise ValidationError("Phải là danh sách.")
        if len(value) > self.most:
            raise ValidationError(f"Không quá {self.most} phần tử.")
        for index, item in enumerate(value):
            _at(index, self.element, item)


class Named(Strict):
    """An object with known members, each optional but those `needed`; unknown ones are kept."""

    def __init__(self, members: Mapping[str, Strict], *, needed: Sequence[str] = (), **kwargs: Any) -> None:
        self.members, self.needed = members, needed
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        """Show the members."""
        return {"type": "object", "properties": {n: dict(m.metadata) for n, m in self.members.items()}}

    def check(self, value: Any) -> None:
        """Refuse other types, and name the first bad member."""
        if not isinstance(value, dict):
            raise ValidationError("Phải là đối tượng JSON.")
        if absent := [name for name in self.needed if value.get(name) is None]:
            raise ValidationError(f"{absent[0]}: Thiếu trường này.")
        for name, member in self.members.items():
            if value.get(name) is not None:
                _at(name, member, value[name])


class MapOf(Strict):
    """An object of any keys, each of whose values passes another field's check; null clears a key."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "object"}

    def __init__(self, element: Strict, *, most: int = 100, **kwargs: Any) -> None:
        self.element, self.most = element, most
        super().__init__(**kwargs)

    def described(self) -> dict[str, Any]:
        """Show the values."""
        return {"maxProperties": self.most, "additionalProperties": dict(self.element.metadata)}

    def check(self, value: Any) -> None:
        """Refuse other types, too many keys, and name the first bad value."""
        if not isinstance(value, dict):
            raise ValidationError("Phải là đối tượng JSON.")
        if len(value) > self.most:
            raise ValidationError(f"Không quá {self.most} phần tử.")
        for name, item in value.items():
            if item is not None:
                _at(name, self.element, item)


class Values(Strict):
    """What an inspector entered, by field: a text, a list of texts, or null to clear."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "object"}

    def check(self, value: Any) -> None:
        """Refuse numbers (a measured value is a decimal string) and deeper structures."""
        if not isinstance(value, dict):
            raise ValidationError("Phải là đối tượng JSON.")
        for name, item in value.items():
            if not (item is None or isinstance(item, str) or _is_texts(item)):
                raise ValidationError(f'{name}: giá trị đo phải là chuỗi, ví dụ "0.50".')


class Attributes(Strict):
    """Technical data of an instrument: texts, lists of texts, truths or whole numbers by name."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "object"}

    def check(self, value: Any) -> None:
        """Refuse deeper structures."""
        if not isinstance(value, dict):
            raise ValidationError("Phải là đối tượng JSON.")
        for name, item in value.items():
            if not (item is None or isinstance(item, str | bool | int) or _is_texts(item)):
                raise ValidationError(f"{name}: phải là chuỗi, số nguyên hoặc danh sách chuỗi.")


class Strokes(Strict):
    """A drawn signature: polylines of integers, at most 8 KB as JSON (protocol, "Documents")."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "array"}
    MAX_NUMBERS = 8 * 1024 // 2

    def check(self, value: Any) -> None:
        """Refuse other shapes and more than 8 KB."""
        if not isinstance(value, list):
            raise ValidationError("Nét ký phải là danh sách.")
        count = 0
        stack: list[Any] = list(value)
        while stack:
            item = stack.pop()
            count += 1
            if isinstance(item, list):
                stack.extend(item)
            elif type(item) is not int:
                raise ValidationError("Nét ký chỉ gồm số nguyên.")
            if count > self.MAX_NUMBERS:
                raise ValidationError("Nét ký lớn hơn 8 KB.")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _at(place: str | int, field: Strict, value: Any) -> None:
    try:
        field.check(value)
    except ValidationError as error:
        where = f"phần tử {place + 1}" if isinstance(place, int) else place
        raise ValidationError(f"{where}: {error.messages[0]}") from None


def _read(reader: Any, value: str) -> date:
    try:
        found: date = reader(value)
    except ValueError:
        raise ValidationError("Ngày giờ này không có thật.") from None
    return found


def _plausible(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(f"Năm phải từ {FIRST_YEAR} đến {LAST_YEAR}.")
