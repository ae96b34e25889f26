"""A version of a routine may bring the rhythm of its check-ins along."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("routine_version", schema=None) as batch:
        batch.add_column(sa.Column("checkin_preset", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("routine_version", schema=None) as batch:
        batch.drop_column("checkin_preset")
