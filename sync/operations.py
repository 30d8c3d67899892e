"""One operation as a tablet sent it: strict reading, its digest, and the normal form of its text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync.feed import canonical, written
from sync.ids import is_uuid
from sync.kinds import KINDS, SERVER_KINDS
from sync.refusals import Refusal

MAX_BYTES = 64 * 1024
MAX_MINUTES_BYTES = 256 * 1024
MAX_TEXT_BYTES = 16 * 1024
MAX_DEPTH = 32
# JavaScript keeps whole numbers exactly up to here.
MAX_INTEGER = 2**53 - 1
MAX_NAME = 200
# C0 and C1 controls but tab and line ends: NUL cannot be stored by PostgreSQL, the others cannot be printed.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Operation:
    """One immutable operation of an outbox. `raw` is what came, `digest` its identity, `set` and `base` what it says."""

    op_id: str
    device_seq: int
    group: str | None
    kind: str
    id: str
    parent: str | None
    type: str
    scope: str
    base_rev: int | None
    set: dict[str, Any]
    base: dict[str, Any]
    checklist: dict[str, Any] | None
    at: str | None
    clock: dict[str, Any] | None
    raw: dict[str, Any]
    digest: str


def digest(raw: Any) -> str:
    """SHA-256 of the operation's sorted-key JSON as received. Never raises, whatever came."""
    try:
        text = written(raw) if type(raw) is dict else canonical(raw)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    except (RecursionError, TypeError, ValueError):
        return _digest_without_recursion(raw)


