"""Papers by their digest, so that a scanned QR is one indexed look-up; filled from the minutes that are there."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    paper = op.create_table(
        "minutes_paper",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_paper")),
    )
    op.create_index(op.f("ix_minutes_paper_sha256"), "minutes_paper", ["sha256"], unique=False)
    op.create_index(op.f("ix_minutes_paper_status"), "minutes_paper", ["status"], unique=False)
    document = sa.table("document", sa.column("kind"), sa.column("id"), sa.column("is_deleted"), sa.column("state"))
    connection = op.get_bind()
    wanted = sa.select(document.c.id).where(document.c.kind == "minutes", document.c.is_deleted.is_(sa.false()))
    for id in connection.scalars(wanted).all():
        text = connection.scalar(sa.select(document.c.state).where(document.c.kind == "minutes", document.c.id == id))
        state = json.loads(text)
        reason = (state.get("voided") or {}).get("reason")
        digest = hashlib.sha256(state["canonical"].encode()).hexdigest()
        row = {name: state[name] for name in ("series", "year", "number", "status")}
        connection.execute(sa.insert(paper).values(id=id, sha256=digest, reason=reason, **row))


def downgrade() -> None:
    op.drop_table("minutes_paper")
