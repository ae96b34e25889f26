"""A practice's address, for its papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("practice", sa.Column("address", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("practice", "address")
