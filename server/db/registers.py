"""What lists need of establishments and instruments: projections of their documents, so that the database sorts and counts."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Model


class EstablishmentEntry(Model):
    """One live establishment in one row, kept equal to its document by the ledger (services/register_rows).

    `site_id` is the establishment that stands for it: itself, or the one that it was merged into, over however many steps.
    """

    __tablename__ = "establishment_entry"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    site_id: Mapped[str] = mapped_column(String(36))
    merged_into: Mapped[str] = mapped_column(String(36), index=True)
    """What the document says, "" where it stands for itself."""
    area_code: Mapped[str] = mapped_column(String(54))
    name_key: Mapped[str] = mapped_column(String(400))
    """The name in the order of the Vietnamese alphabet (alphabet.stored_key)."""
    plain_name: Mapped[str] = mapped_column(Text)
    """The words of the name as two spellings share them (register_rows.likeness), for finding establishments entered twice."""
    tax_code: Mapped[str] = mapped_column(String(20), index=True)
    """Digits only; the first ten are the legal entity's."""
    lines: Mapped[str] = mapped_column(Text)
    """Lines of business in small letters, each between bars: |xăng dầu|gas|."""
    search: Mapped[str] = mapped_column(Text)
    has_conflicts: Mapped[bool] = mapped_column(index=True)
    """Whether two people wrote different values into its document."""

    __table_args__ = (
        Index("ix_establishment_entry_site", "site_id", "id"),
        Index("ix_establishment_entry_name", "name_key", "id"),
        Index("ix_establishment_entry_area", "area_code", "name_key", "id"),
        # Holds what establishments entered twice are looked for by. `plain_name` has no length that PostgreSQL could index.
        Index("ix_establishment_entry_twins", "area_code", "tax_code", "site_id", "id"),
    )


class InstrumentEntry(Model):
    """One live instrument in one row, kept equal to its document by the ledger (services/register_rows)."""

    __tablename__ = "instrument_entry"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    establishment_id: Mapped[str] = mapped_column(String(36), index=True)
    site_id: Mapped[str] = mapped_column(String(36))
    """The establishment that stands for its own after mergers."""
    area_code: Mapped[str] = mapped_column(String(54))
    type: Mapped[str] = mapped_column(String(60))
    serial_key: Mapped[str] = mapped_column(String(400))
    verified_until: Mapped[str] = mapped_column(String(10))
    """An ISO day, "" where none is known."""
    is_suspended: Mapped[bool]
    search: Mapped[str] = mapped_column(Text)
    has_conflicts: Mapped[bool] = mapped_column(index=True)

    __table_args__ = (
        Index("ix_instrument_entry_site", "site_id", "verified_until", "is_suspended"),
        Index("ix_instrument_entry_due", "verified_until", "id", "site_id", "is_suspended"),
        Index("ix_instrument_entry_area", "area_code", "verified_until", "id"),
    )
