"""An index that holds what the list of decisions counts by."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NAME, TABLE = "ix_inspection_summary_site", "inspection_summary"
COLUMNS = ["campaign_id", "establishment_id", "planned_on", "id", "status", "has_signed_paper", "open_requirements", "due_on", "measures"]


def upgrade() -> None:
    op.create_index(NAME, TABLE, COLUMNS, unique=False)


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
