"""The pure core with an in-memory server around it, as a driver of the model."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from checklists import catalog
from checklists.model import Checklist
from schemas.operations import validate
from sync.batch import DeviceGap
from sync.feed import decode_cursor, encode_cursor
from sync.inspection import ReviewItem, StepRefused, review
from sync.lease import Lease
from sync.operations import group_of
from sync.world import DeviceContext, NumberState, Outcome
from tests.pictures import sha256
from tests.sync.model.driver import SERIES, YEAR, Forbidden, Gap, Kept, LeaseRow, Picture, Resync
from tests.sync.world import Server


@dataclass
class Memory(Server):
    """The server's memory with leases, photos and backups. Faults are seeded by subclasses."""

    bytes_of: dict[str, set[str]] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    next_number: int = 1
    epoch: str = "epoch-1"

    def checklist(self, code: str, version: int) -> Checklist | None:
        return catalog.load().get(code, version)

    def number_state(self, series: str, year: int, number: int) -> NumberState:
        found = super().number_state(series, year, number)
        if found.lease_id in self.returned and self.numbers.get((series, year, number)) is None:
            return NumberState(None, None, None, None, found.taken_by, spent=found.spent)
        return found

    def commit(self, device_id: str, outcome: Outcome) -> list[int]:
        seqs = super().commit(device_id, outcome)
        self.settle_photos([c.id for c in outcome.changes if c.kind == "photo" and c.rev == 1])
        return seqs

    def settle_photos(self, ids: Sequence[str]) -> None:
        """A record and its bytes meet."""
        for id in ids:
            photo = self.documents.get(("photo", id))
            if photo is not None and photo.state.get("status") == "expected" and self.bytes_fit(id, photo.state):
                self.office("photo", id, photo.scope, {**photo.state, "status": "complete"})

    def bytes_fit(self, id: str, state: dict[str, Any]) -> bool:
        """Say whether what was delivered is what the record promises."""
        return state.get("sha256") in self.bytes_of.get(id, set())

    def lease_range(self, count: int) -> tuple[int, int]:
        """Take the next numbers of the series."""
        first, self.next_number = self.next_number, self.next_number + count
        return first, first + count - 1


