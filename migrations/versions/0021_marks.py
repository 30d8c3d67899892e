"""One row for each sticker or seal that left its roll, so that the ledger finds runs of serials by the database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from server.services import mark_rows

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "mark_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("fate", sa.String(length=10), nullable=False),
        sa.Column("is_odd", sa.Boolean(), nullable=False),
        sa.Column("used_on", sa.String(length=10), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_entry")),
    )
    for name, columns in (
        ("ix_mark_entry_run", ["campaign_id", "kind", "head", "width", "fate", "is_odd", "used_on", "number"]),
        ("ix_mark_entry_serial", ["head", "width", "number"]),
        ("ix_mark_entry_session", ["session_id", "kind", "fate"]),
    ):
        op.create_index(name, "mark_entry", columns, unique=False)
    mark_rows.rebuild(Session(op.get_bind()), table)


def downgrade() -> None:
    op.drop_table("mark_entry")
