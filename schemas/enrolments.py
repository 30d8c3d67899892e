"""Enrolment of a tablet on the wire."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields

from schemas.fields import Envelope, Id, Pattern, Strict


class Code(Strict):
    """A one-time code; lower case, spaces and hyphens are a hand's, not an error."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 40}

    def check(self, value: Any) -> None:
        """Refuse what is no short text; whether it is a code is not told here."""
        if not isinstance(value, str) or not 0 < len(value) <= 40 or not value.isascii():
            raise ValidationError("Mã ghi danh gồm 12 chữ và số.")


class TabletName(Strict):
    """What people call the tablet."""

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 100}

    def check(self, value: Any) -> None:
        """Refuse other types, nothing, and more than 100 characters."""
        if not isinstance(value, str) or not value.strip() or len(value) > 100:
            raise ValidationError("Cần tên máy tính bảng, tối đa 100 ký tự.")


class EnrolmentRequestSchema(Envelope):
    """A code, the tablet's name, and its public key: raw 32 bytes of Ed25519, base64url without padding.

    Enrolling again: `proof` that the key is at hand (docs/protocol.md, "Enrolment"), and `user_id`, whose data the tablet holds.
    """

    code = Code(required=True)
    tablet_name = TabletName(required=True)
    public_key = Pattern(
        re.compile(r"[A-Za-z0-9_-]{43}"),
        "Khóa công khai phải là 32 byte, mã hóa base64url không có dấu “=” (43 ký tự).",
        required=True,
    )
    proof = Pattern(
        re.compile(r"[A-Za-z0-9_-]{86}"), "Chữ ký phải là 64 byte, mã hóa base64url không có dấu “=”.", allow_none=True
    )
    user_id = Id(allow_none=True)


class DeviceSchema(Schema):
    """One inspector on one tablet."""

    id = fields.UUID(required=True)
    tablet_name = fields.String(required=True)
    enrolled_at = fields.AwareDateTime(required=True)
    next_device_seq = fields.Integer(required=True)
    kid = fields.String(required=True, metadata={"description": "Key id in the QR: hex of SHA-256(public key)[:4]"})


class UserSchema(Schema):
    """Whose tablet it is."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    title = fields.String(required=True)
    role = fields.String(required=True)


class AgencySchema(Schema):
    """The organisation that the inspector works for, as papers head it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    parent_name = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    letterhead = fields.List(fields.String(), allow_none=True)


class EnrolmentSchema(Schema):
    """The new device. Both tokens are told only here; `upload_token` may only push and upload."""

    device = fields.Nested(DeviceSchema, required=True)
    token = fields.String(required=True)
    upload_token = fields.String(required=True)
    user = fields.Nested(UserSchema, required=True)
    agency = fields.Nested(AgencySchema, required=True, allow_none=True)
