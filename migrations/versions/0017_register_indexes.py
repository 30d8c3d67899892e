"""Indexes that hold what the registers count and sort by."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# table, the index before, its columns, the index now, its columns
CHANGED = (
    ("establishment_entry", "ix_establishment_entry_site_id", ["site_id"], "ix_establishment_entry_site", ["site_id", "id"]),
    ("instrument_entry", "ix_instrument_entry_due", ["verified_until", "id"],
     "ix_instrument_entry_due", ["verified_until", "id", "site_id", "is_suspended"]),
    ("inspection_summary", "ix_inspection_summary_establishment_id", ["establishment_id"],
     "ix_inspection_summary_visits", ["establishment_id", "status", "inspected_on"]),
)  # fmt: skip


def upgrade() -> None:
    for table, old, _, new, columns in CHANGED:
        op.drop_index(old, table_name=table)
        op.create_index(new, table, columns, unique=False)


def downgrade() -> None:
    for table, old, columns, new, _ in CHANGED:
        op.drop_index(new, table_name=table)
        op.create_index(old, table, columns, unique=False)
