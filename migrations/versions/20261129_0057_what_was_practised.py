"""What guided practice counted of a move on a day, and in which way it was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

COUNTS = ("reps_both", "reps_left", "reps_right")
WAYS = "'easier', 'harder'"


def upgrade() -> None:
    for name in COUNTS:
        bounds = sa.CheckConstraint(f"{name} BETWEEN 0 AND 3000", name=op.f(f"ck_practice_log_{name}"))
        op.add_column("practice_log", sa.Column(name, sa.Integer(), bounds, nullable=True))
    known = sa.CheckConstraint(f"way IN ({WAYS})", name=op.f("ck_practice_log_way"))
    op.add_column("practice_log", sa.Column("way", sa.String(24), known, nullable=True))
    op.add_column("practice_log", sa.Column("way_words", sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("way_words", "way", *reversed(COUNTS)):
        op.drop_column("practice_log", name)
