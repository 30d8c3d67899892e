"""Uploads by device, state and hash: each photo asked three times through all that its tablet had ever sent."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_upload_device_state_sha256", "upload", ["device_id", "state", "sha256"], unique=False)
    op.drop_index(op.f("ix_upload_device_id"), table_name="upload")


def downgrade() -> None:
    op.create_index(op.f("ix_upload_device_id"), "upload", ["device_id"], unique=False)
    op.drop_index("ix_upload_device_state_sha256", table_name="upload")
