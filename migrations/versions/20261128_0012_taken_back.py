"""A warning sign that was ticked by mistake can be taken back, with a reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CHECK = "taken_back_why"


def upgrade() -> None:
    with op.batch_alter_table("warning_flag") as flags:
        flags.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))
        flags.add_column(sa.Column("taken_back_reason", sa.Text(), nullable=True))
        flags.create_check_constraint(CHECK, "(taken_back_at IS NULL) = (taken_back_reason IS NULL)")


def downgrade() -> None:
    with op.batch_alter_table("warning_flag") as flags:
        flags.drop_constraint(CHECK, type_="check")
        flags.drop_column("taken_back_reason")
        flags.drop_column("taken_back_at")
