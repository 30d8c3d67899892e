"""The work programme of a year and its activities, one row per activity."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Json, Model


class Programme(Model):
    """A programme (chương trình công tác) as imported from its file."""

    __tablename__ = "programme"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)


class Activity(Model):
    """One activity, with the programme's own sentences or the person who added it."""

    __tablename__ = "programme_activity"
    programme_id: Mapped[str] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(30))
    domain: Mapped[str] = mapped_column(String(60))
    is_core: Mapped[bool]
    months: Mapped[list[int]] = mapped_column(Json)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
