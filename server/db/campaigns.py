"""Who works in which campaign and where: projections of campaign and inspection documents, for grants."""

from __future__ import annotations

from sqlalchemy import Index, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Model
from server.db.documents import Document


class CampaignMember(Model):
    """A user on a campaign's team; members without an account are only in the document."""

    __tablename__ = "campaign_member"
    campaign_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(30))


class CampaignEstablishment(Model):
    """An establishment that a campaign targets or inspects; its area is granted to the team."""

    __tablename__ = "campaign_establishment"
    campaign_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    establishment_id: Mapped[str] = mapped_column(String(36), primary_key=True)

    __table_args__ = (Index("ix_campaign_establishment_site", "establishment_id", "campaign_id"),)


_MEMBER, _TARGET, _DOCUMENT = CampaignMember.__table__.c, CampaignEstablishment.__table__.c, Document.__table__.c
# Built once, and run by Core: every pull asks these, and building them anew cost more than running them.
_CAMPAIGNS = select(_MEMBER.campaign_id).where(_MEMBER.user_id == bindparam("user"))
_AREAS = (
    select(_DOCUMENT.scope)
    .join(CampaignEstablishment, _TARGET.establishment_id == _DOCUMENT.id)
    .join(CampaignMember, _MEMBER.campaign_id == _TARGET.campaign_id)
    .where(_DOCUMENT.kind == "establishment", _MEMBER.user_id == bindparam("user"))
    .distinct()
)


_SESSIONS = (
    select(_DOCUMENT.state)
    .join(CampaignMember, _MEMBER.campaign_id == _DOCUMENT.parent)
    .where(_DOCUMENT.kind == "verification_session", _MEMBER.user_id == bindparam("user"))
)
"""Where a verification team sits: the owners of that commune come to it, whether the campaign named them or not."""


def grants_of(session: Session, user_id: str) -> frozenset[str]:
    """`agency`, the user's campaigns, the areas of their establishments and of their verification sessions (protocol §2)."""
    connection = session.connection()
    campaigns = connection.execute(_CAMPAIGNS, {"user": user_id}).scalars()
    areas = connection.execute(_AREAS, {"user": user_id}).scalars()
    held = {state.get("area_code") for state in connection.execute(_SESSIONS, {"user": user_id}).scalars()}
    return frozenset(
        {"agency", *(f"campaign:{c}" for c in campaigns), *areas, *(f"area:{code}" for code in held if code)}
    )


def led_by(session: Session, user_id: str) -> frozenset[str]:
    """Campaigns whose minutes this user may issue: as leader, or as deputy named as substitute."""
    rows = session.scalars(
        select(CampaignMember.campaign_id).where(
            CampaignMember.user_id == user_id, CampaignMember.role.in_(("leader", "substitute"))
        )
    )
    return frozenset(rows)


def verified_by(session: Session, user_id: str) -> frozenset[str]:
    """Campaigns in which this user is on the team as verifier, and so issues records and certificates of verification."""
    query = select(CampaignMember.campaign_id)
    query = query.where(CampaignMember.user_id == user_id, CampaignMember.role == "verifier")
    return frozenset(session.scalars(query))
