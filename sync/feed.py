"""Changes, journal entries and their chain, feed items, cursors, and rebuilding documents from the journal."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

NO_HASH = "0" * 64
MAX_CURSOR_BYTES = 256 * 1024
GONE = "gone"
MAX_DIGITS = 4000
"""Python refuses to read longer integers at all (4300), and with them the whole batch."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one accepted operation (or the server itself, `device` None) did to one document.

    `state` is the complete new state, None = deleted. `old_scope` is set when the document moved. `taken` is what was
    taken of the operation's `set`, `lost` what lost. `digest` is that of the operation as received (I2).
    """

    op_id: str | None
    kind: str
    id: str
    parent: str | None
    scope: str
    old_scope: str | None
    type: str
    taken: dict[str, Any]
    lost: dict[str, Any]
    state: dict[str, Any] | None
    rev: int
    actor: str
    device: str | None
    at: str | None
    clock: dict[str, Any] | None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the journals of all scopes add up to: documents by (kind, id), feed items by (scope, kind, id)."""

    documents: dict[tuple[str, str], dict[str, Any]]
    feed: dict[tuple[str, str, str], str]


class JournalBroken(Exception):
    """The first entry of a scope's chain that is not what was written."""

    def __init__(self, scope: str, seq: int, reason: str) -> None:
        super().__init__(f"{scope} #{seq}: {reason}")
        self.scope, self.seq, self.reason = scope, seq, reason


class CursorError(ValueError):
    """A cursor that this server did not make."""


canonical: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""Write sorted-key JSON without spaces: the bytes that are hashed. Made once: every operation is written thrice."""


class Boundless(float):
    """NaN or an infinity, which some JSON readers take and some writers make null of: `written` leaves it to `canonical`."""


_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_FRACTION = re.compile(rb"[:,\[]-?[0-9]+[.e][0-9e.+-]+[,\]}]")


def any_json(text: str | bytes) -> Any:
    """Read JSON that only some readers take, too: NaN, numbers without end, half a surrogate. Raises ValueError, RecursionError."""
    return json.loads(text, parse_int=_integer, parse_float=_fraction, parse_constant=Boundless)


def _integer(digits: str) -> int | float:
    """Read an integer; one without end becomes infinity, which its operation is quarantined for."""
    return int(digits) if len(digits) <= MAX_DIGITS else Boundless(digits)


def _fraction(text: str) -> float:
    found = float(text)
    return found if math.isfinite(found) else Boundless(found)


def written(value: dict[str, Any]) -> str:
    """Write what `canonical` writes at a third of its cost; NaN and infinities have to be Boundless, or become null.

    Fractions, which the two writers spell differently, are looked for in what was written: none are expected.
    """
    try:
        data = orjson.dumps(value, option=_SORTED)
    except TypeError:  # half a surrogate, an integer beyond 64 bits, a number without end
        return canonical(value)
    return canonical(value) if _FRACTION.search(data) else data.decode()


def identical(one: Any, other: Any) -> bool:
    """Say whether two JSON values are written the same: Python finds 1, 1.0 and True equal, JSON does not."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if type(one) is dict:
        return one.keys() == other.keys() and all(identical(value, other[name]) for name, value in one.items())
    if type(one) is list:
        return len(one) == len(other) and all(map(identical, one, other))
    return bool(one == other)


def entry_of(change: Change, seq: int, received_at: datetime, prev: str) -> tuple[str, str]:
    """Return the journal entry's canonical JSON and its hash, SHA-256(prev + canonical entry).

    The state is kept beside what was taken, so that documents can be rebuilt without repeating merges; a field whose
    value is the one taken is only named in `same` (minutes would stand there twice).
    """
    state = change.state
    taken = change.taken
    repeated = [] if state is None else [n for n, v in state.items() if n in taken and identical(v, taken[n])]
    rest = None if state is None else {n: v for n, v in state.items() if n not in repeated}
    entry = written(
        {
            "scope": change.scope, "seq": seq, "op_id": change.op_id, "kind": change.kind, "id": change.id,
            "parent": change.parent, "old_scope": change.old_scope, "type": change.type, "set": taken,
            "lost": change.lost, "state": rest, "same": sorted(repeated), "rev": change.rev, "actor": change.actor,
            "device": change.device, "at": change.at, "clock": change.clock, "digest": change.digest,
            "received_at": received_at.isoformat(), "prev": prev,
        }
    )  # fmt: skip
    return entry, chain_hash(prev, entry)


