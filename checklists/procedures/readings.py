"""What a procedure is given: strict parsing of a request into exact numbers, with Vietnamese complaints."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from checklists.limits import RuleSet
from checklists.model import Limit, LimitStatus
from checklists.procedures.figures import scale

CONTEXTS = ("verification", "inspection")
# More rows than any field table has; keeps one request from holding a worker.
MAX_ROWS = 1000
MAX_READINGS = 100
MAX_TEXT = 200
# A row may carry these words for the reader; they are given back and never judged.
LABELS = frozenset({"point", "position", "label", "note"})
RESOLUTION = "resolution"
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_REQUEST_KEYS = frozenset({"date", "context", "parameters", "rows", "limit"})
_PLAIN_LIMIT = frozenset({"value", "unit"})
_LIMIT_KEYS = frozenset({"value", "unit", "lower", "floor", "floor_unit"})


class ProcedureInputError(ValueError):
    """Readings that cannot be computed with. `field` is a path such as `rows[2].v_fd`, counted from 0."""

    def __init__(self, field: str, message_vi: str) -> None:
        super().__init__(f"{field}: {message_vi}")
        self.field = field
        self.message_vi = message_vi


@dataclass(frozen=True)
class Group:
    """The parameters or one row of a request, read key by key. `path` names it in complaints."""

    path: str
    raw: Mapping[str, Any]

    def has(self, key: str) -> bool:
        """Tell whether an optional key was given."""
        return self.raw.get(key) is not None

    def number(self, key: str) -> Decimal:
        """Return a number that must be there."""
        return number(self._required(key), self._at(key))

    def positive(self, key: str) -> Decimal:
        """Return a number above zero."""
        value = self.number(key)
        if value <= 0:
            raise ProcedureInputError(self._at(key), "phải lớn hơn 0")
        return value

    def not_negative(self, key: str) -> Decimal:
        """Return a number that is zero or more."""
        value = self.number(key)
        if value < 0:
            raise ProcedureInputError(self._at(key), "không được âm")
        return value

    def whole(self, key: str) -> int:
        """Return a whole number above zero."""
        value = self.positive(key)
        if value != int(value):
            raise ProcedureInputError(self._at(key), "phải là số nguyên")
        return int(value)

    def day(self, key: str) -> date:
        """Return a day that must be there."""
        return day(self._required(key), self._at(key))

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Return one of the named words."""
        if default is not None and not self.has(key):
            return default
        value = self._required(key)
        if value not in choices:
            raise ProcedureInputError(self._at(key), f"phải là một trong: {', '.join(choices)}")
        return str(value)

    def readings(self, key: str) -> list[Decimal]:
        """Return a list of at least one reading, none below zero."""
        values = self._required(key)
        if not isinstance(values, list) or not values:
            raise ProcedureInputError(self._at(key), "phải là danh sách có ít nhất một số đo")
        if len(values) > MAX_READINGS:
            raise ProcedureInputError(self._at(key), f"nhiều nhất {MAX_READINGS} số đo")
        found = [number(value, f"{self._at(key)}[{n}]") for n, value in enumerate(values)]
        for n, value in enumerate(found):
            if value < 0:
                raise ProcedureInputError(f"{self._at(key)}[{n}]", "không được âm")
        return found

    def _required(self, key: str) -> Any:
        if not self.has(key):
            raise ProcedureInputError(self._at(key), "thiếu giá trị này")
        return self.raw[key]

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}"


@dataclass(frozen=True)
class Request:
    """One evaluation: exact numbers, a day, a context, and the limit typed by the caller if any."""

    on: date
    context: str
    parameters: Group
    rows: list[Group]
    given: Limit | None
    rules: RuleSet
    typed: Group = field(default_factory=lambda: Group("limit", {}))

    def limit(self, procedure: str, **parameters: str) -> Limit | None:
        """Return the given limit, or the row of the rule set in force on the day, or None."""
        if self.given is not None:
            return self.given
        return self.rules.find(procedure, on=self.on, context=self.context, **parameters)

    def unit(self, choices: tuple[str, ...], default: str | None = None, besides: tuple[str, ...] = ()) -> str:
        """Return the one unit of all figures; refuses a row, or a typed limit, in another one.

        `besides` are the units relative to the figures (`e`, `%`) that a limit may have all the same.
        """
        unit = self.parameters.choice("unit", choices, default)
        for row in self.rows:
            if row.has("unit") and row.raw["unit"] != unit:
                raise ProcedureInputError(f"{row.path}.unit", f"đơn vị phải là {unit} như các số đo khác")
        if self.given is not None:
            for key, used in (("unit", self.given.unit), ("floor_unit", self.given.floor_unit)):
                if used not in (None, *besides, unit):
                    words = " hoặc ".join([*besides, unit])
                    raise ProcedureInputError(f"limit.{key}", f"đơn vị phải là {words} như các số đo")
        return unit


def number(value: object, field: str) -> Decimal:
    """Return a plain decimal string as Decimal; refuses everything that could be read in two ways."""
    if not isinstance(value, str):
        raise ProcedureInputError(field, 'phải là số thập phân viết thành chuỗi, ví dụ "20.00"')
    if _NUMBER.fullmatch(value):
        return Decimal(value)
    if "," in value:
        raise ProcedureInputError(field, "dùng dấu chấm thập phân, không dùng dấu phẩy")
    raise ProcedureInputError(field, "không phải số thập phân hợp lệ (nhiều nhất 12 chữ số nguyên và 9 chữ số lẻ)")


def exact(value: Decimal) -> Fraction:
    """Return the same number as a fraction, so that division loses nothing."""
    return Fraction(value)


