"""What makes sending again harmless: receipts; and what could not be applied: quarantine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Instant, Json, Model


class Receipt(Model):
    """The stored answer to one operation; commits with its effect."""

    __tablename__ = "receipt"
    op_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(36))
    device_seq: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, Any]] = mapped_column(Json)

    __table_args__ = (Index("ix_receipt_device_seq", "device_id", "device_seq", unique=True),)


class Quarantine(Model):
    """An operation kept whole because it could not be applied. Own key: one op_id may stand here twice."""

    __tablename__ = "quarantine"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    op_id: Mapped[str | None] = mapped_column(String(36), index=True)
    device_id: Mapped[str] = mapped_column(String(36))
    device_seq: Mapped[int | None]
    parent: Mapped[str | None] = mapped_column(String(36), index=True)
    """What a held child waits for."""
    inspection_id: Mapped[str | None] = mapped_column(String(36))
    """The inspection that the operation says it is about, whether that exists or not."""
    raw: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    first_code: Mapped[str | None] = mapped_column(String(40))
    first_detail: Mapped[str | None] = mapped_column(Text)
    """What the tablet was answered, where the reason is another since: a replay answers the same (I3)."""
    state: Mapped[str] = mapped_column(String(20))
    """quarantined, held, applied, released, replaced, discarded."""
    received_at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[dict[str, Any] | None] = mapped_column(Json)

    __table_args__ = (Index("ix_quarantine_inspection_state", "inspection_id", "state"),)
