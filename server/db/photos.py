"""Where the same picture stands: a projection of photo records by the hash of the original bytes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, and_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from server.db.base import Model


class PhotoUse(Model):
    """One photo record that was not voided, kept equal to the documents by the ledger (services/photo_uses)."""

    __tablename__ = "photo_use"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    inspection_id: Mapped[str] = mapped_column(String(36), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Of the original, where the tablet sent a smaller copy."""


def used_again(session: Session, inspection_ids: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Return (inspection, photo, other inspection, other photo) for every picture that these inspections share with any
    record, their own included."""
    here, there = aliased(PhotoUse), aliased(PhotoUse)
    query = select(here.inspection_id, here.id, there.inspection_id, there.id)
    query = query.join(there, and_(there.sha256 == here.sha256, there.id != here.id))
    rows = session.execute(query.where(here.inspection_id.in_(inspection_ids)).order_by(here.id, there.id))
    return [(a, b, c, d) for a, b, c, d in rows]
