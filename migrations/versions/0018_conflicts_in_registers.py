"""Rows of the registers tell whether their document holds values that contradict each other."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from server.services import register_rows

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = {"establishment": "establishment_entry", "instrument": "instrument_entry"}


def upgrade() -> None:
    for table in TABLES.values():
        op.add_column(table, sa.Column("has_conflicts", sa.Boolean(), nullable=False, server_default=sa.false()))
        op.create_index(f"ix_{table}_has_conflicts", table, ["has_conflicts"], unique=False)
    connection = op.get_bind()
    known = sa.MetaData()
    tables = {kind: sa.Table(name, known, autoload_with=connection) for kind, name in TABLES.items()}
    register_rows.rebuild(Session(connection), tables)


def downgrade() -> None:
    for table in TABLES.values():
        op.drop_index(f"ix_{table}_has_conflicts", table_name=table)
        op.drop_column(table, "has_conflicts")
