"""A client has a date of birth, if the practice writes one down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client", sa.Column("born_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("client", "born_on")
