"""Do receipts, quarantine and the decisions about it agree with the journal: nothing answered for is gone (I2, I3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.documents import Document
from server.db.sync import Quarantine, Receipt
from server.services.hello import KNOWN_GAP
from server.services.journal_memory import Memory
from server.services.quarantine import inspection_of
from server.services.release import DECISION, raw_of
from sync.feed import any_json
from sync.operations import digest

CHUNK = 1000
JOURNALLED = frozenset({"applied", "merged"})
BY_PERSON = frozenset({"release", "replace", "discard"})
Differs = Callable[[str], None]


def compare(session: Session, memory: Memory, differs: Differs) -> None:
    """Name what does not agree; the chains were found whole before."""
    _receipts(session, memory, differs)
    _quarantine(session, memory, differs)
    _numbering(session, differs)


def _receipts(session: Session, memory: Memory, differs: Differs) -> None:
    kept = select(Quarantine.id).where(Quarantine.op_id == Receipt.op_id).exists()
    query = select(Receipt.op_id, Receipt.digest, Receipt.result, kept.label("kept")).order_by(Receipt.op_id)
    for row in session.execute(query.execution_options(yield_per=CHUNK)):
        found, status = memory.operation(row.op_id), row.result.get("status")
        if status in JOURNALLED:
            said = row.result.get("scope"), row.result.get("seq"), row.digest
            if found is None:
                differs(f"biên nhận của thao tác {row.op_id} không có bản ghi nhật ký")
            elif found != said:
                differs(f"biên nhận của thao tác {row.op_id} khác với nhật ký")
        elif not row.kept:
            differs(f"thao tác {row.op_id} đã nhận nhưng không còn trong vùng chờ xử lý")


def _quarantine(session: Session, memory: Memory, differs: Differs) -> None:
    decided = _decisions(session)
    query = select(Quarantine).order_by(Quarantine.id).execution_options(yield_per=CHUNK)
    for row in session.scalars(query):
        if _digest(row.raw) != row.digest:
            differs(f"thao tác chờ xử lý {row.id} đã bị sửa: mã băm không khớp")
        if row.inspection_id != inspection_of(raw_of(row)):
            differs(f"thao tác chờ xử lý {row.id} đứng tên cuộc kiểm tra khác với nội dung của nó")
        if row.state in {"applied", "released"} and (row.op_id is None or memory.operation(row.op_id) is None):
            differs(f"thao tác chờ xử lý {row.id} ghi là đã nhận nhưng không có bản ghi nhật ký")
        decision = row.decision or {}
        said = decided.pop(row.id, None)
        wanted = None if decision.get("decision") not in BY_PERSON else {**decision, "digest": row.digest}
        if said != wanted and not (wanted is None and decision.get("decision") == "applied"):
            differs(f"quyết định về thao tác chờ xử lý {row.id} khác với nhật ký")
        if row.state in {"released", "discarded", "replaced"} and wanted is None:
            differs(f"thao tác chờ xử lý {row.id} ở trạng thái {row.state} mà không có quyết định")
        session.expunge(row)
    for id in decided:
        differs(f"thiếu thao tác chờ xử lý {id}, nhật ký có quyết định về nó")


def _decisions(session: Session) -> dict[str, dict[str, Any]]:
    """The last journalled decision about each operation; documents were compared with the journal before."""
    found: dict[str, dict[str, Any]] = {}
    query = select(Document.state).where(Document.kind == DECISION)
    for state in sorted(session.scalars(query), key=lambda each: str(each.get("at"))):
        said = {k: v for k, v in state.items() if k not in {"quarantine_id", "op_id", "code"}}
        found[str(state["quarantine_id"])] = said
    return found


def _numbering(session: Session, differs: Differs) -> None:
    """Every number that a device has used up is answered for: by a receipt, in quarantine, or as a known gap."""
    for device_id, following in session.execute(select(Device.id, Device.next_device_seq).order_by(Device.id)).all():
        there = set(_numbers(session, device_id))
        missing = [number for number in range(1, following) if number not in there]
        if missing:
            differs(f"thiết bị {device_id}: thiếu biên nhận của {len(missing)} thao tác, đầu tiên là số {missing[0]}")


def _numbers(session: Session, device_id: str) -> Iterator[int]:
    yield from session.scalars(select(Receipt.device_seq).where(Receipt.device_id == device_id))
    kept = select(Quarantine.device_seq).where(Quarantine.device_id == device_id, Quarantine.device_seq.is_not(None))
    yield from (number for number in session.scalars(kept) if number is not None)
    gaps = select(Document.state).where(Document.kind == KNOWN_GAP, Document.scope == f"device:{device_id}")
    for state in session.scalars(gaps):
        yield from range(int(state["from"]), int(state["to"]) + 1)


def _digest(raw: str) -> str | None:
    try:
        return digest(any_json(raw))
    except (ValueError, RecursionError):
        return None
