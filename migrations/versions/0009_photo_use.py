"""Photo records by the hash of their picture, so that one used at two sites is seen; filled from those that are there."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    use = op.create_table(
        "photo_use",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("inspection_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_use")),
    )
    op.create_index(op.f("ix_photo_use_inspection_id"), "photo_use", ["inspection_id"], unique=False)
    op.create_index(op.f("ix_photo_use_sha256"), "photo_use", ["sha256"], unique=False)
    document = sa.table("document", *(sa.column(name) for name in ("kind", "id", "parent", "is_deleted", "state")))
    query = sa.select(document.c.id, document.c.parent, document.c.state)
    query = query.where(document.c.kind == "photo", document.c.is_deleted.is_(sa.false()), document.c.parent.is_not(None))
    connection = op.get_bind()
    for id, parent, text in connection.execute(query).all():
        state = json.loads(text)
        sha256 = state.get("original_sha256") or state.get("sha256")
        if not state.get("voided") and isinstance(sha256, str) and len(sha256) == 64:
            connection.execute(sa.insert(use).values(id=id, inspection_id=parent, sha256=sha256))


def downgrade() -> None:
    op.drop_table("photo_use")
