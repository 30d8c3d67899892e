"""The words of a checklist: frozen data that every other module passes around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """The four answers to an item (đạt, không đạt, không kiểm tra, không áp dụng)."""

    CONFORMING = "conforming"
    NONCONFORMING = "nonconforming"
    NOT_CHECKED = "not_checked"
    NOT_APPLICABLE = "not_applicable"


class Verdict(StrEnum):
    """The three verdicts of a procedure: đạt, không đạt, chưa kết luận."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class LimitStatus(StrEnum):
    """Whether a limit may decide. `given` = typed by the caller for this one evaluation."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Vietnamese (printed) and English (shown on request)."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an item: `values[key]` of a finding, or one cell of a row.

    `unit_from` names where the unit is said: by the instrument (`subject.attributes.unit`) or in another item
    (`item:PP03.unit`). `many` = a list of readings.
    """

    key: str
    title: Text
    type: str
    unit: str | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    unit_from: str | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class ProcedureUse:
    """How an item feeds a metrological procedure; parameters and rows as in the served JSON."""

    name: str
    parameters: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at (hạng mục kiểm tra). `when` is None or the served all/any/not/compare JSON."""

    key: str
    text: Text
    type: str
    fields: tuple[Field, ...] = ()
    columns: tuple[Field, ...] = ()
    required: bool = False
    photo: str = "none"
    when: Mapping[str, Any] | None = None
    procedure: ProcedureUse | None = None
    legal_basis: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Items answered together, once per visit, instrument, sample or vehicle."""

    key: str
    per: str
    title: Text
    items: tuple[Item, ...]
    instrument_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """One immutable published version. `sha256` is the fingerprint of its served JSON."""

    code: str
    version: int
    sha256: str
    title: Text
    legal_basis: tuple[str, ...]
    sections: tuple[Section, ...]
    definition: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)

    def item(self, key: str) -> Item | None:
        """Return the item with this key, or None."""
        return next((i for s in self.sections for i in s.items if i.key == key), None)


@dataclass(frozen=True, slots=True)
class LimitTable:
    """Allowances by size. `steps` are (bound, allowance), bounds rising; None = without end.

    `up_to`: the first step whose bound is not below the size. `from`: the last step whose bound is
    not above it. `linear`: straight lines between the points, through zero below the first; above the
    last, `beyond_percent` of the size, in the unit of the allowance. A size not above `above` has no step.
    """

    kind: str
    by: str
    by_unit: str
    steps: tuple[tuple[Decimal | None, Decimal], ...]
    beyond_percent: Decimal | None = None
    above: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One dated, sourced limit row (giới hạn sai số). `value` in `unit`, both sides of zero alike.

    None as value = read in `table`, or not known yet. `lower` = the allowance below zero where it differs.
    `floor` = the least allowance in `floor_unit`: the limit is max(value, floor).
    """

    id: str
    procedure: str
    context: str
    value: Decimal | None
    unit: str
    source: str
    edition: str
    valid_from: date
    valid_to: date | None
    status: LimitStatus
    reviewed_by: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    reviewed_on: date | None = None
    lower: Decimal | None = None
    floor: Decimal | None = None
    floor_unit: str | None = None
    table: LimitTable | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """One legal document (văn bản) and when it is cited. A date that was not read is None.

    `domains` are checklist codes and subjects. `replaced_by` and `amended_by` are ids of other rows. `issued_on` = the
    day of signing: nothing is in force before it.
    """

    id: str
    number: str
    title: str
    domains: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    status: LimitStatus
    source: str
    replaced_by: str | None = None
    amended_by: tuple[str, ...] = ()
    note: str | None = None
    issued_on: date | None = None
    reviewed_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """How long a verification holds (chu kỳ kiểm định), in calendar months; None = not read.

    `kind` tells instruments of one type apart that have different cycles; None = all of them.
    """

    id: str
    instrument_type: str
    kind: str | None
    title: str
    months: int | None
    source: str
    edition: str
    valid_from: date | None
    valid_to: date | None
    status: LimitStatus
    note: str | None = None
    reviewed_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """What people do wrong (hành vi), whatever decree names it. `items` = item keys by checklist code that find it."""

    id: str
    title: str
    items: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Amount:
    """One frame of a fine in đồng, as read: `when` names the case, `whom` = `individual`, `organisation` or not said."""

    least: int
    most: int
    whom: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Penalty:
    """Where a decree names violations (điều khoản xử phạt). `law` is the id of a Law; None as article = not read.

    `doubled_for_organisations` carries its own mark. Amounts orient the office: nothing computes or prints a fine.
    """

    id: str
    violations: tuple[str, ...]
    law: str
    article: str | None
    what: str
    amounts: tuple[Amount, ...]
    doubled_for_organisations: bool | None
    doubled_status: LimitStatus | None
    source: str
    valid_from: date | None
    valid_to: date | None
    status: LimitStatus
    note: str | None = None
    reviewed_by: str | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Which form (mẫu) a document prescribes for a paper of ours in these domains. `law` is the id of a Law."""

    id: str
    paper: str
    domains: tuple[str, ...]
    law: str
    code: str
    title: str
    source: str
    valid_from: date | None
    valid_to: date | None
    status: LimitStatus
    note: str | None = None
    reviewed_by: str | None = None
    reviewed_on: date | None = None
