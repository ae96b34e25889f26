"""Whether a client may choose harder ways of a program's moves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allowed = sa.Column("allows_harder", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("program", allowed)


def downgrade() -> None:
    op.drop_column("program", "allows_harder")