def _digest_without_recursion(raw: Any) -> str:
    """Hash a value too deep for the JSON writer by walking it with a stack of our own."""
    found = hashlib.sha256(b"deep:")
    stack: list[Any] = [raw]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            found.update(f"{{{len(value)}".encode())
            for key in sorted(value, key=str):
                stack += [value[key], str(key)]
        elif isinstance(value, list | tuple):
            found.update(f"[{len(value)}".encode())
            stack += reversed(value)
        else:
            found.update(f"{type(value).__name__}:{value};".encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def op_id_of(raw: Any) -> str | None:
    """Read the op_id of whatever came, None where it cannot be read."""
    found = raw.get("op_id") if isinstance(raw, dict) else None
    return found if is_uuid(found) else None


def device_seq_of(raw: Any) -> int | None:
    """Read the device_seq of whatever came, None where it cannot be read."""
    found = raw.get("device_seq") if isinstance(raw, dict) else None
    return found if type(found) is int and 0 < found <= MAX_INTEGER else None


def group_of(raw: Any) -> str | None:
    """Read the group of whatever came, None where there is none."""
    found = raw.get("group") if isinstance(raw, dict) else None
    return found if isinstance(found, str) and found else None


def parse(raw: Any, known_digest: str | None = None) -> Operation:
    """Read one operation strictly; refuses (never with another exception) what the protocol does not allow."""
    if not isinstance(raw, dict):
        raise Refusal("malformed", "Thao tác phải là một đối tượng JSON.")
    kind = _name(raw, "kind")
    _refuse_bad_values(raw, kind)
    parent = None if raw.get("parent") is None else _id(raw, "parent")
    device_seq = device_seq_of(raw)
    if device_seq is None:
        raise Refusal("malformed", "Thiếu số thứ tự thao tác (device_seq) hoặc số không hợp lệ.")
    base_rev = raw.get("base_rev")
    if not (base_rev is None or (type(base_rev) is int and base_rev >= 0)):
        raise Refusal("malformed", "base_rev phải là số nguyên không âm.")
    return Operation(
        op_id=_id(raw, "op_id"), device_seq=device_seq, group=_optional(raw, "group", str), kind=kind, id=_id(raw, "id"), parent=parent,
        type=_name(raw, "type"), scope=_name(raw, "scope"), base_rev=base_rev,
        set=_optional(raw, "set", dict) or {}, base=_optional(raw, "base", dict) or {},
        checklist=_optional(raw, "checklist", dict), at=_optional(raw, "at", str), clock=_optional(raw, "clock", dict),
        raw=raw, digest=known_digest or digest(raw),
    )  # fmt: skip


def _id(raw: Mapping[str, Any], field: str) -> str:
    found = raw.get(field)
    if not is_uuid(found):
        raise Refusal("bad_id", f"Trường “{field}” phải là UUID chữ thường.")
    return found


def _name(raw: Mapping[str, Any], field: str) -> str:
    found = raw.get(field)
    if not isinstance(found, str) or not 0 < len(found) <= MAX_NAME:
        raise Refusal("malformed", f"Thiếu trường “{field}” hoặc trường không hợp lệ.")
    return found


def _optional(raw: Mapping[str, Any], field: str, kind: type) -> Any:
    found = raw.get(field)
    if found is not None and not isinstance(found, kind):
        raise Refusal("malformed", f"Trường “{field}” không đúng kiểu.")
    return found


def _refuse_bad_values(raw: dict[str, Any], kind: str) -> None:
    """Walk the whole operation once, level by level: sizes, depth, text, numbers (protocol "Shapes", "Sizes")."""
    limit = left = MAX_MINUTES_BYTES if kind == "minutes" else MAX_BYTES
    sealed = _sealed_texts(raw, kind)
    level: list[Any] = [raw]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for container in level:
            values = container
            if type(container) is dict:
                left -= _size_of_names(container)
                values = container.values()
            for value in values:
                if type(value) is str:
                    left -= _size_of_text(value, sealed)
                elif type(value) is dict or type(value) is list:
                    below.append(value)
                elif value is not None and value is not True and value is not False:
                    _refuse_bad_number(value)
            left -= 2 + 4 * len(container)
        if left < 0:
            raise Refusal("too_large", f"Thao tác lớn hơn {limit // 1024} KB.")
        level = below
    if level:
        raise Refusal("too_deep")


def _sealed_texts(raw: Mapping[str, Any], kind: str) -> list[str]:
    """Return the texts that are signed as they are, and so may be longer than others."""
    fields = raw.get("set")
    if kind not in KINDS or not isinstance(fields, dict):
        return []
    return [fields[name] for name in KINDS[kind].texts if isinstance(fields.get(name), str)]


def _refuse_bad_number(value: Any) -> None:
    """Refuse floats (measured values are strings) and integers that JavaScript loses."""
    if isinstance(value, float):
        raise Refusal("float_number")
    if not isinstance(value, int):
        raise Refusal("malformed")
    if abs(value) > MAX_INTEGER:
        raise Refusal("bad_number")


def _size_of_names(container: Mapping[Any, Any]) -> int:
    try:
        names = "".join(container)
    except TypeError:
        raise Refusal("malformed", "Tên trường không hợp lệ.") from None
    if len(names) > MAX_NAME and any(len(name) > MAX_NAME for name in container):
        raise Refusal("malformed", "Tên trường không hợp lệ.")
    if names.isascii() and names.isprintable():
        return len(names)
    if _CONTROL.search(names):
        raise Refusal("bad_text")
    return len(names.encode())


def _size_of_text(text: str, sealed: list[str]) -> int:
    """Return the bytes of a text; refuses control characters, and more than 16 KB but for sealed text."""
    size = len(text)
    if not text.isascii() or not text.isprintable():
        if _CONTROL.search(text):
            raise Refusal("bad_text")
        size = len(text.encode())
    if size > MAX_TEXT_BYTES and not any(text is own for own in sealed):
        raise Refusal("too_large", "Một trường văn bản dài quá 16 KB.")
    return size


def writable(operation: Operation) -> None:
    """Refuse kinds that a tablet may not write and operations that its kind does not take."""
    kind = KINDS.get(operation.kind)
    if kind is None:
        raise Refusal("server_kind" if operation.kind in SERVER_KINDS else "unknown_kind")
    if operation.type not in kind.types:
        raise Refusal("bad_type")


def normalise(operation: Operation) -> Operation:
    """Return the operation with its text in Unicode NFC, but for text that is sealed byte for byte."""
    if _is_normal(operation.set) and _is_normal(operation.base):
        return operation
    exact = KINDS[operation.kind].texts if operation.kind in KINDS else frozenset[str]()
    return replace(
        operation,
        set={_nfc(name): value if name in exact else _normal(value) for name, value in operation.set.items()},
        base={_nfc(name): value if name in exact else _normal(value) for name, value in operation.base.items()},
    )


def _is_normal(value: Any) -> bool:
    """Say whether all text in a value is in NFC already, as almost all of it is."""
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return unicodedata.is_normalized("NFC", "\n".join(value)) and all(map(_is_normal, value.values()))
    return all(map(_is_normal, value)) if isinstance(value, list) else True


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return _nfc(value)
    if isinstance(value, dict):
        return {_nfc(name): _normal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return value
