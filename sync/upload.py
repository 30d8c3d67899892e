"""Decisions of a resumable upload (tus 1.0.0; protocol, "Photos"): what its headers mean, which bytes may be taken."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sync.ids import is_uuid

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "termination", "expiration")
CHECKSUMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
MAX_SIZE = 64 * 1024 * 1024
"""A 100-megapixel phone JPEG stays below; one tablet must not fill the server's disk with one file."""
LIFETIME = timedelta(days=30)
"""Bytes without a record wait 30 days as an upload (protocol, "Photos")."""
ANY_TYPE = "application/octet-stream"

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,49}/[a-z0-9!#$&^_.+-]{1,49}")
_KEY = re.compile(r"[!-+\--~]{1,64}")
"""Visible ASCII without the comma that separates the pairs."""


class Refused(StrEnum):
    """Why an upload's request is refused; each is also the problem's stable code."""

    INVALID = "invalid_request"
    TOO_LARGE = "too_large"
    OFFSET = "offset_mismatch"
    CHECKSUM = "checksum_mismatch"
    GONE = "gone"


class UploadRefused(Exception):
    """A request that leaves the upload as it was. `offset`: where the server stands, when that is the matter."""

    def __init__(self, reason: Refused, detail: str, *, offset: int | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.offset = reason, detail, offset


@dataclass(frozen=True, slots=True)
class Creation:
    """What a tablet announces: whose bytes will come, how many and what they must hash to."""

    photo_id: str
    sha256: str
    filetype: str
    length: int


@dataclass(frozen=True, slots=True)
class Checksum:
    """The digest that one chunk must have."""

    algorithm: str
    digest: bytes
    _hash: hashlib._Hash = field(repr=False, compare=False)

    def update(self, data: bytes) -> None:
        """Hash more of the chunk."""
        self._hash.update(data)

    def check(self) -> None:
        """Refuse the chunk where the bytes given so far are not those announced; nothing of it may then be kept."""
        if self._hash.digest() != self.digest:
            raise UploadRefused(Refused.CHECKSUM, "Đoạn dữ liệu bị hỏng trên đường truyền: hãy gửi lại đoạn này.")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an upload stands."""

    length: int
    offset: int
    state: str
    expires_at: datetime

    @property
    def remaining(self) -> int:
        """Bytes still to come."""
        return self.length - self.offset


def number(text: str) -> int:
    """Read a length or an offset: ASCII digits only, so that `1e3`, `-1` and full-width digits are refused."""
    if not _NUMBER.fullmatch(text):
        raise UploadRefused(Refused.INVALID, "Phải là số nguyên không âm viết bằng chữ số.")
    return int(text)


def read_metadata(text: str) -> dict[str, str]:
    """Read Upload-Metadata: `key base64,key base64`; a key may stand alone. Values are UTF-8."""
    found: dict[str, str] = {}
    for pair in text.split(","):
        key, _, encoded = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise UploadRefused(Refused.INVALID, "Upload-Metadata có khóa trống, lặp hoặc sai.")
        try:
            found[key] = base64.b64decode(encoded.encode("ascii"), validate=True).decode()
        except (binascii.Error, UnicodeError) as error:
            raise UploadRefused(Refused.INVALID, f"Upload-Metadata: giá trị của {key} không phải base64.") from error
    return found


def write_metadata(values: Mapping[str, str]) -> str:
    """Write Upload-Metadata as HEAD gives it back."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def creation(length: int, metadata: Mapping[str, str]) -> Creation:
    """Decide whether an upload may begin. Keys that are not known (a file name) are ignored: content is the key."""
    if length > MAX_SIZE:
        raise UploadRefused(Refused.TOO_LARGE, f"Ảnh không được lớn hơn {MAX_SIZE // 1024 // 1024} MB.")
    photo_id, sha256 = metadata.get("photo_id", "").lower(), metadata.get("sha256", "").lower()
    filetype = metadata.get("filetype", "").lower() or ANY_TYPE
    if not is_uuid(photo_id):
        raise UploadRefused(Refused.INVALID, "Upload-Metadata thiếu photo_id (UUID của ảnh).")
    if not _SHA256.fullmatch(sha256):
        raise UploadRefused(Refused.INVALID, "Upload-Metadata thiếu sha256 (64 chữ số thập lục phân).")
    if not _MEDIA_TYPE.fullmatch(filetype):
        raise UploadRefused(Refused.INVALID, "Upload-Metadata: filetype phải có dạng image/jpeg.")
    return Creation(photo_id, sha256, filetype, length)


def read_checksum(text: str) -> Checksum:
    """Read Upload-Checksum: `sha1 base64` or `sha256 base64`."""
    algorithm, _, encoded = text.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise UploadRefused(Refused.INVALID, "Upload-Checksum chỉ nhận sha1 hoặc sha256.")
    hasher = CHECKSUMS[algorithm](usedforsecurity=False)
    try:
        digest = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError) as error:
        raise UploadRefused(Refused.INVALID, "Upload-Checksum không phải base64.") from error
    if len(digest) != hasher.digest_size:
        raise UploadRefused(Refused.INVALID, "Upload-Checksum sai độ dài.")
    return Checksum(algorithm, digest, hasher)


def check_alive(progress: Progress, now: datetime) -> None:
    """Refuse an upload that has ended otherwise than by being complete: it must begin anew."""
    if progress.state == "mismatch":
        raise UploadRefused(Refused.GONE, "Tệp đã nhận không khớp mã băm: hãy gửi lại từ đầu.")
    if progress.state == "terminated":
        raise UploadRefused(Refused.GONE, "Lần gửi này đã bị hủy: hãy gửi lại từ đầu.")
    if progress.state == "expired" or (progress.state == "open" and progress.expires_at <= now):
        raise UploadRefused(Refused.GONE, "Lần gửi này đã quá hạn 30 ngày: hãy gửi lại từ đầu.")


def check_chunk(progress: Progress, offset: int, announced: int | None) -> None:
    """Decide whether a chunk at `offset` may be taken; `announced` is its length where the client said it."""
    if offset != progress.offset:
        detail = f"Máy chủ đang ở byte {progress.offset}, không phải {offset}."
        raise UploadRefused(Refused.OFFSET, detail, offset=progress.offset)
    if announced is not None and announced > progress.remaining:
        raise UploadRefused(Refused.TOO_LARGE, f"Chỉ còn {progress.remaining} byte, đoạn gửi lên có {announced}.")


def outcome(length: int, offset: int, expected_sha256: str, actual_sha256: str | None) -> str:
    """Say what an upload's state becomes: only the right hash of the whole file, read back, makes it complete."""
    if offset < length or actual_sha256 is None:
        return "open"
    return "complete" if actual_sha256 == expected_sha256 else "mismatch"
