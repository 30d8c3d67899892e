"""Series of minutes numbers, leases of ranges to devices, and what became of every number."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Instant, Model


class Series(Model):
    """A series belongs to a decision or to an agency (dossier §0.5); the symbol carries no year."""

    __tablename__ = "series"
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    symbol: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[str] = mapped_column(String(36))
    basis: Mapped[str] = mapped_column(String(300), default="")
    """The written decision that rules this numbering (NĐ 30/2020 Điều 15 k.1)."""


class SeriesYear(Model):
    """The next number never yet given out in a year; restarts at 1 every 1 January, local time."""

    __tablename__ = "series_year"
    series: Mapped[str] = mapped_column(ForeignKey("series.series"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)


class NumberLease(Model):
    """A range of numbers that one device's key may use offline (dải số)."""

    __tablename__ = "number_lease"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    series: Mapped[str] = mapped_column(ForeignKey("series.series"))
    year: Mapped[int]
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    first: Mapped[int]
    last: Mapped[int]
    granted_at: Mapped[datetime] = mapped_column(Instant)
    expires_on: Mapped[date]
    returned_at: Mapped[datetime | None] = mapped_column(Instant)


class MinutesNumber(Model):
    """What became of one number: issued, void, returned, reserved or lost. The primary key forbids two valid papers."""

    __tablename__ = "minutes_number"
    series: Mapped[str] = mapped_column(ForeignKey("series.series"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[str | None] = mapped_column(String(36), index=True)
    status: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(10))
    """lease, server or paper."""
    lease_id: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_minutes_number_status", "series", "year", "status"),)


class MinutesPaper(Model):
    """One sealed paper by the digest of its text: kept equal to the minutes documents by the ledger, so that nobody reads
    256 KB of text to answer a scan. `lost` papers have no document: their tablet was destroyed (services/papers).
    """

    __tablename__ = "minutes_paper"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    series: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    inspection_id: Mapped[str | None] = mapped_column(String(36))
    campaign_id: Mapped[str | None] = mapped_column(String(36))
    form: Mapped[str | None] = mapped_column(String(30))
    source: Mapped[str | None] = mapped_column(String(10))
    """server, paper (keyed in) or lease (a tablet's)."""
    issued_at: Mapped[str | None] = mapped_column(String(20))
    """An instant in UTC to the second, as text that both engines sort alike."""
    handling: Mapped[str] = mapped_column(String(10), server_default="")
    """Where a certificate is (sync/handling: awaiting, signed, delivered, void); '' for any other paper."""
    search: Mapped[str] = mapped_column(Text, server_default="")
    """What a certificate is looked for by, without diacritics: number, instrument, serial, sticker, owner."""

    __table_args__ = (
        Index("ix_minutes_paper_campaign", "campaign_id", "status"),
        Index("ix_minutes_paper_handling", "handling", "issued_at"),
        Index("ix_minutes_paper_issued", "issued_at", "id"),
        Index("ix_minutes_paper_book", "series", "year", "number"),
    )


def papers_of(session: Session, series: str, year: int, number: int, sha256: str) -> list[MinutesPaper]:
    """Return the papers with this text and number; two where a paper was sent twice under different ids."""
    where = (MinutesPaper.sha256 == sha256, MinutesPaper.series == series, MinutesPaper.year == year,
             MinutesPaper.number == number)  # fmt: skip
    return list(session.scalars(select(MinutesPaper).where(*where).order_by(MinutesPaper.id)))


def lost_paper(session: Session, series: str, year: int, number: int) -> MinutesPaper | None:
    """Return the paper registered from its QR under a number, or None."""
    where = (MinutesPaper.status == "lost", MinutesPaper.series == series, MinutesPaper.year == year,
             MinutesPaper.number == number)  # fmt: skip
    return session.scalars(select(MinutesPaper).where(*where)).first()
