"""SQLite: an INSERT OR REPLACE takes an entry away without asking the triggers on DELETE; now INSERT is asked, too."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL's ON CONFLICT is an UPDATE, and refused as one
    places = ("scope = NEW.scope AND seq = NEW.seq", "op_id = NEW.op_id", "rowid = NEW.rowid")
    taken = " OR ".join(f"EXISTS (SELECT 1 FROM journal WHERE {place})" for place in places)
    op.execute(
        f"CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal WHEN {taken} "
        "BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER journal_no_replace")
