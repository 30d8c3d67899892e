"""The headers of a resumable upload (tus 1.0.0) as they come over the wire, and the query of a photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from sync import upload as tus

T = TypeVar("T")
PHOTO_SIZES = (320, 1280)
MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "Thiếu tiêu đề này.",
    "null": "Không được để trống.",
}


class TusNumber(fields.Integer):
    """A length or an offset in ASCII digits."""

    default_error_messages = MESSAGES

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"minimum": 0}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        return _read(tus.number, value)


class TusMetadata(fields.String):
    """`key base64,key base64`."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return _read(tus.read_metadata, value)


class TusChecksum(fields.String):
    """`sha1 base64` or `sha256 base64`."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return _read(tus.read_checksum, value)


class TusSchema(Schema):
    """What every request but OPTIONS carries; the version is checked before anything else (412)."""

    class Meta:
        """Other headers are none of our business."""

        unknown = EXCLUDE

    version = fields.String(data_key="Tus-Resumable", required=True, metadata={"enum": [tus.VERSION]})


class CreationSchema(TusSchema):
    """POST /uploads."""

    length = TusNumber(data_key="Upload-Length", required=True)
    metadata = TusMetadata(data_key="Upload-Metadata", required=True)
    checksum = TusChecksum(data_key="Upload-Checksum")


class ChunkSchema(TusSchema):
    """PATCH /uploads/{id}."""

    offset = TusNumber(data_key="Upload-Offset", required=True)
    checksum = TusChecksum(data_key="Upload-Checksum")


class PhotoQuerySchema(Schema):
    """GET /photos/{id}: the original, or a smaller JPEG."""

    size = fields.Integer(
        validate=validate.OneOf(PHOTO_SIZES, error="Chỉ có cỡ 320 và 1280."),
        error_messages={"invalid": "Chỉ có cỡ 320 và 1280."},
    )


def _read(reader: Callable[[str], T], value: Any) -> T:
    try:
        return reader(str(value))
    except tus.UploadRefused as refused:
        raise ValidationError(refused.detail) from refused
