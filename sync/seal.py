"""The seal of minutes: canonical text, its digest, and the COSE_Sign1 that the QR code carries (docs/minutes-qr.md)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any
from uuid import UUID

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.paper_words import short_day

VERSION = 1
KEY_ID_LENGTH = 4
# QR version 10 at level M holds 311 alphanumeric characters; with a host of 24 that leaves 172 bytes of COSE, which a
# series name of 19 bytes and a number below 65,536 just fill ("BB-ĐKT" takes 7).
MAX_SERIES_BYTES = 19
MAX_NUMBER = 65_535
MAX_HOST_LENGTH = 24
MAX_COSE_BYTES = 172
QR_CHARACTERS = 311
# Whole numbers that JavaScript keeps exactly.
_MAX_INTEGER = 2**53 - 1
_MAX_INSTANT = 2**32 - 1
_MAX_DEPTH = 64
_EDDSA = -8
_COSE_SIGN1 = 18
_HOST = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?(?::[0-9]{1,5})?")
_QR_PATH = re.compile(r"(?:https?://[a-z0-9.:-]+)?/m/([a-z2-7]+)", re.IGNORECASE)


class SealError(Exception):
    """A seal that cannot be trusted: `malformed`, `unknown_key` or `bad_signature`; the message is for people."""

    def __init__(self, code: str, message_vi: str) -> None:
        super().__init__(message_vi)
        self.code = code
        self.message_vi = message_vi


class CanonicalError(ValueError):
    """A document that has no canonical text; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the QR code says: which minutes, when (epoch seconds), whose site, the digest of what is printed. No person.

    `key_id` is not signed over: `seal` writes the signer's own.
    """

    version: int = VERSION
    series: str
    year: int
    number: int
    issued_at: int
    sha256: bytes
    establishment: str
    key_id: bytes = b""


class Outcome(StrEnum):
    """What an offline verifier may conclude from a seal and the published key list."""

    VALID = "valid"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    SUPERSEDED = "superseded"
    VOID = "void"
    CONFLICTING = "conflicting"


class KeysFileError(ValueError):
    """A key list that cannot be read; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """The outcome in one word, in one Vietnamese sentence, and the claims where they could be read."""

    outcome: Outcome
    message_vi: str
    claims: Claims | None = None
    keys_issued_on: str | None = None


