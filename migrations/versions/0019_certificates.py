"""Where a certificate is, and what it is looked for by, beside the papers. None was issued before: nothing to fill in."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("minutes_paper") as table:
        table.add_column(sa.Column("handling", sa.String(10), nullable=False, server_default=""))
        table.add_column(sa.Column("search", sa.Text(), nullable=False, server_default=""))
        table.create_index("ix_minutes_paper_handling", ["handling", "issued_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("minutes_paper") as table:
        table.drop_index("ix_minutes_paper_handling")
        table.drop_column("search")
        table.drop_column("handling")
