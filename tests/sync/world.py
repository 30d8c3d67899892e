"""An in-memory server for the pure core: documents, journal, feed, receipts, quarantine, numbers, devices."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from checklists.limits import RuleSet, load_rules
from checklists.model import Checklist, Field, Item, ProcedureUse, Section, Text
from sync.batch import apply_batch, release
from sync.feed import NO_HASH, Change, canonical, entry_of, gone_json, item_json
from sync.ids import uuid7
from sync.lease import Lease
from sync.operations import Operation
from sync.world import (
    Author,
    DeviceContext,
    Document,
    HeldOperation,
    NumberState,
    Outcome,
    QuarantineEntry,
    Receipt,
    Stored,
)

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EPOCH = "9f00"


def text(vi: str) -> Text:
    """A text that is the same in both languages."""
    return Text(vi, vi)


CHECKLIST = Checklist(
    "fuel-dispenser", 1, "a" * 64, text("Cột đo xăng dầu"), (),
    (
        Section("visit", "visit", text("Chung"), (
            Item("FU01", text("Giấy phép"), "answer", required=True),
            Item("FU03", text("Lý do chưa có giấy phép"), "answer", required=True,
                 when={"compare": {"from": "item:FU01.answer", "op": "eq", "value": "nonconforming"}}),
            Item("FU02", text("Giá niêm yết"), "number", fields=(Field("unit_price", text("Đơn giá"), "number"),)),
        )),
        Section("nozzle", "instrument", text("Cột đo"), (
            Item("FU10", text("Tem kiểm định"), "answer", required=True),
            Item("FU11", text("Tính tiền"), "table", columns=(
                Field("volume", text("Lượng"), "number"), Field("unit_price", text("Đơn giá"), "number"),
                Field("price", text("Tiền"), "number")),
                procedure=ProcedureUse("fuel-price", {},
                                       {"volume": "volume", "unit_price": "unit_price", "price": "price"})),
            Item("NA11", text("Sai số điểm 0"), "number", fields=(Field("value", text("E0"), "number"),)),
            Item("NA12", text("Sai số tải"), "table", columns=(
                Field("load", text("Tải"), "number"), Field("indication", text("Số chỉ"), "number")),
                procedure=ProcedureUse("nawi-load", {
                    "accuracy_class": {"value": "III"}, "unit": {"value": "kg"}, "e": {"from": "subject.attributes.e"},
                    "zero_error": {"from": "item:NA11"}}, {"load": "load", "indication": "indication"})),
        ), instrument_types=("fuel_dispenser",)),
    ),
)  # fmt: skip


@dataclass
class Row:
    """One row of quarantine."""

    id: str
    device_id: str
    entry: QuarantineEntry
    state: str
    first: QuarantineEntry | None = None

    @property
    def answered(self) -> QuarantineEntry:
        """The reason that the tablet was told."""
        return self.first or self.entry


@dataclass
class Server:
    """The server's memory and the least that services do around the core."""

    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    quarantine: list[Row] = field(default_factory=list)
    journal: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    feed: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)
    devices: dict[str, DeviceContext] = field(default_factory=dict)
    keys: dict[str, Ed25519PrivateKey] = field(default_factory=dict)
    leases: dict[str, tuple[str, Lease]] = field(default_factory=dict)
    numbers: dict[tuple[str, int, int], tuple[str, str]] = field(default_factory=dict)
    validate: Callable[[Operation], Operation] = field(default=lambda op: op)
    now: datetime = NOW
    rule_set: RuleSet = field(default_factory=load_rules)
    _count: int = 0
    _asking: str = ""

    def new_id(self) -> str:
        """A fresh, ordered, reproducible id."""
        self._count += 1
        return uuid7(1_700_000_000_000 + self._count, self._count)

    # -- World

    def get(self, kind: str, id: str) -> Document | None:
        return self.documents.get((kind, id))

    def children(self, parent_id: str, kind: str) -> list[Document]:
        found = (d for d in self.documents.values() if d.parent == parent_id and d.kind == kind and not d.deleted)
        return sorted(found, key=lambda d: d.id)

    def existing(self, kind: str, ids: Collection[str]) -> list[str]:
        return [id for id in ids if (kind, id) in self.documents]

    def inspections_at(self, establishment_id: str) -> list[Document]:
        found = (d for d in self.documents.values() if d.kind == "inspection" and not d.deleted)
        return sorted((d for d in found if d.state["establishment_id"] == establishment_id), key=lambda d: d.id)

    def slips_of(self, session_id: str) -> list[Document]:
        found = (d for d in self.documents.values() if d.kind == "inspection" and not d.deleted)
        return sorted((d for d in found if d.state.get("session_id") == session_id), key=lambda d: d.id)

    def receipt(self, op_id: str) -> Receipt | None:
        return self.receipts.get(op_id)

    def quarantined(self, digest: str) -> list[Stored]:
        return [Stored(r.entry.op_id, r.answered.code, r.answered.detail, r.state) for r in self.quarantine
                if r.device_id == self._asking and r.entry.digest == digest]  # fmt: skip

    def held_for(self, parent_id: str) -> list[HeldOperation]:
        waiting = [r for r in self.quarantine if r.state == "held" and r.entry.parent == parent_id]
        waiting.sort(key=lambda r: (r.device_id, r.entry.device_seq or 0))
        return [HeldOperation(r.id, r.entry.raw, self.devices[r.device_id]) for r in waiting]

    def checklist(self, code: str, version: int) -> Checklist | None:
        return CHECKLIST if (code, version) == (CHECKLIST.code, CHECKLIST.version) else None

    def rules(self, version: str) -> RuleSet | None:
        return self.rule_set if version == self.rule_set.version else None

    def number_state(self, series: str, year: int, number: int) -> NumberState:
        taken_by, status = self.numbers.get((series, year, number), (None, "free"))
        taken_by = taken_by if status in {"issued", "conflicting"} else None
        for id, (device_id, lease) in self.leases.items():
            if lease.contains(series, year, number):
                return NumberState(id, device_id, lease.first, lease.last, taken_by, spent=status == "void")
        return NumberState(None, None, None, None, taken_by, spent=status == "void")

    def author(self, kind: str, id: str, field: str) -> Author | None:
        entries = (json.loads(e) for rows in self.journal.values() for _, e, _ in rows)
        own = [e for e in entries if (e["kind"], e["id"]) == (kind, id) and field.partition(".")[0] in e["set"]]
        newest = max(own, key=lambda e: int(e["rev"]), default=None)
        return None if newest is None else Author(newest["actor"], newest["received_at"])

    # -- what services do

    def enrol(self, *scopes: str, user: str | None = None, leads: str | None = None) -> str:
        """Give an inspector a tablet with these grants; returns the device's id."""
        id, key = self.new_id(), Ed25519PrivateKey.from_private_bytes(self._count.to_bytes(32, "big"))
        led = frozenset({leads}) if leads else frozenset[str]()
        self.keys[id] = key
        self.devices[id] = DeviceContext(id, user or f"user-{len(self.devices) + 1}", "inspector",
                                         frozenset({"agency", *scopes}), 1, False, False,
                                         key.public_key().public_bytes_raw(), led)  # fmt: skip
        return id

    def change_device(self, device_id: str, **values: Any) -> None:
        """Revoke, stop, grant …"""
        self.devices[device_id] = replace(self.devices[device_id], **values)

    def lease(self, device_id: str, first: int, last: int, series: str = "BB-ĐKT", year: int = 2026) -> None:
        """Lease a range of numbers."""
        self.leases[self.new_id()] = device_id, Lease(series, year, first, last)

    def try_push(self, device_id: str, raws: list[Any]) -> Outcome:
        """Judge a batch without writing anything: a crash before the commit."""
        self._asking = device_id
        return apply_batch(raws, self, self.devices[device_id], EPOCH, self.now, self.validate)

    def push(self, device_id: str, raws: list[Any]) -> list[dict[str, Any]]:
        """Judge and commit a batch."""
        outcome = self.try_push(device_id, raws)
        seqs = self.commit(device_id, outcome)
        for index, slot in outcome.seq_slots.items():
            outcome.results[index]["seq"] = seqs[slot]
        for receipt in outcome.receipts:
            self.receipts[receipt.op_id] = replace(receipt, result=json.loads(json.dumps(receipt.result)))
        self.change_device(device_id, next_device_seq=outcome.next_device_seq,
                           stopped=self.devices[device_id].stopped or outcome.forked)  # fmt: skip
        return outcome.results

    def commit(self, device_id: str, outcome: Outcome) -> list[int]:
        """Write a batch; returns the seq of every change."""
        seqs = [self._record(change) for change in outcome.changes]
        for entry in outcome.quarantine:
            self.quarantine.append(Row(self.new_id(), device_id, entry, entry.state))
        for row in self.quarantine:
            row.state = "applied" if row.id in outcome.released else row.state
            for again in outcome.rejudged:
                if again.quarantine_id == row.id:
                    row.first = row.answered
                    row.state, row.entry = again.state, replace(row.entry, code=again.code, parent=again.parent)
        for use in outcome.numbers:
            key = use.series, use.year, use.number
            if use.status in {"issued", "void"} or self.numbers.get(key, ("", "quarantined"))[1] == "quarantined":
                self.numbers[key] = use.minutes_id, use.status
        return seqs

    def release(self, *quarantine_ids: str) -> Outcome:
        """A supervisor releases operations from quarantine."""
        rows = [r for r in self.quarantine if r.id in quarantine_ids]
        held = [HeldOperation(r.id, r.entry.raw, self.devices[r.device_id]) for r in rows]
        outcome = release(held, self, EPOCH, self.now, self.validate, decided=True)
        self.commit("", outcome)
        return outcome

    def office(self, kind: str, id: str, scope: str, state: dict[str, Any] | None, parent: str | None = None) -> None:
        """The office writes, moves (another scope) or deletes (None) a document."""
        old = self.documents.get((kind, id))
        rev = 1 if old is None else old.rev + 1
        moved = old.scope if old is not None and old.scope != scope else None
        kept = parent if parent is not None else old.parent if old else None
        self._record(Change(None, kind, id, kept, scope, moved, "create" if old is None else "patch", state or {}, {},
                            state, rev, "office", None, None, None))  # fmt: skip

    def _record(self, change: Change) -> int:
        moved = change.old_scope is not None and change.old_scope != change.scope
        if moved and change.old_scope is not None:
            left = replace(change, op_id=None, scope=change.old_scope, old_scope=None, type="gone", taken={}, lost={},
                           state=None)  # fmt: skip
            seq = self._journal(left)
            self.feed[left.scope, left.kind, left.id] = seq, gone_json(left.scope, seq, left.kind, left.id, "moved")
        seq = self._journal(change)
        key = change.scope, change.kind, change.id
        if change.state is None:
            self.feed[key] = seq, gone_json(change.scope, seq, change.kind, change.id, "deleted")
        else:
            self.feed[key] = seq, item_json(change.scope, seq, change.kind, change.id, change.rev, change.state)
        self.documents[change.kind, change.id] = Document(
            change.kind, change.id, change.parent, change.scope, change.rev,
            json.loads(canonical(change.state or {})), change.state is None,
        )  # fmt: skip
        return seq

    def _journal(self, change: Change) -> int:
        rows = self.journal.setdefault(change.scope, [])
        prev = rows[-1][2] if rows else NO_HASH
        entry, hash_hex = entry_of(change, len(rows) + 1, self.now, prev)
        rows.append((len(rows) + 1, entry, hash_hex))
        return len(rows)

    def entries(self) -> list[dict[str, Any]]:
        """Every journal entry of every scope."""
        return [json.loads(entry) for rows in self.journal.values() for _, entry, _ in rows]

    def live(self, scope: str) -> dict[tuple[str, str], tuple[int, dict[str, Any]]]:
        """The live documents of a scope."""
        return {key: (d.rev, d.state) for key, d in self.documents.items() if d.scope == scope and not d.deleted}

    def state(self, kind: str, id: str) -> dict[str, Any]:
        """A live document's state."""
        found = self.documents[kind, id]
        assert not found.deleted
        return found.state
