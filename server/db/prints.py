"""Prints of papers at the office (sổ theo dõi in): one row for each paper of each batch that went to a printer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Instant, Model

OPEN, PRINTED, FAILED, ELSEWHERE = "open", "printed", "failed", "elsewhere"
DONE = (PRINTED, ELSEWHERE)
"""What takes a paper out of the queue, and makes the next print of it a reprint."""


class PaperPrint(Model):
    """One paper of one batch: kept equal to the documents of kind `print` by the ledger (services/paper_rows)."""

    __tablename__ = "paper_print"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    minutes_id: Mapped[str] = mapped_column(String(36))
    batch_id: Mapped[str] = mapped_column(String(36))
    place: Mapped[int]
    """Its place in the batch, from 1."""
    outcome: Mapped[str] = mapped_column(String(10))
    """open (at the printer), printed, failed, elsewhere (printed at the site, not here)."""
    copies: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    """Why it was printed again, or why not here."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    started_by: Mapped[str] = mapped_column(String(36))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(String(36))

    __table_args__ = (
        Index("ix_paper_print_minutes", "minutes_id", "outcome"),
        Index("ix_paper_print_batch", "batch_id", "place"),
        Index("ix_paper_print_started", "started_at", "id"),
    )
