"""`durable:<scope>` must fit into server_state.key: PostgreSQL refuses 53 characters in 30, SQLite never looked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("server_state") as table:
        table.alter_column("key", existing_type=sa.String(30), type_=sa.String(80), existing_nullable=False)


def downgrade() -> None:
    op.execute("DELETE FROM server_state WHERE length(key) > 30")
    with op.batch_alter_table("server_state") as table:
        table.alter_column("key", existing_type=sa.String(80), type_=sa.String(30), existing_nullable=False)
