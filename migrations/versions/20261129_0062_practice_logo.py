"""The picture in the practice's letterhead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ON_SHOW = sa.text("removed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "practice_logo",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("shown_by", sa.Uuid(), nullable=True),
        sa.Column("shown_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_practice_logo_practice_id")),
        sa.ForeignKeyConstraint(
            ["practice_id", "media_id"],
            ["media_file.practice_id", "media_file.id"],
            name=op.f("fk_practice_logo_practice_id_media_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "shown_by"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_practice_logo_practice_id_shown_by"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_logo")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_practice_logo_practice_id_id")),
    )
    op.create_index(
        "uq_practice_logo_on_show",
        "practice_logo",
        ["practice_id"],
        unique=True,
        sqlite_where=ON_SHOW,
        postgresql_where=ON_SHOW,
    )
    op.create_index(
        op.f("ix_practice_logo_practice_id_media_id"), "practice_logo", ["practice_id", "media_id"]
    )


def downgrade() -> None:
    op.drop_table("practice_logo")
