"""Stickers and seals of a verification team on the wire: what a tablet asks for, what it gives back."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.fields import Choice, Envelope, Id, ListOf, Named, Whole

MAX_COUNT = 500
MAX_RANGES = 500
MAX_NUMBER = 999_999_999_999


def _range() -> Named:
    return Named({"first": Whole(0, MAX_NUMBER), "last": Whole(0, MAX_NUMBER)}, needed=("first", "last"))


class MarkLeaseRequestSchema(Envelope):
    """How many stickers (or seals) of which organisation."""

    organisation_id = Id(required=True)
    kind = Choice("sticker", "seal", required=True)
    count = Whole(1, MAX_COUNT, required=True)


class MarkRangeSchema(Schema):
    """Running numbers, both ends included."""

    first = fields.Integer(required=True)
    last = fields.Integer(required=True)


class MarkLeaseSchema(Schema):
    """A range of a roll that one device holds, as the document `mark_lease` says it."""

    id = fields.UUID(required=True)
    batch_id = fields.UUID(required=True)
    organisation_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    prefix = fields.String(required=True)
    digits = fields.Integer(required=True)
    first = fields.Integer(required=True)
    last = fields.Integer(required=True)
    device_id = fields.UUID(required=True)
    granted_at = fields.AwareDateTime(required=True)
    returned = fields.List(fields.Nested(MarkRangeSchema), required=True)
    written_off = fields.List(fields.Nested(MarkRangeSchema), required=True)
    returned_at = fields.AwareDateTime(required=True, allow_none=True)


class MarkReturnRequestSchema(Envelope):
    """Which ones the tablet's holder hands back; only the tablet knows of marks not yet sent."""

    ranges = ListOf(_range(), most=MAX_RANGES, required=True)


class MarkReturnSchema(Schema):
    """The running numbers that came back with this call."""

    id = fields.UUID(required=True)
    returned = fields.List(fields.Integer(), required=True)
