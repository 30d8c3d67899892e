"""One row for each inspection, for lists and the review queue; what waits in quarantine by the inspection it names."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from server.db.base import Json
from server.services import inspection_summary
from server.services.quarantine import inspection_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    summary = op.create_table(
        "inspection_summary",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("establishment_id", sa.String(length=36), nullable=False),
        sa.Column("lead_user_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("planned_on", sa.String(length=10), nullable=False),
        sa.Column("inspected_on", sa.String(length=10), nullable=False),
        sa.Column("issued_at", sa.String(length=20), nullable=False),
        sa.Column("nonconforming", sa.Integer(), nullable=False),
        sa.Column("inconclusive", sa.Integer(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("odd_photos", sa.Integer(), nullable=False),
        sa.Column("missing_photos", sa.Integer(), nullable=False),
        sa.Column("odd_papers", sa.Integer(), nullable=False),
        sa.Column("has_signed_paper", sa.Boolean(), nullable=False),
        sa.Column("awaits_signed_paper", sa.Boolean(), nullable=False),
        sa.Column("open_requirements", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("measures", sa.Integer(), nullable=False),
        sa.Column("minutes", Json(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_summary")),
    )
    for name, columns in (
        ("ix_inspection_summary_status", ["status", "issued_at", "id"]),
        ("ix_inspection_summary_campaign", ["campaign_id", "status", "issued_at"]),
        ("ix_inspection_summary_planned", ["planned_on", "id"]),
        (op.f("ix_inspection_summary_establishment_id"), ["establishment_id"]),
    ):
        op.create_index(name, "inspection_summary", columns, unique=False)
    op.add_column("quarantine", sa.Column("inspection_id", sa.String(length=36), nullable=True))
    op.create_index("ix_quarantine_inspection_state", "quarantine", ["inspection_id", "state"], unique=False)
    _name_inspections()
    inspection_summary.rebuild(Session(op.get_bind()), summary)


def downgrade() -> None:
    op.drop_index("ix_quarantine_inspection_state", table_name="quarantine")
    op.drop_column("quarantine", "inspection_id")
    op.drop_table("inspection_summary")


def _name_inspections() -> None:
    quarantine = sa.table("quarantine", sa.column("id"), sa.column("raw"), sa.column("inspection_id"))
    connection = op.get_bind()
    for id, raw in connection.execute(sa.select(quarantine.c.id, quarantine.c.raw)).all():
        try:
            named = inspection_of(json.loads(raw))
        except (ValueError, RecursionError):
            continue
        if named is not None:
            connection.execute(sa.update(quarantine).where(quarantine.c.id == id).values(inspection_id=named))
