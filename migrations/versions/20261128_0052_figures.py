"""The figures of each practice as they were last made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_figures",
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_figures")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_figures_practice_id")
        ),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_practice_figures_practice_id_id")),
        sa.UniqueConstraint("practice_id", name=op.f("uq_practice_figures_practice_id")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM practice_figures")  # counted anew
    op.drop_table("practice_figures")
