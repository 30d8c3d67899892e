"""What a tablet was first answered about an operation in quarantine, where the reason has become another since."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("first_code", sa.String(length=40), nullable=True))
    op.add_column("quarantine", sa.Column("first_detail", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("quarantine", "first_detail")
    op.drop_column("quarantine", "first_code")
