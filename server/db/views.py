"""Who saw what: views of personal data, and signing in and out. Written once, for ever: triggers refuse every change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Instant, Model


class View(Model):
    """One page or file with personal data that a person opened, or one `signed_in`, `signed_out`, `refused`."""

    __tablename__ = "view"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    user_id: Mapped[str] = mapped_column(String(36))
    """Empty where somebody tried to sign in with a name that no account has."""
    act: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    doc_id: Mapped[str] = mapped_column(String(36))
    """Empty for a list taken as a file, and for signing in and out."""
    page: Mapped[str] = mapped_column(String(60))
    """The endpoint (web/access.py)."""
    address: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_view_user_id_at", "user_id", "at"), Index("ix_view_doc_id_at", "doc_id", "at"))
