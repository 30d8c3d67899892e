"""Rule sets as served and pinned, and who confirmed which limit on which document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Instant, Json, Model


class RuleSetRow(Model):
    """One immutable rule set; the last one made is the current one."""

    __tablename__ = "rule_set"
    serial: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(40), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    served: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(Instant)


class LimitConfirmation(Model):
    """A person's word that a limit, a cycle, a document or an article is in force, with the document that says so."""

    __tablename__ = "limit_confirmation"
    serial: Mapped[int] = mapped_column(primary_key=True)
    limit_id: Mapped[str] = mapped_column(String(80))
    value: Mapped[str | None] = mapped_column(String(40))
    reviewed_by: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(Text)
    confirmed_on: Mapped[date]
    version: Mapped[str] = mapped_column(String(40))
    """The rule set that this confirmation made."""