def state_of(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the complete state that a journal entry left behind, None = deleted (or gone from this scope)."""
    if entry["state"] is None:
        return None
    return {**entry["state"], **{name: entry["set"][name] for name in entry["same"]}}


def chain_hash(prev: str, entry: str) -> str:
    """Return SHA-256(prev + canonical entry) in hex."""
    return hashlib.sha256((prev + entry).encode("utf-8", "surrogatepass")).hexdigest()


def item_json(scope: str, seq: int, kind: str, id: str, rev: int, state: Mapping[str, Any]) -> str:
    """Write the pull item of a living document."""
    return written({"scope": scope, "seq": seq, "kind": kind, "id": id, "rev": rev, "state": state})


def gone_json(scope: str, seq: int, kind: str, id: str, reason: str) -> str:
    """Write the pull item that tells a tablet to drop a document held under this scope: `moved` or `deleted`."""
    return canonical({"scope": scope, "seq": seq, "kind": kind, "id": id, "gone": reason})


def verify_chain(scope: str, rows: Iterable[tuple[int, str, str]], head: str | None = None) -> Iterable[dict[str, Any]]:
    """Walk one scope's journal (seq, entry, hash in order of seq) and yield its entries; raises JournalBroken at the
    first one that is missing, changed or out of the chain. `head` is the hash that the scope row remembers."""
    prev, expected = NO_HASH, 1
    for seq, text, hash_hex in rows:
        if seq != expected:
            raise JournalBroken(scope, expected, "thiếu bản ghi")
        if chain_hash(prev, text) != hash_hex:
            raise JournalBroken(scope, seq, "nội dung không khớp với mã băm")
        try:
            entry = json.loads(text)
            whole = entry["prev"] == prev and entry["scope"] == scope and entry["seq"] == seq
        except (ValueError, LookupError, TypeError):
            raise JournalBroken(scope, seq, "không đọc được bản ghi") from None
        if not whole or canonical(entry) != text:
            raise JournalBroken(scope, seq, "bản ghi không đúng chỗ trong chuỗi")
        yield entry
        prev, expected = hash_hex, expected + 1
    if head is not None and head != prev:
        raise JournalBroken(scope, expected, "thiếu bản ghi cuối: mã băm đầu chuỗi không khớp")


def rebuild(entries: Iterable[Mapping[str, Any]]) -> Rebuilt:
    """Rebuild documents and feed from the entries of all scopes (each scope's in order of seq, scopes in any order).

    A document's present state is that of its highest revision; `gone` entries speak of a scope, not of the document,
    so that a deleted one that was moved does not come back.
    """
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    feed: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        scope, seq, kind, id = entry["scope"], entry["seq"], entry["kind"], entry["id"]
        if entry["type"] == GONE:
            feed[scope, kind, id] = gone_json(scope, seq, kind, id, "moved")
            continue
        state = state_of(entry)
        if state is None:
            feed[scope, kind, id] = gone_json(scope, seq, kind, id, "deleted")
        else:
            feed[scope, kind, id] = item_json(scope, seq, kind, id, entry["rev"], state)
        known = documents.get((kind, id))
        if known is None or entry["rev"] >= known["rev"]:
            documents[kind, id] = {"kind": kind, "id": id, "scope": scope, "parent": entry["parent"], "rev": entry["rev"],
                                   "deleted": state is None, "state": state or {}}  # fmt: skip
    return Rebuilt(documents, feed)


def encode_cursor(epoch: str, positions: Mapping[str, int]) -> str:
    """Write where a tablet stands in every scope as an opaque text; it carries the epoch."""
    return base64.urlsafe_b64encode(canonical([1, epoch, dict(positions)]).encode()).rstrip(b"=").decode()


def decode_cursor(text: str) -> tuple[str, dict[str, int]]:
    """Read a cursor as (epoch, {scope: seq}); refuses (CursorError) what this server did not write."""
    if len(text) > MAX_CURSOR_BYTES:
        raise CursorError("Con trỏ đồng bộ quá dài.")
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        version, epoch, positions = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        "".join(positions).encode()  # half a surrogate in a name could not be answered
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise CursorError("Con trỏ đồng bộ không hợp lệ.") from None
    whole = version == 1 and isinstance(epoch, str) and isinstance(positions, dict)
    if not whole or not all(type(seq) is int and 0 <= seq < 2**63 for seq in positions.values()):
        raise CursorError("Con trỏ đồng bộ không hợp lệ.")
    return epoch, positions
