"""Colleagues are found without looking at every client who has an account."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEX = "ix_user_account_practice_id_role"


def upgrade() -> None:
    op.create_index(INDEX, "user_account", ["practice_id", "role"])


def downgrade() -> None:
    op.drop_index(INDEX, "user_account")
