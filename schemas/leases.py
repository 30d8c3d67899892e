"""Leases of minutes numbers on the wire."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields

from schemas.fields import Envelope, Strict, Whole


class SeriesName(Strict):
    """The name of a series."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 40}

    def check(self, value: Any) -> None:
        """Refuse other types, nothing, more than 40 characters and what cannot be printed."""
        if not isinstance(value, str) or not 0 < len(value) <= 40 or not value.isprintable():
            raise ValidationError("Cần tên sổ, tối đa 40 ký tự.")


class LeaseRequestSchema(Envelope):
    """What a tablet asks for."""

    series = SeriesName(required=True)
    year = Whole(2000, 2100, required=True)
    count = Whole(1, 200, required=True)


class LeaseSchema(Schema):
    """A range that one device may use."""

    id = fields.UUID(required=True)
    series = fields.String(required=True)
    symbol = fields.String(required=True)
    year = fields.Integer(required=True)
    from_ = fields.Integer(required=True, data_key="from")
    to = fields.Integer(required=True)
    expires_on = fields.Date(required=True)


class ReturnRequestSchema(Envelope):
    """The first number that the tablet has not used; only it knows of papers not yet sent."""

    first_unused = Whole(1, 10_000_000, allow_none=True)


class ReturnSchema(Schema):
    """The numbers that came back."""

    id = fields.UUID(required=True)
    returned = fields.List(fields.Integer(), required=True)