def canonical_text(doc: Mapping[str, Any]) -> str:
    """Write a document as the one text that is signed: sorted keys, no spaces, UTF-8 NFC, measured values as strings.

    Refuses floats (they have no single spelling), integers beyond 2**53, lone surrogates and keys that NFC merges.
    Keys are sorted by UTF-16 unit, so that JavaScript's own sort gives the same text.
    """
    text = json.dumps(_canonical(doc, "$", 0), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CanonicalError(f"Văn bản có ký tự không hợp lệ (vị trí {error.start}).") from None
    return text


def _canonical(value: Any, path: str, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise CanonicalError(f"{path}: lồng quá {_MAX_DEPTH} tầng.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int):
        if abs(value) > _MAX_INTEGER:
            raise CanonicalError(f"{path}: số nguyên quá lớn.")
        return int(value)
    if isinstance(value, Mapping):
        return _canonical_map(value, path, depth)
    if isinstance(value, list | tuple):
        return [_canonical(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise CanonicalError(f"{path}: kiểu {type(value).__name__} không được phép; số đo phải là chuỗi thập phân.")


def _canonical_map(value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise CanonicalError(f"{path}: khóa {key!r} không phải chuỗi.")
        name = unicodedata.normalize("NFC", key)
        if name in named:
            raise CanonicalError(f"{path}: khóa {name!r} lặp lại.")
        named[name] = _canonical(item, f"{path}.{name}", depth + 1)
    return {name: named[name] for name in sorted(named, key=lambda name: name.encode("utf-16-be", "surrogatepass"))}


def digest(canonical: str) -> bytes:
    """Hash a canonical text: SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(canonical.encode()).digest()


def key_id(public_key: bytes) -> bytes:
    """Name a raw Ed25519 public key: the first four bytes of its SHA-256."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_LENGTH]


def seal(claims: Claims, private_key: Ed25519PrivateKey) -> bytes:
    """Sign claims into a tagged COSE_Sign1 (RFC 9052) whose key id is the signer's.

    Refuses (`malformed`) claims that do not fit a version 10 QR code: see MAX_SERIES_BYTES and MAX_NUMBER.
    """
    _check(claims)
    kid = key_id(private_key.public_key().public_bytes_raw())
    protected, payload = _protected(kid), _payload(claims)
    return _envelope(protected, payload, private_key.sign(_to_be_signed(protected, payload)))


def peek(cose: bytes) -> Claims:
    """Read the claims of a seal without trusting them; refuses whatever is not byte for byte our own encoding."""
    return _parse(cose)[0]


def open_sealed(cose: bytes, keys: Mapping[bytes, bytes]) -> Claims:
    """Verify a seal against known public keys (key id -> raw key) and return its claims.

    Raises SealError: `malformed` (also trailing bytes, another header or another spelling of the same CBOR),
    `unknown_key`, `bad_signature`.
    """
    claims, protected, payload, signature = _parse(cose)
    public_key = keys.get(claims.key_id)
    if public_key is None:
        raise SealError("unknown_key", f"Không có khóa công khai {claims.key_id.hex()} trong danh sách.")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _to_be_signed(protected, payload))
    except (InvalidSignature, ValueError):
        raise SealError("bad_signature", "Chữ ký số không đúng: nội dung mã QR đã bị thay đổi.") from None
    return claims


def qr_text(host: str, cose: bytes) -> str:
    """Write what the QR code holds: an upper-case address that any phone camera opens (QR alphanumeric mode)."""
    name = host.upper()
    if not _HOST.fullmatch(name):
        raise SealError("malformed", f"Tên máy chủ {host!r} không đưa được vào mã QR.")
    return f"HTTPS://{name}/M/{base64.b32encode(cose).decode().rstrip('=')}"


def parse_qr(text: str) -> bytes:
    """Return the COSE bytes of a scanned text: a whole address in either case, or its path alone."""
    found = _QR_PATH.fullmatch(text.strip())
    if not found:
        raise SealError("malformed", "Mã QR này không phải của biên bản do hệ thống lập.")
    digits = found[1].upper()
    try:
        cose = base64.b32decode(digits + "=" * (-len(digits) % 8))
    except binascii.Error:
        raise SealError("malformed", "Mã QR bị thiếu hoặc sai ký tự.") from None
    if base64.b32encode(cose).decode().rstrip("=") != digits:
        raise SealError("malformed", "Mã QR bị thiếu hoặc sai ký tự.")
    return cose


def verify_offline(
    qr_or_cose: str | bytes, keys_file: Mapping[str, Any] | str | bytes, canonical: str | None = None
) -> VerificationResult:
    """Judge minutes with nothing but the published key list (`/.well-known/minutes-keys.json`), however old.

    Takes the scanned text or the COSE bytes, and optionally the canonical text to compare with. Never raises for what
    was scanned; raises KeysFileError for a list that cannot be read.
    """
    known = _KeysFile.read(keys_file)
    claims: Claims | None = None
    try:
        cose = parse_qr(qr_or_cose) if isinstance(qr_or_cose, str) else qr_or_cose
        claims = peek(cose)
        claims = open_sealed(cose, known.public_keys())
    except SealError as error:
        outcome = Outcome.UNKNOWN_KEY if error.code == "unknown_key" else Outcome.ALTERED
        return VerificationResult(outcome, error.message_vi, claims, known.issued_on)
    outcome, message = known.judge(claims)
    if canonical is not None and digest(canonical) != claims.sha256:
        outcome, message = Outcome.ALTERED, "Nội dung không khớp với mã QR đã ký."
    return VerificationResult(outcome, message, claims, known.issued_on)


@dataclass(frozen=True, slots=True)
class _KeysFile:
    """The key list: `{issued_on, keys: [{kid, public_key, holder, valid_from, revoked_at}], amended: [], void: []}`.

    Lists name papers as `{series, year, number, sha256}`: a number may stand on two papers. Lists published earlier have
    no `sha256` (any paper of the number is meant) and no `conflicting`.
    """

    issued_on: str
    keys: Mapping[bytes, tuple[bytes, int | None]]
    lists: Mapping[str, frozenset[tuple[str, int, int, bytes | None]]]

    @classmethod
    def read(cls, source: Mapping[str, Any] | str | bytes) -> _KeysFile:
        try:
            doc = source if isinstance(source, Mapping) else json.loads(source)
            keys: dict[bytes, tuple[bytes, int | None]] = {}
            for row in doc["keys"]:
                public_key = base64.urlsafe_b64decode(row["public_key"] + "=" * (-len(row["public_key"]) % 4))
                if key_id(public_key).hex() != row["kid"] or len(public_key) != 32:
                    raise KeysFileError(f"Danh sách khóa có mục sai: khóa {row['kid']} không khớp với mã của nó.")
                revoked = row["revoked_at"]
                keys[bytes.fromhex(row["kid"])] = (public_key, None if revoked is None else _epoch(revoked))
            named = {"amended": doc["amended"], "void": doc["void"], "conflicting": doc.get("conflicting", [])}
            lists = {name: frozenset(_named(row) for row in rows) for name, rows in named.items()}
            return cls(str(doc["issued_on"]), keys, lists)
        except KeysFileError:
            raise
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise KeysFileError(f"Không đọc được danh sách khóa công khai ({error}).") from None

    def public_keys(self) -> dict[bytes, bytes]:
        return {kid: public_key for kid, (public_key, _) in self.keys.items()}

    def judge(self, claims: Claims) -> tuple[Outcome, str]:
        """Say what the list knows of a genuine seal: its key revoked before issue, the paper void, in conflict or amended."""
        name = f"Biên bản số {number_text(claims.number, claims.series)} năm {claims.year}"
        day = short_day(self.issued_on)
        revoked_at = self.keys[claims.key_id][1]
        if revoked_at is not None and claims.issued_at >= revoked_at:
            return Outcome.REVOKED_KEY, f"{name} được ký sau khi khóa của thiết bị bị thu hồi."
        if self._lists("void", claims):
            return Outcome.VOID, f"{name} là thật nhưng đã bị hủy (theo danh sách ngày {day})."
        if self._lists("conflicting", claims):
            return Outcome.CONFLICTING, f"{name} có chữ ký đúng nhưng trùng số, cơ quan đang xem xét (theo danh sách ngày {day})."  # fmt: skip
        if self._lists("amended", claims):
            return Outcome.SUPERSEDED, f"{name} là thật nhưng đã có biên bản bổ sung (theo danh sách ngày {day})."
        return Outcome.VALID, f"{name} là thật, chữ ký đúng (theo danh sách khóa ngày {day})."

    def _lists(self, name: str, claims: Claims) -> bool:
        number = claims.series, claims.year, claims.number
        return bool({(*number, claims.sha256), (*number, None)} & self.lists[name])


def _named(row: Mapping[str, Any]) -> tuple[str, int, int, bytes | None]:
    digest = row.get("sha256")
    return (unicodedata.normalize("NFC", row["series"]), row["year"], row["number"],
            None if digest is None else bytes.fromhex(digest))  # fmt: skip


def _epoch(instant: str) -> int:
    moment = datetime.fromisoformat(instant)
    if moment.tzinfo is None:
        raise ValueError("thời điểm thiếu múi giờ")
    return int(moment.astimezone(UTC).timestamp())


def number_text(number: int, symbol: str) -> str:
    """Write a document number as NĐ 30/2020 does: below ten with a leading zero, a slash, no spaces."""
    return f"{number:02d}/{symbol}"


def _check(claims: Claims) -> None:
    """Refuse claims outside what the format promises; JSON and CBOR of other programs come through here."""
    whole = (claims.version, claims.year, claims.number, claims.issued_at)
    fits = (
        all(type(each) is int for each in whole)  # true and 1.0 equal 1, but are other bytes
        and type(claims.series) is str
        and type(claims.sha256) is bytes
        and claims.version == VERSION
        and 0 < len(claims.series.encode(errors="replace")) <= MAX_SERIES_BYTES
        and claims.series == unicodedata.normalize("NFC", claims.series)
        and claims.series.isprintable()
        and 0 < claims.year <= 9999
        and 0 < claims.number <= MAX_NUMBER
        and 0 < claims.issued_at <= _MAX_INSTANT
        and len(claims.sha256) == hashlib.sha256().digest_size
    )
    if not fits or not _is_uuid(claims.establishment):
        raise SealError("malformed", "Số, ký hiệu hoặc thời điểm của biên bản không hợp lệ.")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _protected(kid: bytes) -> bytes:
    return cbor2.dumps({1: _EDDSA, 4: kid}, canonical=True)


def _payload(claims: Claims) -> bytes:
    return cbor2.dumps(
        {1: claims.version, 2: claims.series, 3: claims.year, 4: claims.number, 5: claims.issued_at,
         6: claims.sha256, 7: UUID(claims.establishment).bytes},
        canonical=True,
    )  # fmt: skip


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def _envelope(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(_COSE_SIGN1, [protected, {}, payload, signature]), canonical=True)


def _parse(cose: bytes) -> tuple[Claims, bytes, bytes, bytes]:
    malformed = SealError("malformed", "Mã QR không đọc được: không đúng cấu trúc của biên bản.")
    if len(cose) > MAX_COSE_BYTES:
        raise malformed
    try:
        envelope = cbor2.load(BytesIO(cose))
        protected, _unprotected, payload, signature = envelope.value
        kid = cbor2.loads(protected)[4]
        if type(kid) is not bytes or type(signature) is not bytes:
            raise malformed  # a text of the right length would come through everything below
        body = cbor2.loads(payload)
        claims = Claims(
            series=body[2], year=body[3], number=body[4], issued_at=body[5], sha256=body[6],
            establishment=str(UUID(bytes=body[7])), version=body[1], key_id=kid,
        )  # fmt: skip
        _check(claims)
        # One spelling only: writing the same claims again must give the same bytes, to the last one.
        canonical = _envelope(_protected(kid), _payload(claims), signature) == cose
    except SealError:
        raise
    except Exception:  # noqa: BLE001 - whatever a hostile CBOR text makes the reader throw means the same
        raise malformed from None
    if not canonical or len(kid) != KEY_ID_LENGTH or len(signature) != 64:
        raise malformed
    return claims, protected, payload, signature
