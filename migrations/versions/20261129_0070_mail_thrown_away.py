"""Mail that was held can be thrown away, and says whether somebody was called to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    called = sa.Column("called", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("mail_reply", called)
    op.add_column("mail_reply", sa.Column("thrown_away_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # what was thrown away is gone where nobody knows of it
    op.execute("DELETE FROM mail_reply WHERE thrown_away_at IS NOT NULL")
    op.drop_column("mail_reply", "thrown_away_at")
    op.drop_column("mail_reply", "called")
