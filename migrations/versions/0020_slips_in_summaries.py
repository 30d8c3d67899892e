"""Rows of inspections tell of which verification session a slip is, and what it counts for there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from server.db.base import Json
from server.services import inspection_summary

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLE, INDEX = "inspection_summary", "ix_inspection_summary_session_id"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("session_id", sa.String(36), nullable=False, server_default=""))
    op.add_column(TABLE, sa.Column("slip", Json(), nullable=False, server_default="{}"))
    op.create_index(INDEX, TABLE, ["session_id"], unique=False)
    connection = op.get_bind()
    lists = sa.Column("minutes", Json()), sa.Column("slip", Json())
    table = sa.Table(TABLE, sa.MetaData(), *lists, autoload_with=connection)
    inspection_summary.rebuild(Session(connection), table)


def downgrade() -> None:
    op.drop_index(INDEX, table_name=TABLE)
    op.drop_column(TABLE, "slip")
    op.drop_column(TABLE, "session_id")
