"""Who saw what, append-only; the journal's author and instant beside each entry, for the trail."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
PIECE = 5000


def upgrade() -> None:
    op.create_table(
        "view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("doc_id", sa.String(length=36), nullable=False),
        sa.Column("page", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view")),
    )
    op.create_index(op.f("ix_view_at"), "view", ["at"], unique=False)
    op.create_index("ix_view_user_id_at", "view", ["user_id", "at"], unique=False)
    op.create_index("ix_view_doc_id_at", "view", ["doc_id", "at"], unique=False)
    op.add_column("journal", sa.Column("actor", sa.String(length=50), nullable=True))
    op.add_column("journal", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER journal_no_update" if is_sqlite else "ALTER TABLE journal DISABLE TRIGGER journal_append_only")
    _fill()
    if is_sqlite:
        for table, verbs in (("journal", ("UPDATE",)), ("view", ("UPDATE", "DELETE"))):
            for verb in verbs:
                op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                           f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
        op.execute("CREATE TRIGGER view_no_replace BEFORE INSERT ON view WHEN EXISTS (SELECT 1 FROM view WHERE id = NEW.id) "
                   "BEGIN SELECT RAISE(ABORT, 'view is append-only'); END")
    else:
        op.execute("ALTER TABLE journal ENABLE TRIGGER journal_append_only")
        op.execute("CREATE FUNCTION view_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                   "$$ BEGIN RAISE EXCEPTION 'view is append-only'; END $$")
        op.execute("CREATE TRIGGER view_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON view "
                   "FOR EACH STATEMENT EXECUTE FUNCTION view_append_only()")
    op.create_index("ix_journal_actor_received_at", "journal", ["actor", "received_at"], unique=False)
    op.create_index(op.f("ix_journal_received_at"), "journal", ["received_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_journal_received_at"), table_name="journal")
    op.drop_index("ix_journal_actor_received_at", table_name="journal")
    for name in ("received_at", "actor"):
        op.drop_column("journal", name)
    op.drop_table("view")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION view_append_only()")


def _fill() -> None:
    """Copy what stands in the entries; the entries themselves stay as they are."""
    journal = sa.table("journal", sa.column("scope"), sa.column("seq"), sa.column("entry"), sa.column("actor"),
                       sa.column("received_at", sa.DateTime(timezone=True)))
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    change = (sa.update(journal).where(journal.c.scope == sa.bindparam("of"), journal.c.seq == sa.bindparam("at"))
              .values(actor=sa.bindparam("who"), received_at=sa.bindparam("when", type_=sa.DateTime(timezone=True))))
    for scope in connection.execute(sa.select(journal.c.scope).distinct()).scalars().all():
        after = 0
        while rows := connection.execute(
            sa.select(journal.c.seq, journal.c.entry).where(journal.c.scope == scope, journal.c.seq > after)
            .order_by(journal.c.seq).limit(PIECE)
        ).all():
            connection.execute(change, [_beside(scope, seq, json.loads(entry), is_sqlite) for seq, entry in rows])
            after = rows[-1].seq


def _beside(scope, seq, entry, is_sqlite):
    when = datetime.fromisoformat(entry["received_at"])
    if is_sqlite:
        when = when.astimezone(UTC).replace(tzinfo=None)
    return {"of": scope, "at": seq, "who": entry["actor"], "when": when}
