"""The file of the logo stands with the practice, which every paper has read already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

SHOWN = (
    "UPDATE practice SET logo_id = (SELECT media_id FROM practice_logo"
    " WHERE practice_logo.practice_id = practice.id AND removed_at IS NULL)"
)


def upgrade() -> None:
    op.add_column("practice", sa.Column("logo_id", sa.Uuid(), nullable=True))
    op.execute(SHOWN)


def downgrade() -> None:
    op.drop_column("practice", "logo_id")
