"""Prints of papers at the office; what the queue of papers to print needs of each paper."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ADDED = (("inspection_id", 36), ("campaign_id", 36), ("form", 30), ("source", 10), ("issued_at", 20))


def upgrade() -> None:
    op.create_table(
        "paper_print",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("minutes_id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=36), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_print")),
    )
    op.create_index("ix_paper_print_minutes", "paper_print", ["minutes_id", "outcome"], unique=False)
    op.create_index("ix_paper_print_batch", "paper_print", ["batch_id", "place"], unique=False)
    op.create_index("ix_paper_print_started", "paper_print", ["started_at", "id"], unique=False)
    for name, length in ADDED:
        op.add_column("minutes_paper", sa.Column(name, sa.String(length=length), nullable=True))
    op.create_index("ix_minutes_paper_issued", "minutes_paper", ["issued_at", "id"], unique=False)
    op.create_index("ix_minutes_paper_book", "minutes_paper", ["series", "year", "number"], unique=False)
    _fill()


def downgrade() -> None:
    op.drop_index("ix_minutes_paper_book", table_name="minutes_paper")
    op.drop_index("ix_minutes_paper_issued", table_name="minutes_paper")
    for name, _length in ADDED:
        op.drop_column("minutes_paper", name)
    op.drop_table("paper_print")


def _fill() -> None:
    names = ("kind", "id", "is_deleted", "scope", "parent", "state")
    document = sa.table("document", *(sa.column(name) for name in names))
    paper = sa.table("minutes_paper", sa.column("id"), *(sa.column(name) for name, _length in ADDED))
    connection = op.get_bind()
    wanted = sa.select(document.c.id).where(document.c.kind == "minutes", document.c.is_deleted.is_(sa.false()))
    columns = document.c.scope, document.c.parent, document.c.state
    for id in connection.scalars(wanted).all():
        query = sa.select(*columns).where(document.c.kind == "minutes", document.c.id == id)
        scope, parent, text = connection.execute(query).one()
        state = json.loads(text)
        row = {
            "inspection_id": parent,
            "campaign_id": scope.removeprefix("campaign:")[:36] if scope.startswith("campaign:") else None,
            "form": str(state.get("form") or "")[:30],
            "source": str(state.get("source") or "lease")[:10],
            "issued_at": _instant(state.get("issued_at")),
        }
        connection.execute(sa.update(paper).where(paper.c.id == id).values(**row))


def _instant(value: object) -> str | None:
    try:
        at = datetime.fromisoformat(str(value))
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