@dataclass(frozen=True)
class Procedure:
    """One metrological procedure: the keys it takes, the units its limit may be typed in, and its computation.

    `resolved`: what the instrument itself shows, never finer than its resolution. `typed`: numbers of a typed limit
    beside its value. `works_out`: keys of its limit rows that are nobody's input.
    """

    name: str
    parameters: frozenset[str]
    row: frozenset[str]
    units: tuple[str, ...]
    run: Callable[[Request], dict[str, Any]]
    one_sided: bool = False
    resolved: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()
    works_out: frozenset[str] = frozenset()

    @property
    def all_parameters(self) -> frozenset[str]:
        """The parameters with the one that every instrument with an indication has."""
        return self.parameters | ({RESOLUTION} if self.resolved else set())

    @property
    def all_row(self) -> frozenset[str]:
        """The keys of a row; where the unit is a parameter, a row may name its own, to be compared."""
        return self.row | (self.parameters & {"unit"})


def parse(raw: object, rules: RuleSet, procedure: Procedure) -> Request:
    """Return the request as typed values; refuses unknown keys, no rows, too many rows and mixed-up units."""
    if not isinstance(raw, Mapping):
        raise ProcedureInputError("request", "phải là một đối tượng JSON")
    _refuse_unknown(raw, _REQUEST_KEYS, "request")
    context = raw.get("context")
    if context not in CONTEXTS:
        raise ProcedureInputError("context", "phải là verification (kiểm định) hoặc inspection (kiểm tra)")
    given_parameters = raw.get("parameters")
    given_parameters = {} if given_parameters is None else given_parameters
    if not isinstance(given_parameters, Mapping):
        raise ProcedureInputError("parameters", "phải là một đối tượng JSON")
    _refuse_unknown(given_parameters, procedure.all_parameters, "parameters")
    limit = raw.get("limit")
    request = Request(
        on=day(raw.get("date"), "date"),
        context=str(context),
        parameters=Group("parameters", given_parameters),
        rows=_rows(raw.get("rows"), procedure.all_row),
        given=_given(limit, procedure),
        rules=rules,
        typed=Group("limit", limit if isinstance(limit, Mapping) else {}),
    )
    _refuse_finer(request, procedure.resolved)
    return request


def day(value: object, field: str) -> date:
    """Return a day written YYYY-MM-DD; refuses everything else."""
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # 2021-02-30 gets the same words as any other non-date
    raise ProcedureInputError(field, "phải là ngày dạng YYYY-MM-DD")


def _refuse_finer(request: Request, resolved: frozenset[str]) -> None:
    """Refuse an indication with more decimals than the instrument shows; zeros at the end say nothing."""
    if not request.parameters.has(RESOLUTION):
        return
    step = request.parameters.positive(RESOLUTION)
    for row in request.rows:
        for key in sorted(resolved):
            if row.has(key) and scale(row.number(key).normalize()) > scale(step.normalize()):
                shown = format(step, "f").replace(".", ",")
                raise ProcedureInputError(f"{row.path}.{key}", f"nhiều chữ số lẻ hơn độ phân giải {shown} của máy")


def _rows(raw: object, allowed: frozenset[str]) -> list[Group]:
    if not isinstance(raw, list) or not raw:
        raise ProcedureInputError("rows", "chưa có số đo: phải có ít nhất một dòng")
    if len(raw) > MAX_ROWS:
        raise ProcedureInputError("rows", f"nhiều nhất {MAX_ROWS} dòng")
    groups = []
    for n, row in enumerate(raw):
        path = f"rows[{n}]"
        if not isinstance(row, Mapping):
            raise ProcedureInputError(path, "phải là một đối tượng JSON")
        _refuse_unknown(row, allowed | LABELS, path)
        for key in sorted(LABELS & row.keys()):  # of two wrong ones always the same is named
            if row[key] is not None and not (isinstance(row[key], str) and len(row[key]) <= MAX_TEXT):
                raise ProcedureInputError(f"{path}.{key}", f"phải là chữ, nhiều nhất {MAX_TEXT} ký tự")
        groups.append(Group(path, row))
    return groups


def _given(raw: object, procedure: Procedure) -> Limit | None:
    """Return the limit typed by the caller; its unit must be one that the procedure compares in."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise ProcedureInputError("limit", "phải là null hoặc {value, unit}")
    _refuse_unknown(raw, (_PLAIN_LIMIT if procedure.one_sided else _LIMIT_KEYS) | procedure.typed, "limit")
    units = procedure.units
    group = Group("limit", raw)
    floor_given = group.has("floor") or group.has("floor_unit")
    return Limit(
        id="given",
        procedure="",
        context="any",
        value=group.not_negative("value"),
        unit=_unit(group, "unit", units),
        lower=group.not_negative("lower") if group.has("lower") else None,
        floor=group.not_negative("floor") if floor_given else None,
        floor_unit=_unit(group, "floor_unit", units) if floor_given else None,
        source="giới hạn do người dùng nhập",
        edition="",
        valid_from=date.min,
        valid_to=None,
        status=LimitStatus.GIVEN,
    )


def _unit(group: Group, key: str, units: tuple[str, ...]) -> str:
    value = group.raw.get(key)
    # Both micro signs are typed in practice; NFC keeps them apart.
    unit = value.replace("\u03bc", "\u00b5") if isinstance(value, str) else value
    if unit not in units:
        raise ProcedureInputError(f"{group.path}.{key}", f"đơn vị phải là {' hoặc '.join(units)}")
    return str(unit)


def _refuse_unknown(raw: Mapping[Any, Any], allowed: frozenset[str], path: str) -> None:
    for key in raw:
        if key not in allowed:
            shown = str(key)[:40]
            raise ProcedureInputError(
                f"{path}.{shown}", f"khóa lạ; được dùng: {', '.join(sorted(allowed)) or 'không có'}"
            )
