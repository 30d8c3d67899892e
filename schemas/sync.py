"""Envelopes of hello, push, pull and receipts. One operation stays loose here: its own check ends in quarantine."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from schemas.fields import Choice, Envelope, Id, Instant, ListOf, Named, Strict, Text, Whole
from schemas.leases import LeaseSchema

MAX_OPS = 500
MAX_ITEMS = 1000
DEFAULT_ITEMS = 500
MAX_DEVICE_SEQ = 2_000_000_000
"""Below 2^31, the column's own limit: sixty years at an operation a second."""
MAX_CURSOR = 256 * 1024
MAX_LEASES = 200
MAX_SERIES = 40
MAX_ROLL_NUMBER = 999_999_999_999
PROTOCOL = 1
OLDEST_PROTOCOL = 1
"""N and N-1 are served; there never was a 0."""
_FREE: dict[str, Any] = {"type": "object", "additionalProperties": True}
_OR_NULL = {"type": ["object", "null"], "additionalProperties": True}
OPERATION: dict[str, Any] = {
    "type": "object",
    "description": "One operation, loosely: anything is taken, and what cannot be applied is quarantined with its reason.",
    "required": ["op_id", "device_seq", "kind", "type", "id", "scope"],
    "properties": {
        "op_id": {"type": "string", "format": "uuid", "description": "UUIDv7 made by the tablet, never reused"},
        "device_seq": {"type": "integer", "minimum": 1, "maximum": MAX_DEVICE_SEQ},
        "group": {"type": ["string", "null"], "description": "Operations that stand or fall together"},
        "kind": {"type": "string"},
        "id": {"type": "string", "format": "uuid"},
        "parent": {"type": ["string", "null"], "format": "uuid"},
        "type": {"type": "string", "description": "create, patch, append, delete, void or resolve"},
        "scope": {"type": "string"},
        "base_rev": {"type": ["integer", "null"], "minimum": 0},
        "set": _FREE,
        "base": _OR_NULL,
        "checklist": _OR_NULL,
        "at": {"type": ["string", "null"], "description": "RFC 3339 with offset: evidence, never order"},
        "clock": _OR_NULL,
    },
    "additionalProperties": True,
}


class AnyOperations(Strict):
    """A list of whatever the tablet sent; each element gets a result of its own."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "array", "maxItems": MAX_OPS, "items": OPERATION}

    def check(self, value: Any) -> None:
        """Refuse anything but a list; its length is judged by the view (413)."""
        if not isinstance(value, list):
            raise ValidationError("Phải là danh sách thao tác.")


class HeldLease(Named):
    """A lease as the tablet has it; every member is needed."""

    def __init__(self) -> None:
        number = Whole(1, MAX_DEVICE_SEQ)
        super().__init__({"id": Id(), "series": Text(), "year": Whole(2000, 2100), "from": number, "to": number})

    def described(self) -> dict[str, Any]:
        """Show the members, all of them required."""
        return {**super().described(), "required": sorted(self.members)}

    def check(self, value: Any) -> None:
        """Refuse a lease with a member missing, too."""
        super().check(value)
        if missing := [name for name in self.members if value.get(name) is None]:
            raise ValidationError(f"Dải số thiếu {', '.join(missing)}.")
        if not 0 < len(value["series"]) <= MAX_SERIES or "\0" in value["series"]:
            raise ValidationError("Tên sổ không hợp lệ.")


class HeldRoll(Named):
    """A range of stickers or seals as the tablet has it, with what it gave back."""

    def __init__(self) -> None:
        number = Whole(0, MAX_ROLL_NUMBER)
        span = Named({"first": number, "last": number}, needed=("first", "last"))
        needed = ("id", "organisation_id", "kind", "prefix", "digits", "first", "last")
        super().__init__(
            {"id": Id(), "organisation_id": Id(), "kind": Choice("sticker", "seal"), "prefix": Text(), "digits": Whole(1, 12),
             "first": number, "last": number, "granted_at": Instant(), "returned": ListOf(span, most=500)},
            needed=needed,
        )  # fmt: skip


class HelloRequestSchema(Envelope):
    """Who calls: the app's build, the protocols it speaks, the lowest device_seq still kept, the leases it holds, what it has not sent."""

    client = Named(
        {"app": Text(), "build": Text(), "protocols": ListOf(Whole(0, 1000), most=20)},
        required=True,
    )
    lowest_device_seq = Whole(1, MAX_DEVICE_SEQ, allow_none=True)
    leases = ListOf(HeldLease(), most=MAX_LEASES, allow_none=True)
    mark_leases = ListOf(HeldRoll(), most=MAX_LEASES, allow_none=True)
    unsent = Named({"operations": Whole(0, MAX_DEVICE_SEQ), "photos": Whole(0, MAX_DEVICE_SEQ)}, allow_none=True)


