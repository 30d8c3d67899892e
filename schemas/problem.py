"""The one shape of an error (RFC 9457)."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields


class ProblemSchema(Schema):
    """`code` is stable; `detail` is a Vietnamese sentence for people. Some codes add fields."""

    class Meta:
        """Problems may carry more than the named fields."""

        unknown = INCLUDE

    type = fields.String(required=True)
    code = fields.String(required=True)
    status = fields.Integer(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(allow_none=True)
