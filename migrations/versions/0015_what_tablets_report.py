"""What a tablet says of itself when it greets: its build, and what it has not sent."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("app_build", sa.String(length=60), nullable=True))
    op.add_column("device", sa.Column("unsent_operations", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("unsent_photos", sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in ("unsent_photos", "unsent_operations", "app_build"):
        op.drop_column("device", name)
