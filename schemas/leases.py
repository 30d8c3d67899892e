"""Leases of minutes numbers on the wire."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields

from schemas.fields import Envelope, Strict, Whole

MAX_REASON = 300


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


class VoidReason(Strict):
    """Why a sheet is worth nothing, as it will stand in the register."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 300}

    def check(self, value: Any) -> None:
        """Refuse other types, nothing but blanks, and more than 300 characters."""
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_REASON:
            raise ValidationError("Cần lý do, tối đa 300 ký tự.")


class VoidRequestSchema(Envelope):
    """A number whose pre-printed sheet was spoiled."""

    number = Whole(1, 65_535, required=True)
    reason = VoidReason(required=True)


class VoidSchema(Schema):
    """The number that was crossed out."""

    id = fields.UUID(required=True)
    voided = fields.Integer(required=True)
