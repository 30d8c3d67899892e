"""Indexes that hold what lists of the programme and of establishments entered twice look for."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEXES = (
    ("campaign_establishment", "ix_campaign_establishment_site", ["establishment_id", "campaign_id"]),
    ("minutes_paper", "ix_minutes_paper_campaign", ["campaign_id", "status"]),
    ("establishment_entry", "ix_establishment_entry_twins", ["area_code", "tax_code", "site_id", "id"]),
)


def upgrade() -> None:
    for table, name, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)


def downgrade() -> None:
    for table, name, _ in INDEXES:
        op.drop_index(name, table_name=table)
