"""Plans of campaigns that somebody is still filling in."""

import sqlalchemy as sa
from alembic import op

from server.db.base import Instant, Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_draft",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("activity", sa.String(length=70), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("state", Json(), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_draft")),
    )
    op.create_index(op.f("ix_campaign_draft_activity"), "campaign_draft", ["activity"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_campaign_draft_activity"), table_name="campaign_draft")
    op.drop_table("campaign_draft")
