"""What must hold in database and blobs after any death: receipt <=> effect <=> journal <=> feed <=> file (I10, I13)."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.documents import Document
from server.db.journal import JournalEntry
from server.db.numbers import MinutesNumber
from server.db.sync import Quarantine, Receipt
from server.db.uploads import Blob, Upload
from server.services import journal
from server.storage.blobs import BlobStore

TAKEN = frozenset({"applied", "merged"})


def check(session: Session, store: BlobStore, acknowledged: dict[str, dict[str, Any]], device_id: str) -> None:
    """Assert everything; the caller opened the database anew."""
    report = journal.verify(session)
    assert report.is_whole, report
    _receipts(session, acknowledged, device_id)
    _photos(session, store)
    _numbers(session)


def _receipts(session: Session, acknowledged: dict[str, dict[str, Any]], device_id: str) -> None:
    """Every answer given is remembered; every remembered one has its effect, and no effect is without one."""
    receipts = {row.op_id: row for row in session.scalars(select(Receipt))}
    journalled = {row.op_id: row.seq for row in session.scalars(select(JournalEntry)) if row.op_id is not None}
    kept = set(session.scalars(select(Quarantine.op_id)))
    taken = {op_id for op_id, row in receipts.items() if row.result["status"] in TAKEN}
    assert taken == journalled.keys()
    assert receipts.keys() - taken <= kept
    for op_id, row in receipts.items():
        assert row.op_id not in taken or row.result["seq"] == journalled[op_id]
    for op_id, result in acknowledged.items():
        assert receipts[op_id].result == {**result, "replay": False}
    seqs = sorted(row.device_seq for row in receipts.values() if row.device_id == device_id)
    assert seqs == list(range(1, len(seqs) + 1))
    assert session.get_one(Device, device_id).next_device_seq == len(seqs) + 1


def _photos(session: Session, store: BlobStore) -> None:
    """No photo is visible with a wrong length or hash, and no acknowledged byte is missing."""
    for upload in session.scalars(select(Upload)):
        if upload.state == "complete":
            assert session.get(Blob, upload.sha256) is not None
        elif upload.state == "open":
            staged = store.staged_size(upload.id)
            assert store.has(upload.sha256) or (staged is not None and staged >= upload.offset), upload.id
        else:
            raise AssertionError(f"upload {upload.id} is {upload.state}")
    for blob in session.scalars(select(Blob)):
        with store.open(blob.sha256) as file:
            data = file.read()
        assert len(data) == blob.size
        assert hashlib.sha256(data).hexdigest() == blob.sha256
    for photo in session.scalars(select(Document).where(Document.kind == "photo")):
        assert photo.state["status"] in {"expected", "complete"}
        if photo.state["status"] == "complete":
            assert session.get(Blob, photo.state["sha256"]) is not None


def _numbers(session: Session) -> None:
    """Every issued number has its minutes, every issued minutes its number."""
    rows = {row.minutes_id: row for row in session.scalars(select(MinutesNumber)) if row.status == "issued"}
    issued = list(session.scalars(select(Document).where(Document.kind == "minutes")))
    assert {d.id for d in issued} == rows.keys()
    for document in issued:
        assert document.state["status"] == "issued"
        row = rows[document.id]
        assert (row.series, row.year, row.number) == tuple(document.state[n] for n in ("series", "year", "number"))
