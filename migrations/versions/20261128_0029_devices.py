"""A session says in words which device it is on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "auth_session", sa.Column("device", sa.String(length=80), server_default="", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("auth_session", "device")
