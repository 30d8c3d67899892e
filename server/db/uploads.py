"""Uploads in progress (tus) and the blobs they became."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Instant, Json, Model


class Upload(Model):
    """One tus upload. The offset here is the truth; the file may be longer, never shorter."""

    __tablename__ = "upload"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(36))
    photo_id: Mapped[str] = mapped_column(String(36), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    filetype: Mapped[str] = mapped_column(String(100))
    length: Mapped[int] = mapped_column(BigInteger)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(20), default="open")
    """open, complete, mismatch (hash wrong), terminated, expired."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_upload_device_state_sha256", "device_id", "state", "sha256"),)
    """A tablet has thousands by the end of a season, and each new one asks for its like."""


class Blob(Model):
    """Bytes verified by reading back, stored under their SHA-256; identical bytes stand here once."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(100))
    """As Pillow recognised it; `application/octet-stream` = not an image we can open."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    exif: Mapped[dict[str, Any] | None] = mapped_column(Json)
    stored_at: Mapped[datetime] = mapped_column(Instant)
