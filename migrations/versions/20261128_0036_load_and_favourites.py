"""Above how many minutes and moves a day a practice is warned, and routines that somebody assigns often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

LIMITS = {"load_minutes": ("20", 240), "load_moves": ("5", 24)}


def upgrade() -> None:
    # with their checks, not in a batch: a table that others point at cannot be made anew while its rows are there
    for name, (usual, most) in LIMITS.items():
        check = sa.CheckConstraint(f"{name} BETWEEN 1 AND {most}", name=op.f(f"ck_practice_{name}"))
        op.add_column("practice", sa.Column(name, sa.Integer(), check, nullable=False, server_default=usual))
    op.create_table(
        "routine_favourite",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("routine_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "routine_id"],
            ["routine.practice_id", "routine.id"],
            name=op.f("fk_routine_favourite_practice_id_routine_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "user_id"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_routine_favourite_practice_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_routine_favourite_practice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routine_favourite")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_routine_favourite_practice_id_id")),
        sa.UniqueConstraint(
            *("practice_id", "user_id", "routine_id"),
            name=op.f("uq_routine_favourite_practice_id_user_id_routine_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("routine_favourite")
    for name in LIMITS:
        op.drop_column("practice", name)
