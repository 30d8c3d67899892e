"""A tablet of the model: an outbox that forgets nothing too early, what it pulled, its leases, its link."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.ids import uuid7
from sync.operations import digest
from tests.sync.model.driver import Driver, Forbidden, Gap, LeaseRow, Resync

CLOCKS = ("2026-11-24T14:00:00+07:00", "1970-01-01T00:00:00+00:00", "2031-01-01T00:00:00+07:00", None)
MAX_TRIES = 3


@dataclass
class Entry:
    """One operation of the outbox, as it is sent, and what the server said of it."""

    seq: int
    raw: Any
    group: str | None
    result: dict[str, Any] | None = None
    first: dict[str, Any] | None = None
    """What was answered first in this epoch: replays answer the same (I3)."""


@dataclass
class Held:
    """A document as the tablet holds it."""

    scope: str
    rev: int
    state: dict[str, Any]


@dataclass
class Shared:
    """What outlives any one tablet: every operation ever put into an outbox, and fresh ids."""

    written: list[Any] = field(default_factory=list)
    by_digest: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those that are whole operations: one op_id may stand for two of them."""
    count: int = 0

    def new_id(self) -> str:
        """A fresh, reproducible UUIDv7."""
        self.count += 1
        return uuid7(1_760_000_000_000 + self.count, self.count)


