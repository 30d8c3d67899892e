"""Scopes with their counters, the hash-chained journal and the feed compacted from it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Instant, Model

NO_HASH = "0" * 64


class Scope(Model):
    """One sequence. Its counter is raised last, just before the inserts and the commit (protocol, "The sequence")."""

    __tablename__ = "scope"
    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default=NO_HASH)


class JournalEntry(Model):
    """One accepted change, for ever: triggers refuse UPDATE and DELETE, and on SQLite an INSERT OR REPLACE."""

    __tablename__ = "journal"
    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    op_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    entry: Mapped[str] = mapped_column(Text)
    """Canonical JSON, the bytes that were hashed after the previous hash."""
    hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(30))
    doc_id: Mapped[str] = mapped_column(String(36), index=True)
    actor: Mapped[str | None] = mapped_column(String(50))
    received_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    """As in the entry, beside it for the trail (services/trail.py); `journal verify` compares them."""

    __table_args__ = (Index("ix_journal_actor_received_at", "actor", "received_at"),)


class FeedRow(Model):
    """The last thing to tell about a document in a scope, ready to send."""

    __tablename__ = "feed"
    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int]
    item: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_feed_scope_seq", "scope", "seq", unique=True),)


class ServerState(Model):
    """Facts about this database as a whole: `epoch`, `restored`, and `durable:<scope>` (a scope has up to 60 letters)."""

    __tablename__ = "server_state"
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(Instant)
