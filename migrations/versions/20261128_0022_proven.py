"""A session knows when it was last shown who sits there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("auth_session", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE auth_session SET proven_at = created_at")
    with op.batch_alter_table("auth_session", schema=None) as batch:
        batch.alter_column("proven_at", existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("auth_session", schema=None) as batch:
        batch.drop_column("proven_at")