@dataclass
class Tablet:
    """One device: one inspector on one tablet."""

    driver: Driver
    shared: Shared
    device_id: str
    user_id: str
    key: Ed25519PrivateKey
    seq: int = 0
    outbox: list[Entry] = field(default_factory=list)
    echoes: list[list[Any]] = field(default_factory=list)
    cursor: str | None = None
    epoch: str | None = None
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    drafts: dict[tuple[str, str], Held] = field(default_factory=dict)
    leases: list[LeaseRow] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    roll: str = ""
    next_sticker: int = 1
    clock: int = 0
    is_revoked: bool = False

    # -- writing

    def write(self, kind: str, id: str, scope: str, type: str, set: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Put an operation into the outbox; returns it."""
        raw = {
            "op_id": self.shared.new_id(), "device_seq": self.seq + 1, "group": None, "kind": kind, "id": id,
            "parent": None, "type": type, "scope": scope, "base_rev": None, "set": set, "base": {}, "checklist": None,
            "at": CLOCKS[self.clock],
            "clock": {"boot": "b", "mono_ms": self.seq, "offset_ms": self.clock * 10**10, "offset_age_s": 60}, **more,
        }  # fmt: skip
        self.put(raw)
        if type in {"create", "append"}:
            self.drafts.setdefault((kind, id), Held(scope, 0, dict(set)))
        return raw

    def put(self, raw: Any) -> None:
        """Queue anything at all, poison too."""
        self.seq += 1
        group = raw.get("group") if isinstance(raw, dict) else None
        self.outbox.append(Entry(self.seq, raw, group if isinstance(group, str) else None))
        self.shared.written.append(raw)
        if isinstance(raw, dict) and "base" in raw:
            self.shared.by_digest[digest(raw)] = raw

    def known(self, kind: str) -> list[tuple[str, Held]]:
        """The documents of a kind that this tablet knows: pulled, or its own and not yet seen again."""
        mine = {id: d for (k, id), d in self.drafts.items() if k == kind}
        mine |= {id: d for (k, id), d in self.held.items() if k == kind}
        return sorted(mine.items())

    def pending(self) -> list[Entry]:
        """What has no answer yet."""
        return [entry for entry in self.outbox if entry.result is None]

    # -- sending

    def batch(self, limit: int = 500) -> list[Entry]:
        """The next operations to send, in order and without a hole; a group is never cut."""
        waiting = self.pending()
        if not waiting:
            return []
        start = self.outbox.index(waiting[0])
        end = min(start + limit, len(self.outbox))
        while end < len(self.outbox) and (group := self.outbox[end].group) and group == self.outbox[end - 1].group:
            end += 1
        return self.outbox[start:end]

    def deliver(self, link: str = "ok", limit: int = 500, statement: int = 0) -> None:
        """Send once over a link that may lose the request, the answer, deliver twice, or kill the server."""
        entries = self.batch(limit)
        if not entries:
            return
        body = _over_the_wire([entry.raw for entry in entries])
        self.echoes.append(body)
        if link == "lost_request":
            return
        try:
            if link == "crash":
                self.driver.crash(self.device_id, body, statement)
                return
            answer = self.driver.push(self.device_id, body, protocol=0 if link == "old_protocol" else 1)
        except Gap as gap:
            self._go_back(gap.next_device_seq)
            return
        if link == "lost_answer":
            return
        if link == "doubled":
            again = self.driver.push(self.device_id, _over_the_wire(body))
            assert _stable(again["results"]) == _stable(answer["results"]), "I3: a replay answers the same"
            assert all(result["replay"] for result in again["results"]), "I3: sent again is a replay"
        self._notice(answer["epoch"])
        self._take(entries, answer["results"])

    def echo(self, place: int) -> None:
        """An old request comes late, once more, from the network."""
        if self.echoes:
            try:
                self.driver.push(self.device_id, _over_the_wire(self.echoes[place % len(self.echoes)]))
            except Gap:
                return

    def _take(self, entries: list[Entry], results: list[dict[str, Any]]) -> None:
        assert len(results) == len(entries), "one result for each operation"
        for entry, result in zip(entries, results, strict=True):
            op_id = entry.raw.get("op_id") if isinstance(entry.raw, dict) else None
            assert result["op_id"] == (op_id if isinstance(op_id, str) else None), "results stand in order"
            if entry.first is not None:
                assert _stable([entry.first]) == _stable([result]), "I3: a replay answers the same"
            entry.result = entry.first = result

    def _go_back(self, next_device_seq: int) -> None:
        """409: send again from there; what this tablet no longer has is said in hello."""
        for entry in self.outbox:
            if entry.seq >= next_device_seq:
                entry.result = None
        self.greet()

    def greet(self) -> None:
        """Say hello with the lowest number still kept; a revoked tablet asks by an empty push."""
        try:
            answer = self.driver.hello(self.device_id, self.outbox[0].seq if self.outbox else self.seq + 1)
        except Forbidden:
            answer = self.driver.push(self.device_id, [])
        self._notice(answer["epoch"])

    def _notice(self, epoch: str) -> None:
        """A new epoch: everything still kept is sent again (protocol, line 7)."""
        if self.epoch not in (None, epoch):
            for entry in self.outbox:
                entry.result = entry.first = None
        self.epoch = epoch

    def forget_durable(self, epoch: str, durable: dict[str, int]) -> None:
        """Delete what a verified backup holds: only from the front, so that the lowest number says it all.

        `durable` counts in the epoch that it comes with; of another epoch it would delete what nobody has.
        """
        self._notice(epoch)
        while self.outbox and (result := self.outbox[0].result) is not None:
            if result["seq"] is None or result["seq"] > durable.get(result["scope"], 0):
                return
            self.outbox.pop(0)

    # -- reading

    def pull(self, limit: int = 500, check: Callable[[Tablet, dict[str, Any]], None] | None = None) -> None:
        """Pull page by page until there is no more."""
        more = True
        while more:
            try:
                page = self.driver.pull(self.device_id, self.cursor, limit)
            except Forbidden:
                self.is_revoked = True
                return
            except Resync:
                self.cursor, self.held = None, {}
                continue
            self.is_revoked = False  # a restored server may have forgotten it
            if check is not None:
                check(self, page)
            self._notice(page["epoch"])
            self._read(page)
            self.cursor, more = page["cursor"], page["more"]

    def _read(self, page: dict[str, Any]) -> None:
        revoked = set(page["revoked"])
        self.held = {key: d for key, d in self.held.items() if d.scope not in revoked}
        for item in page["items"]:
            key = item["kind"], item["id"]
            known = self.held.get(key)
            self.drafts.pop(key, None)
            if "gone" in item:
                if known is not None and known.scope == item["scope"]:
                    del self.held[key]
                continue
            if known is not None and known.scope == item["scope"]:
                assert item["rev"] >= known.rev, "I5: a document went back a revision"
            if known is None or item["rev"] >= known.rev:
                self.held[key] = Held(item["scope"], item["rev"], item["state"])

    # -- photos, numbers, copies

    def upload(self) -> None:
        """Send the bytes of every photo taken."""
        for photo_id, (sha256, data) in self.files.items():
            self.driver.upload(self.device_id, photo_id, sha256, data)

    def ask_numbers(self, count: int) -> None:
        """Lease more numbers, unless issuing is stopped."""
        try:
            self.leases.append(self.driver.lease(self.device_id, count))
        except Forbidden:
            return

    def return_numbers(self) -> None:
        """Give back what is left of the oldest lease."""
        if self.leases:
            row = self.leases.pop(0)
            self.driver.give_back(self.device_id, row.id, row.lease.next(self.used) or row.lease.last + 1)

    def next_number(self) -> int | None:
        """The next number of its leases."""
        return next((n for row in self.leases if (n := row.lease.next(self.used)) is not None), None)

    def clone(self) -> Tablet:
        """Copy the tablet's storage to another machine: same device, same key."""
        twin = copy.copy(self)
        twin.outbox = [copy.copy(entry) for entry in self.outbox]
        twin.echoes = list(self.echoes)
        for name in ("held", "drafts", "files"):
            setattr(twin, name, dict(getattr(self, name)))
        twin.leases, twin.used = list(self.leases), set(self.used)
        return twin


def _over_the_wire(body: list[Any]) -> list[Any]:
    copied: list[Any] = json.loads(json.dumps(body))
    return copied


def _stable(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a replay may not change: all but the flag itself, and what is shown of the present state beside a refusal."""
    names = ("op_id", "status", "rev", "scope", "seq", "code")
    return [{name: result[name] for name in names} for result in results]
