"""A session knows when it was last shown who sits there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


# What the release before this one begins, while both run, has shown nothing yet.
LONG_AGO = "1970-01-01 00:00:00"


def upgrade() -> None:
    at = sa.Column("proven_at", sa.DateTime(timezone=True), nullable=False, server_default=LONG_AGO)
    op.add_column("auth_session", at)
    op.execute("UPDATE auth_session SET proven_at = created_at")


def downgrade() -> None:
    with op.batch_alter_table("auth_session", schema=None) as batch:
        batch.drop_column("proven_at")
