"""Plans of campaigns that somebody is still filling in: no document, no tablet sees one, nothing rests on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Instant, Json, Model


class CampaignDraft(Model):
    """One plan, from its first page until the campaign is opened from it (`campaign_id`), then only a trace of it."""

    __tablename__ = "campaign_draft"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    activity: Mapped[str] = mapped_column(String(70), index=True)
    """The activity's full name: BG-2021/A08."""
    owner: Mapped[str] = mapped_column(String(36))
    rev: Mapped[int]
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    campaign_id: Mapped[str | None] = mapped_column(String(36))
    changed_at: Mapped[datetime] = mapped_column(Instant)


def of_activity(session: Session, activity: str) -> list[CampaignDraft]:
    """The plans for an activity that no campaign was opened from, the last changed first."""
    query = select(CampaignDraft).where(CampaignDraft.activity == activity, CampaignDraft.campaign_id.is_(None))
    return list(session.scalars(query.order_by(CampaignDraft.changed_at.desc(), CampaignDraft.id).limit(100)))
