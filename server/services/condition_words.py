"""When an item is asked, in a Vietnamese sentence made from its all/any/not/compare JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklists.conditions import ANSWER, VALUE, parse_reference
from checklists.model import Checklist, Field
from server.services import wording
from sync.paper_words import ANSWERS, INSTRUMENTS, short_day

_OPERATORS = {
    "eq": "là",
    "ne": "không phải là",
    "in": "là một trong",
    "lt": "nhỏ hơn",
    "le": "không lớn hơn",
    "gt": "lớn hơn",
    "ge": "không nhỏ hơn",
}
_FLAGS = {"true": "có", "false": "không"}


def words(condition: Mapping[str, Any], checklist: Checklist) -> str:
    """Say a condition that lint accepted, with the texts of its checklist."""
    ((kind, body),) = condition.items()
    if kind == "compare":
        return _comparison(body, checklist)
    if kind == "not":
        return f"không phải trường hợp {_nested(body, checklist)}"
    if len(body) == 1:
        return words(body[0], checklist)
    return (" và " if kind == "all" else " hoặc ").join(_nested(each, checklist) for each in body)


def _nested(condition: Mapping[str, Any], checklist: Checklist) -> str:
    """Say a condition inside another one: in brackets where it joins several."""
    ((kind, body),) = condition.items()
    said = words(condition, checklist)
    return f"({said})" if kind in ("all", "any") and len(body) > 1 else said


def _comparison(compare: Mapping[str, Any], checklist: Checklist) -> str:
    reference, wanted = parse_reference(compare["from"]), compare.get(VALUE)
    if reference is None:
        return str(compare["from"])
    if reference.item is None:
        path = ".".join(reference.path)
        kinds = INSTRUMENTS if path == "type" else _FLAGS
        said = "loại phương tiện" if path == "type" else wording.ATTRIBUTES.get(reference.path[-1], path)
        return _sentence(said, compare["op"], wanted, kinds, None)
    item = checklist.item(reference.item)
    fields = {field.key: field for field in item.fields} if item is not None else {}
    field = fields.get(reference.field or VALUE)
    if reference.field == ANSWER:
        return _sentence(f"kết luận của {reference.item}", compare["op"], wanted, ANSWERS, None)
    said = reference.item if field is None else f"{reference.item} (“{field.title.vi}”)"
    titles = {key: title.vi for key, title in field.choices} if field is not None else {}
    return _sentence(said, compare["op"], wanted, titles, field)


def _sentence(said: str, operator: str, wanted: Any, titles: Mapping[str, str], field: Field | None) -> str:
    if operator == "answered":
        return f"{said} đã được ghi"
    values = wanted if isinstance(wanted, list) else [wanted]
    unit = f" {field.unit}" if field is not None and field.unit else ""
    told = [f"“{titles[str(each)]}”" if str(each) in titles else f"{_plain(each, field)}{unit}" for each in values]
    return f"{said} {_OPERATORS[operator]} {', '.join(told)}"


def _plain(value: Any, field: Field | None) -> str:
    if field is not None and field.type == "date":
        return short_day(value)
    return str(value).replace(".", ",") if field is not None and field.type == "number" else f"“{value}”"
