"""Where the same picture stands: a projection of photo records by the hash of the original bytes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, and_, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from server.db.base import Model


class PhotoUse(Model):
    """One photo record that was not voided, kept equal to the documents by the ledger (services/photo_uses)."""

    __tablename__ = "photo_use"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    inspection_id: Mapped[str] = mapped_column(String(36), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Of the original, where the tablet sent a smaller copy."""


_HERE, _THERE = aliased(PhotoUse), aliased(PhotoUse)
_TWICE = and_(_THERE.sha256 == _HERE.sha256, _THERE.id != _HERE.id)
MOST = 200
"""Pairs that a page names: one picture may stand in a thousand records."""


def used_again(session: Session, inspection_id: str) -> list[tuple[str, str]]:
    """Return (photo, inspection of the other record) for each picture of an inspection that stands in another record."""
    query = select(_HERE.id, _THERE.inspection_id).join(_THERE, _TWICE).where(_HERE.inspection_id == inspection_id)
    rows = session.execute(query.order_by(_HERE.id, _THERE.id).limit(MOST))
    return [(photo, other) for photo, other in rows]


def count_used_again(session: Session, inspection_ids: Sequence[str]) -> dict[str, int]:
    """Count for each inspection its photos whose picture stands in another record, its own included."""
    query = select(_HERE.inspection_id, func.count(_HERE.id.distinct())).join(_THERE, _TWICE)
    rows = session.execute(query.where(_HERE.inspection_id.in_(inspection_ids)).group_by(_HERE.inspection_id))
    return {row[0]: row[1] for row in rows}
