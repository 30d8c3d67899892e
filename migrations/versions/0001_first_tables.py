"""The first tables, journal triggers, and this database's epoch."""

from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("exif", sa.Text(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "campaign_establishment",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("establishment_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "establishment_id", name=op.f("pk_campaign_establishment")),
    )
    op.create_table(
        "campaign_member",
        sa.Column("campaign_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "user_id", name=op.f("pk_campaign_member")),
    )
    op.create_index(op.f("ix_campaign_member_user_id"), "campaign_member", ["user_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("parent", sa.String(length=36), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_document")),
    )
    op.create_index("ix_document_parent_kind", "document", ["parent", "kind"], unique=False)
    op.create_index(op.f("ix_document_scope"), "document", ["scope"], unique=False)
    op.create_table(
        "feed",
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "kind", "id", name=op.f("pk_feed")),
    )
    op.create_index("ix_feed_scope_seq", "feed", ["scope", "seq"], unique=True)
    op.create_table(
        "journal",
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("op_id", sa.String(length=36), nullable=True),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("doc_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("scope", "seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("op_id", name=op.f("uq_journal_op_id")),
    )
    op.create_index(op.f("ix_journal_doc_id"), "journal", ["doc_id"], unique=False)
    op.create_table(
        "limit_confirmation",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("limit_id", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("reviewed_by", sa.String(length=200), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_limit_confirmation")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("op_id", sa.String(length=36), nullable=True),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=True),
        sa.Column("parent", sa.String(length=36), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_op_id"), "quarantine", ["op_id"], unique=False)
    op.create_index(op.f("ix_quarantine_parent"), "quarantine", ["parent"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("op_id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("op_id", name=op.f("pk_receipt")),
    )
    op.create_index("ix_receipt_device_seq", "receipt", ["device_id", "device_seq"], unique=True)
    op.create_table(
        "rule_set",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("served", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("version", name=op.f("uq_rule_set_version")),
    )
    op.create_table(
        "scope",
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_scope")),
    )
    op.create_table(
        "series",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("symbol", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_series")),
    )
    op.create_table(
        "server_state",
        sa.Column("key", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_server_state")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=8), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("holder", sa.String(length=50), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("photo_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("filetype", sa.String(length=100), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_device_id"), "upload", ["device_id"], unique=False)
    op.create_index(op.f("ix_upload_photo_id"), "upload", ["photo_id"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("tablet_name", sa.String(length=100), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("upload_token_hash", sa.String(length=64), nullable=False),
        sa.Column("next_device_seq", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_device_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
        sa.UniqueConstraint("upload_token_hash", name=op.f("uq_device_upload_token_hash")),
    )
    op.create_index(op.f("ix_device_user_id"), "device", ["user_id"], unique=False)
    op.create_table(
        "enrolment_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_enrolment_code_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_code")),
    )
    op.create_table(
        "minutes_number",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.String(length=36), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("lease_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["series"], ["series.series"], name=op.f("fk_minutes_number_series_series")),
        sa.PrimaryKeyConstraint("series", "year", "number", name=op.f("pk_minutes_number")),
    )
    op.create_index(op.f("ix_minutes_number_minutes_id"), "minutes_number", ["minutes_id"], unique=False)
    op.create_index("ix_minutes_number_status", "minutes_number", ["series", "year", "status"], unique=False)
    op.create_table(
        "programme_activity",
        sa.Column("programme_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("domain", sa.String(length=60), nullable=False),
        sa.Column("is_core", sa.Boolean(), nullable=False),
        sa.Column("months", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_programme_activity_programme_id_programme")
        ),
        sa.PrimaryKeyConstraint("programme_id", "code", name=op.f("pk_programme_activity")),
    )
    op.create_table(
        "series_year",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["series"], ["series.series"], name=op.f("fk_series_year_series_series")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_series_year")),
    )
    op.create_table(
        "number_lease",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_number_lease_device_id_device")),
        sa.ForeignKeyConstraint(["series"], ["series.series"], name=op.f("fk_number_lease_series_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_lease")),
    )
    op.create_index(op.f("ix_number_lease_device_id"), "number_lease", ["device_id"], unique=False)
    _make_journal_append_only()
    _begin_epoch()


def downgrade() -> None:
    op.drop_index(op.f("ix_number_lease_device_id"), table_name="number_lease")
    op.drop_table("number_lease")
    op.drop_table("series_year")
    op.drop_table("programme_activity")
    op.drop_index("ix_minutes_number_status", table_name="minutes_number")
    op.drop_index(op.f("ix_minutes_number_minutes_id"), table_name="minutes_number")
    op.drop_table("minutes_number")
    op.drop_table("enrolment_code")
    op.drop_index(op.f("ix_device_user_id"), table_name="device")
    op.drop_table("device")
    op.drop_table("user_account")
    op.drop_index(op.f("ix_upload_photo_id"), table_name="upload")
    op.drop_index(op.f("ix_upload_device_id"), table_name="upload")
    op.drop_table("upload")
    op.drop_table("signing_key")
    op.drop_table("server_state")
    op.drop_table("series")
    op.drop_table("scope")
    op.drop_table("rule_set")
    op.drop_index("ix_receipt_device_seq", table_name="receipt")
    op.drop_table("receipt")
    op.drop_index(op.f("ix_quarantine_parent"), table_name="quarantine")
    op.drop_index(op.f("ix_quarantine_op_id"), table_name="quarantine")
    op.drop_table("quarantine")
    op.drop_table("programme")
    op.drop_table("limit_confirmation")
    op.drop_index(op.f("ix_journal_doc_id"), table_name="journal")
    op.drop_table("journal")
    op.drop_index("ix_feed_scope_seq", table_name="feed")
    op.drop_table("feed")
    op.drop_index(op.f("ix_document_scope"), table_name="document")
    op.drop_index("ix_document_parent_kind", table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_campaign_member_user_id"), table_name="campaign_member")
    op.drop_table("campaign_member")
    op.drop_table("campaign_establishment")
    op.drop_table("blob")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION journal_append_only()")


def _make_journal_append_only() -> None:
    """An entry, once written, is evidence: the database itself refuses to change it."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal "
                "BEGIN SELECT RAISE(ABORT, 'journal is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'journal is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()"
    )


def _begin_epoch() -> None:
    state = sa.table(
        "server_state", sa.column("key"), sa.column("value"), sa.column("changed_at", sa.DateTime(timezone=True))
    )
    op.execute(state.insert().values(key="epoch", value=uuid4().hex, changed_at=datetime.now(UTC)))
