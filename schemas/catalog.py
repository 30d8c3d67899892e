"""Checklists and rule sets as served: immutable documents under their version."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields

_FREE: dict[str, Any] = {"type": "object", "additionalProperties": True}


class TextSchema(Schema):
    """The same sentence in both languages."""

    vi = fields.String(required=True)
    en = fields.String(required=True)


class ChecklistEntrySchema(Schema):
    """One published version in the list."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    title = fields.Nested(TextSchema, required=True)
    latest = fields.Boolean(required=True)


class ChecklistsSchema(Schema):
    """Every published version of every checklist."""

    checklists = fields.List(fields.Nested(ChecklistEntrySchema), required=True)


class ChecklistSchema(Schema):
    """One immutable checklist (protocol, "Documents"); sections and items as published."""

    class Meta:
        """Served as published."""

        unknown = INCLUDE

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    title = fields.Nested(TextSchema, required=True)
    legal_basis = fields.List(fields.Raw(), required=True)
    sections = fields.List(fields.Raw(metadata=_FREE), required=True)


class RuleSetSchema(Schema):
    """One immutable rule set: limits and law with sources and status; the other kinds of rows where there are any."""

    class Meta:
        """Served as made."""

        unknown = INCLUDE

    version = fields.String(required=True)
    sha256 = fields.String(required=True)
    limits = fields.List(fields.Raw(metadata=_FREE), required=True)
    law = fields.List(fields.Raw(metadata=_FREE), required=True)
    cycles = fields.List(fields.Raw(metadata=_FREE))
    violations = fields.List(fields.Raw(metadata=_FREE))
    penalties = fields.List(fields.Raw(metadata=_FREE))
    forms = fields.List(fields.Raw(metadata=_FREE))