class MemoryDriver:
    """Drives `Memory`; a transaction is atomic here, so a crash is a batch that was judged and never written."""

    def __init__(self, server: Memory | None = None) -> None:
        self.server = server or Memory()
        self.server.validate = validate
        self._users: dict[str, str] = {}
        self._holders: dict[str, str] = {}
        self._saved: Memory | None = None
        self._restores = 0

    def picture(self) -> Picture:
        server = self.server
        heads = {scope: (rows[-1][0], rows[-1][2]) for scope, rows in server.journal.items() if rows}
        kept = [Kept(r.id, r.device_id, r.entry.op_id, r.entry.digest, r.entry.code, r.state, r.entry.parent)
                for r in server.quarantine]  # fmt: skip
        leases = [LeaseRow(id, device, lease, id in server.returned) for id, (device, lease) in server.leases.items()]
        return Picture(server.epoch, server.documents, server.journal, heads, server.feed, server.receipts, kept,
                       dict(server.numbers), leases, server.bytes_of)  # fmt: skip

    def grants(self, device_id: str) -> frozenset[str]:
        """`agency`, the device's own, the user's campaigns and the areas of their establishments (protocol, line 2)."""
        user, documents = self._holders[device_id], self.server.documents
        campaigns = {d.id: d for d in documents.values() if d.kind == "campaign" and user in _team(d.state)}
        sites = {site for c in campaigns.values() for site in c.state["establishment_ids"]}
        sites |= {d.state["establishment_id"] for d in documents.values()
                  if d.kind == "inspection" and not d.deleted and d.parent in campaigns}  # fmt: skip
        areas = {d.scope for s in sites if (d := documents.get(("establishment", s))) is not None}
        return frozenset({"agency", f"device:{device_id}", *(f"campaign:{c}" for c in campaigns), *areas})

    def _context(self, device_id: str) -> DeviceContext:
        user = self._holders[device_id]
        led = frozenset(d.id for d in self.server.documents.values()
                        if d.kind == "campaign" and _team(d.state).get(user) == "leader")  # fmt: skip
        self.server.change_device(device_id, grants=self.grants(device_id), led_campaigns=led)
        return self.server.devices[device_id]

    def _refresh(self) -> None:
        for device_id in self._holders:
            self._context(device_id)

    # -- the office

    def hire(self, role: str) -> str:
        id = self.server.new_id()
        self._users[id] = role
        return id

    def enrol(self, user_id: str, key: bytes) -> str:
        id, public = self.server.new_id(), Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
        self._holders[id] = user_id
        self.server.devices[id] = DeviceContext(
            id, user_id, "inspector", frozenset(), 1, False, False, public, frozenset()
        )
        return id

    def write(self, kind: str, id: str, scope: str, state: dict[str, Any], parent: str | None = None) -> None:
        self.server.office(kind, id, scope, state, parent)

    def revoke(self, device_id: str) -> None:
        self.server.change_device(device_id, revoked=True)

    def review(self, inspection_id: str, decision: str, finding_ids: Sequence[str]) -> bool:
        found = self.server.documents["inspection", inspection_id]
        items = [ReviewItem(id, "Xem lại") for id in finding_ids]
        try:
            state = review(found.state, decision, role="supervisor", remark="Xem lại", items=items)
        except StepRefused:
            return False
        self.write("inspection", inspection_id, found.scope, state)
        return True

    def release(self, quarantine_ids: Sequence[str]) -> None:
        self._refresh()
        chosen = {
            (row.device_id, group_of(row.entry.raw)) for row in self.server.quarantine if row.id in quarantine_ids
        }
        together = {row.id for row in self.server.quarantine if row.state in {"quarantined", "held"}
                    and group_of(row.entry.raw) is not None and (row.device_id, group_of(row.entry.raw)) in chosen}  # fmt: skip
        ids = together | set(quarantine_ids)
        self.server.release(*ids)
        for row in self.server.quarantine:
            if row.id in ids and row.state == "applied":
                row.state = "released"

    def discard(self, quarantine_id: str) -> None:
        next(row for row in self.server.quarantine if row.id == quarantine_id).state = "discarded"

    def backup(self) -> None:
        self._saved = self._copy(self.server)

    def restore(self) -> None:
        if self._saved is None:
            return
        count = self.server._count
        known = {id: d.public_key for id, d in self.server.devices.items()}
        self.server = self._copy(self._saved)
        self.server._count = count
        self.server.epoch = self.new_epoch()
        assert self.server.devices.keys() == known.keys()

    def new_epoch(self) -> str:
        """A restored database says that it is another one."""
        self._restores += 1
        return f"epoch-{self._restores + 1}"

    @staticmethod
    def _copy(server: Memory) -> Memory:
        """Copy what changes in place; documents, entries and receipts are never changed."""
        made = copy.copy(server)
        for name in ("documents", "receipts", "feed", "devices", "keys", "leases", "numbers"):
            setattr(made, name, dict(getattr(server, name)))
        made.quarantine = [copy.copy(row) for row in server.quarantine]
        made.journal = {scope: list(rows) for scope, rows in server.journal.items()}
        made.bytes_of = {id: set(found) for id, found in server.bytes_of.items()}
        made.returned = set(server.returned)
        return made

    # -- requests of tablets

    def push(self, device_id: str, ops: Sequence[Any], *, protocol: int = 1) -> dict[str, Any]:
        self._refresh()
        try:
            results = self.server.push(device_id, list(ops))
        except DeviceGap as gap:
            raise Gap(gap.next_device_seq) from gap
        return {"epoch": self.server.epoch, "results": json.loads(json.dumps(results)),
                "next_device_seq": self.server.devices[device_id].next_device_seq}  # fmt: skip

    def crash(self, device_id: str, ops: Sequence[Any], statement: int) -> None:
        self._refresh()
        try:
            self.server.try_push(device_id, list(ops))
        except DeviceGap as gap:
            raise Gap(gap.next_device_seq) from gap

    def pull(self, device_id: str, cursor: str | None, limit: int) -> dict[str, Any]:
        if self.server.devices[device_id].revoked:
            raise Forbidden
        epoch, positions = (self.server.epoch, {}) if cursor is None else decode_cursor(cursor)
        if epoch != self.server.epoch:
            raise Resync
        at = {scope: positions.get(scope, 0) for scope in self.readable(device_id)}
        items: list[dict[str, Any]] = []
        more = False
        for scope in sorted(at):
            rows = sorted(
                (seq, item) for (s, _, _), (seq, item) in self.server.feed.items() if s == scope and seq > at[scope]
            )
            for seq, item in rows:
                if len(items) == limit:
                    more = True
                    break
                items.append(json.loads(item))
                at[scope] = seq
        return {"epoch": epoch, "items": items, "revoked": sorted(positions.keys() - at.keys()),
                "cursor": encode_cursor(epoch, at), "more": more}  # fmt: skip

    def readable(self, device_id: str) -> frozenset[str]:
        """The scopes that a pull may read."""
        return self.grants(device_id)

    def hello(self, device_id: str, lowest: int | None) -> dict[str, Any]:
        device = self.server.devices[device_id]
        if device.revoked:
            raise Forbidden
        if lowest is not None and lowest > device.next_device_seq:
            self.server.change_device(device_id, next_device_seq=lowest)
        return {"epoch": self.server.epoch, "next_device_seq": self.server.devices[device_id].next_device_seq}

    def lease(self, device_id: str, count: int) -> LeaseRow:
        device = self.server.devices[device_id]
        if device.revoked or device.stopped:
            raise Forbidden
        first, last = self.server.lease_range(count)
        id, lease = self.server.new_id(), Lease(SERIES, YEAR, first, last)
        self.server.leases[id] = device_id, lease
        return LeaseRow(id, device_id, lease, False)

    def give_back(self, device_id: str, lease_id: str, first_unused: int) -> None:
        known = self.server.leases.get(lease_id)
        if known is not None and known[0] == device_id:
            self.server.returned.add(lease_id)

    def upload(self, device_id: str, photo_id: str, sha256_hex: str, data: bytes) -> None:
        if self.server.devices[device_id].revoked:
            return
        if sha256(data) == sha256_hex:
            self.server.bytes_of.setdefault(photo_id, set()).add(sha256_hex)
        self.server.settle_photos([photo_id])


def _team(state: dict[str, Any]) -> dict[str, str]:
    return {m["user_id"]: m["role"] for m in state["team"]}
