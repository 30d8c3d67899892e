"""One-time passwords, sessions that can be ended, and the second factor of supervisors and administrators."""

import sqlalchemy as sa
from alembic import op

from server.db.base import Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("must_change_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user_account", sa.Column("second_factor", sa.String(length=10), nullable=False, server_default="off"))
    op.add_column("user_account", sa.Column("sessions_ended", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("recovery", Json(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_second_factor_user_id_user_account")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )


def downgrade() -> None:
    op.drop_table("second_factor")
    for name in ("sessions_ended", "second_factor", "must_change_by"):
        op.drop_column("user_account", name)
