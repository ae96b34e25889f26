"""Which part of a move's own video shows the move: guided practice runs that part alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

TABLE = "exercise_picture"


def upgrade() -> None:
    begins = sa.CheckConstraint("part_from >= 0", name=op.f(f"ck_{TABLE}_part_from"))
    ends = sa.CheckConstraint("part_until > coalesce(part_from, 0)", name=op.f(f"ck_{TABLE}_part_until"))
    op.add_column(TABLE, sa.Column("part_from", sa.Integer(), begins, nullable=True))
    op.add_column(TABLE, sa.Column("part_until", sa.Integer(), ends, nullable=True))


def downgrade() -> None:
    op.drop_column(TABLE, "part_until")
    op.drop_column(TABLE, "part_from")
