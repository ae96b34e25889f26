"""Devices that keep a client's moves, and logs that they send late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    own = sa.Column("own_device", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("auth_session", own)
    op.add_column("practice_log", sa.Column("late_key", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("practice_log", "late_key")
    op.drop_column("auth_session", "own_device")
