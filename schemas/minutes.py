"""Issued minutes on the wire."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields


class MinutesSchema(Schema):
    """`canonical` is the exact text that `cose` (base64url COSE_Sign1) signs."""

    class Meta:
        """Fields not named here may be added."""

        unknown = INCLUDE

    id = fields.UUID(required=True)
    rev = fields.Integer(required=True)
    form = fields.String(required=True)
    series = fields.String(required=True)
    year = fields.Integer(required=True)
    number = fields.Integer(required=True)
    canonical = fields.String(required=True)
    cose = fields.String(required=True)
    issued_at = fields.AwareDateTime(required=True)
    status = fields.String(required=True)
