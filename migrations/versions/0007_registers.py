"""Establishments and instruments in rows that the database sorts, searches and counts; filled from the documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

from server.services import register_rows

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_establishment_entry_site_id", "establishment_entry", ["site_id"]),
    ("ix_establishment_entry_merged_into", "establishment_entry", ["merged_into"]),
    ("ix_establishment_entry_tax_code", "establishment_entry", ["tax_code"]),
    ("ix_establishment_entry_name", "establishment_entry", ["name_key", "id"]),
    ("ix_establishment_entry_area", "establishment_entry", ["area_code", "name_key", "id"]),
    ("ix_instrument_entry_establishment_id", "instrument_entry", ["establishment_id"]),
    ("ix_instrument_entry_site", "instrument_entry", ["site_id", "verified_until", "is_suspended"]),
    ("ix_instrument_entry_due", "instrument_entry", ["verified_until", "id"]),
    ("ix_instrument_entry_area", "instrument_entry", ["area_code", "verified_until", "id"]),
)


def upgrade() -> None:
    establishments = op.create_table(
        "establishment_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("site_id", sa.String(length=36), nullable=False),
        sa.Column("merged_into", sa.String(length=36), nullable=False),
        sa.Column("area_code", sa.String(length=54), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("plain_name", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.String(length=20), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_establishment_entry")),
    )
    instruments = op.create_table(
        "instrument_entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("establishment_id", sa.String(length=36), nullable=False),
        sa.Column("site_id", sa.String(length=36), nullable=False),
        sa.Column("area_code", sa.String(length=54), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("serial_key", sa.String(length=400), nullable=False),
        sa.Column("verified_until", sa.String(length=10), nullable=False),
        sa.Column("is_suspended", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_entry")),
    )
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)
    register_rows.rebuild(Session(op.get_bind()), {"establishment": establishments, "instrument": instruments})


def downgrade() -> None:
    op.drop_table("instrument_entry")
    op.drop_table("establishment_entry")
