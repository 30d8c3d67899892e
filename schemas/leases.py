"""Leases of minutes numbers on the wire."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class LeaseRequestSchema(Schema):
    """What a tablet asks for."""

    series = fields.String(required=True, validate=validate.Length(1, 40))
    year = fields.Integer(required=True, strict=True, validate=validate.Range(2000, 2100))
    count = fields.Integer(required=True, strict=True, validate=validate.Range(1, 200))


class LeaseSchema(Schema):
    """A range that one device may use."""

    id = fields.UUID(required=True)
    series = fields.String(required=True)
    symbol = fields.String(required=True)
    year = fields.Integer(required=True)
    from_ = fields.Integer(required=True, data_key="from")
    to = fields.Integer(required=True)
    expires_on = fields.Date(required=True)


class ReturnRequestSchema(Schema):
    """The first number that the tablet has not used; only it knows of papers not yet sent."""

    first_unused = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, 10_000_000))


class ReturnSchema(Schema):
    """The numbers that came back."""

    id = fields.UUID(required=True)
    returned = fields.List(fields.Integer(), required=True)