class PushRequestSchema(Envelope):
    """Operations of one outbox, in order of device_seq."""

    protocol = Whole(0, 1000)
    epoch = Text(allow_none=True)
    ops = AnyOperations(required=True)


class PullRequestSchema(Envelope):
    """Where the tablet stands, null at first, and how many items it wants."""

    protocol = Whole(0, 1000)
    cursor = Text(allow_none=True, metadata={"maxLength": MAX_CURSOR})
    limit = Whole(1, MAX_ITEMS)


class ReceiptsQuerySchema(Envelope):
    """Receipts after this number."""

    after_device_seq = fields.Integer(
        load_default=0,
        validate=validate.Range(0, MAX_DEVICE_SEQ, error="Phải từ {min} đến {max}."),
        error_messages={"invalid": "Phải là số nguyên.", "too_large": "Số quá lớn."},
    )


class PinSchema(Schema):
    """A version and its fingerprint."""

    version = fields.String(required=True)
    sha256 = fields.String(required=True)


class LimitsSchema(Schema):
    """What one request may carry."""

    max_ops = fields.Integer(required=True)
    max_body_bytes = fields.Integer(required=True)
    max_op_bytes = fields.Integer(required=True)
    max_minutes_op_bytes = fields.Integer(required=True)
    max_pull_items = fields.Integer(required=True)
    protocols = fields.List(fields.Integer(), required=True)


class RefusedLeaseSchema(Schema):
    """A reported lease whose numbers the tablet must stop using, and why."""

    id = fields.String(required=True)
    detail = fields.String(required=True)


class HelloSchema(Schema):
    """Everything a tablet needs to know before it syncs."""

    epoch = fields.String(required=True)
    server_time = fields.DateTime(required=True)
    limits = fields.Nested(LimitsSchema, required=True)
    scopes = fields.List(fields.String(), required=True)
    leases = fields.List(fields.Nested(LeaseSchema), required=True)
    refused_leases = fields.List(fields.Nested(RefusedLeaseSchema), required=True)
    refused_mark_leases = fields.List(fields.Nested(RefusedLeaseSchema), required=True)
    rules = fields.Nested(PinSchema, required=True)
    next_device_seq = fields.Integer(required=True)
    durable = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    host = fields.String(required=True)


class ResultSchema(Schema):
    """What became of one operation."""

    op_id = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, metadata={"enum": ["applied", "merged", "held", "quarantined"]})
    replay = fields.Boolean(required=True)
    rev = fields.Integer(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    seq = fields.Integer(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    detail = fields.String(required=True, allow_none=True)
    conflicts = fields.Raw(metadata=_FREE)
    current = fields.Raw(allow_none=True, metadata=_FREE)


class PushSchema(Schema):
    """Exactly one result for each operation, in their order."""

    epoch = fields.String(required=True)
    server_time = fields.DateTime(required=True)
    next_device_seq = fields.Integer(required=True)
    durable = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)


class ItemSchema(Schema):
    """A document's present state, or `gone` from the scope that it was held under."""

    scope = fields.String(required=True)
    seq = fields.Integer(required=True)
    kind = fields.String(required=True)
    id = fields.String(required=True)
    rev = fields.Integer()
    state = fields.Raw(metadata=_FREE)
    gone = fields.String(metadata={"enum": ["moved", "deleted"]})


class PullSchema(Schema):
    """One page of the feed."""

    epoch = fields.String(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)
    revoked = fields.List(fields.String(), required=True)
    cursor = fields.String(required=True)
    more = fields.Boolean(required=True)


class ReceiptSchema(Schema):
    """The stored answer to one operation."""

    device_seq = fields.Integer(required=True)
    op_id = fields.String(required=True)
    digest = fields.String(required=True)
    result = fields.Nested(ResultSchema, required=True)


class ReceiptsSchema(Schema):
    """The server's memory of a device's operations, in order of device_seq."""

    epoch = fields.String(required=True)
    next_device_seq = fields.Integer(required=True)
    receipts = fields.List(fields.Nested(ReceiptSchema), required=True)
    more = fields.Boolean(required=True)
