"""The strict check of one operation's `set`, injected into the batch; what fails it is quarantined with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from schemas.documents import DOCUMENTS
from schemas.fields import Id, Instant, ListOf, MapOf, Strict, Text, Whole
from sync.operations import Operation
from sync.refusals import Refusal

SHOWN = 3
"""More field errors than this in one sentence are not read."""
_FIELDS_CHECKED = frozenset({"create", "patch", "append"})
_AT = Instant(any_year=True)
_CHECKLIST: dict[str, Strict] = {"code": Text(), "version": Whole(1, 2**31 - 1), "sha256": Text()}
_OP_IDS = ListOf(Id())
_FIELD = Text()


def validate(operation: Operation) -> Operation:
    """Return the operation, or refuse (`malformed`) one whose fields are not of their types, naming them in Vietnamese.

    Size, depth, control characters and floats were refused by `sync.operations.parse`. Unknown kinds are not ours.
    """
    errors = _envelope(operation)
    schema = DOCUMENTS.get(operation.kind)
    if schema is not None:
        if operation.type in _FIELDS_CHECKED:
            errors |= schema.errors_in(operation.set, complete=operation.type == "create")
        elif operation.type == "resolve":
            errors |= _resolution(schema.fields, operation.set)
    if errors:
        raise Refusal("malformed", sentence(errors))
    return operation


def sentence(errors: Mapping[Any, Any]) -> str:
    """Say field errors in one Vietnamese sentence each, the first few."""
    lines = [f"“{name}”: {_first(messages)}" for name, messages in errors.items()]
    rest = len(lines) - SHOWN
    return " ".join(lines[:SHOWN]) + (f" (và {rest} lỗi khác)" if rest > 0 else "")


def _first(messages: Any) -> str:
    while isinstance(messages, dict | list) and messages:
        messages = next(iter(messages.values())) if isinstance(messages, dict) else messages[0]
    return str(messages)


def _envelope(operation: Operation) -> dict[str, Any]:
    """Check what stands around `set`. A wrong clock is evidence, so any year passes; an unreadable one does not."""
    errors: dict[str, Any] = {}
    if operation.at is not None:
        _check(errors, "at", _AT, operation.at)
    for name, value in (operation.checklist or {}).items():
        if name in _CHECKLIST and value is not None:
            _check(errors, f"checklist.{name}", _CHECKLIST[name], value)
    return errors


def _resolution(fields: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    _check(errors, "field", _FIELD, said.get("field"))
    _check(errors, "op_ids", _OP_IDS, said.get("op_ids"))
    (name, _, key), value = str(said.get("field")).partition("."), said.get("value")
    field = fields.get(name)
    if key:
        field = field.element if isinstance(field, MapOf) else None
    if value is not None and isinstance(field, Strict):
        _check(errors, "value", field, value)
    return errors


def _check(errors: dict[str, Any], name: str, field: Strict, value: Any) -> None:
    try:
        field.check(value)
    except ValidationError as error:
        errors[name] = error.messages
