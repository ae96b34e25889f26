"""Time that the practice spends on a client between visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_time",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("live", "review", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=160), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 480", name=op.f("ck_staff_time_minutes")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_staff_time_practice_id")),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_staff_time_practice_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "user_id"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_staff_time_practice_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_time")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_staff_time_practice_id_id")),
    )
    op.create_index(
        op.f("ix_staff_time_practice_id_client_id_day"), "staff_time", ["practice_id", "client_id", "day"]
    )
    op.create_index(op.f("ix_staff_time_practice_id_day"), "staff_time", ["practice_id", "day"])


def downgrade() -> None:
    op.drop_table("staff_time")
