"""The index of the review queue holds what the queue filters by."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_inspection_summary_status", "inspection_summary"
FILTERS = ["campaign_id", "verdict", "conflicts", "odd_photos", "missing_photos", "odd_papers", "awaits_signed_paper"]


def upgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["status", "issued_at", "id", *FILTERS], unique=False)


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["status", "issued_at", "id"], unique=False)
