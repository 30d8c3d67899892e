"""When an item applies: references into a visit, and the all/any/not/compare JSON, evaluated without exceptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

OPERATORS = frozenset({"eq", "ne", "in", "lt", "le", "gt", "ge", "answered"})
# Deeper than any condition a person can read; keeps hostile JSON from exhausting the stack.
MAX_DEPTH = 16
ANSWER = "answer"
VALUE = "value"
_REFERENCE = re.compile(r"subject\.(?P<path>\w+(?:\.\w+)*)|item:(?P<item>[A-Z]+\d+)(?:\.(?P<field>\w+))?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)
# What Decimal.compare may answer for each order.
_SIGNS = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value comes from: `subject.<path>`, `item:<KEY>` (its field `value`) or `item:<KEY>.<field>`.

    `item:<KEY>.answer` is the answer itself. `path` is empty for items, `item` None for the subject.
    """

    item: str | None
    field: str | None
    path: tuple[str, ...] = ()


def parse_reference(text: object) -> Reference | None:
    """Return the reference that a text spells, or None."""
    match = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    if match["path"]:
        return Reference(None, None, tuple(match["path"].split(".")))
    return Reference(match["item"], match["field"])


def resolve(reference: Reference, subject: Mapping[str, Any] | None, findings: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return the value that a reference names, None where nothing was entered. `findings` by item key."""
    if reference.item is None:
        found: Any = subject
        for step in reference.path:
            found = found.get(step) if isinstance(found, Mapping) else None
        return found
    finding = findings.get(reference.item)
    if not isinstance(finding, Mapping):
        return None
    if reference.field == ANSWER:
        return finding.get(ANSWER)
    values = finding.get("values")
    return values.get(reference.field or VALUE) if isinstance(values, Mapping) else None


def is_answered(finding: object) -> bool:
    """Tell whether a finding says anything: an answer, a value or a row that is not empty."""
    if not isinstance(finding, Mapping):
        return False
    return any(_filled(finding.get(part)) for part in (ANSWER, "values", "rows"))


def applies(condition: object, subject: Mapping[str, Any] | None, findings: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether an item is asked. No condition = always.

    Total: a value that is missing, or of the wrong kind, makes its comparison false, and so does a malformed
    condition; nothing raises. Numbers compare as decimals, days as days; a list is equal to what it contains.
    """
    return condition is None or _holds(condition, subject, findings, 0)


def references(condition: object) -> Iterator[str]:
    """Yield the text of every `from` in a condition, well spelt or not."""
    stack = [condition]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, Mapping):
            compare = node.get("compare")
            if isinstance(compare, Mapping) and isinstance(compare.get("from"), str):
                yield compare["from"]
            stack.extend(node[key] for key in ("not", "any", "all") if key in node)


def _holds(
    condition: object, subject: Mapping[str, Any] | None, findings: Mapping[str, Mapping[str, Any]], depth: int
) -> bool:
    if not isinstance(condition, Mapping) or len(condition) != 1 or depth > MAX_DEPTH:
        return False
    ((kind, body),) = condition.items()
    if kind == "compare":
        return isinstance(body, Mapping) and _compares(body, subject, findings)
    if kind == "not":
        return not _holds(body, subject, findings, depth + 1)
    if kind in ("all", "any") and isinstance(body, list):
        return (all if kind == "all" else any)(_holds(each, subject, findings, depth + 1) for each in body)
    return False


def _compares(
    body: Mapping[str, Any], subject: Mapping[str, Any] | None, findings: Mapping[str, Mapping[str, Any]]
) -> bool:
    reference, operator, wanted = parse_reference(body.get("from")), body.get("op"), body.get(VALUE)
    if reference is None or not isinstance(operator, str):
        return False
    if operator == "answered":
        whole = reference.item is not None and reference.field is None
        found = findings.get(str(reference.item)) if whole else resolve(reference, subject, findings)
        return is_answered(found) if whole else _filled(found)
    found = resolve(reference, subject, findings)
    if not _filled(found):
        return False
    return _MEANS[operator](found, wanted) if operator in _MEANS else _ordered(operator, found, wanted)


def _any_equal(found: object, wanted: object) -> bool:
    return any(_equal(each, wanted) for each in (found if isinstance(found, list) else [found]))


def _any_in(found: object, wanted: object) -> bool:
    return isinstance(wanted, list) and any(_any_equal(found, each) for each in wanted)


_MEANS: Mapping[str, Callable[[object, object], bool]] = {
    "eq": _any_equal,
    "ne": lambda found, wanted: not _any_equal(found, wanted),
    "in": _any_in,
}


def _ordered(operator: str, found: object, wanted: object) -> bool:
    left, right = _plain(found), _plain(wanted)
    if left is None or right is None or operator not in _SIGNS:
        return False
    if _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        order = Decimal(left).compare(Decimal(right))
    elif _DATE.fullmatch(left) and _DATE.fullmatch(right):
        order = Decimal((left > right) - (left < right))
    else:
        return False
    return order in _SIGNS[operator]


def _equal(found: object, wanted: object) -> bool:
    left, right = _plain(found), _plain(wanted)
    if left is None or right is None:
        return False
    if _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return Decimal(left) == Decimal(right)
    return left == right


def _plain(value: object) -> str | None:
    """Return a value as the text that it is compared by: attributes may hold true and 3 beside "true" and "3"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**12 else None
    return value if isinstance(value, str) else None


def _filled(value: object, depth: int = 0) -> bool:
    """Tell whether something was entered; rows of lists of readings are the deepest there is."""
    if isinstance(value, Mapping):
        return depth <= MAX_DEPTH and any(_filled(each, depth + 1) for each in value.values())
    if isinstance(value, list):
        return depth <= MAX_DEPTH and any(_filled(each, depth + 1) for each in value)
    return value is not None and value != ""
