"""From which pain on a client stops, what kept them from a move, and how it was the morning after."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OBSTACLES = ("hurts", "no_time", "forgot", "not_sure_how", "other")
BOUNDS = "pain_ceiling BETWEEN 1 AND 10"


def upgrade() -> None:
    # with their checks, not in batches: a table that others point at cannot be made anew while its rows are there
    op.add_column("practice", _ceiling("practice", nullable=False, server_default="6"))
    op.add_column("client", _ceiling("client", nullable=True))
    with op.batch_alter_table("practice_log") as batch:
        batch.add_column(sa.Column("obstacle", _obstacle(), nullable=True))
    op.create_table(
        "pain_morning",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_pain_morning_practice_id")),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_pain_morning_practice_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pain_morning")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_pain_morning_practice_id_id")),
        sa.UniqueConstraint(
            *("practice_id", "client_id", "local_date"),
            name=op.f("uq_pain_morning_practice_id_client_id_local_date"),
        ),
    )


def downgrade() -> None:
    op.drop_table("pain_morning")
    with op.batch_alter_table("practice_log") as batch:
        batch.drop_constraint(op.f("ck_practice_log_obstacle"), type_="check")
        batch.drop_column("obstacle")
    op.drop_column("client", "pain_ceiling")
    op.drop_column("practice", "pain_ceiling")


def _ceiling(table: str, *, nullable: bool, server_default: str | None = None) -> sa.Column[int]:
    check = sa.CheckConstraint(BOUNDS, name=op.f(f"ck_{table}_pain_ceiling"))
    return sa.Column("pain_ceiling", sa.Integer(), check, nullable=nullable, server_default=server_default)


def _obstacle() -> sa.Enum:
    return sa.Enum(*OBSTACLES, name="obstacle", native_enum=False, create_constraint=True, length=24)
