"""What recording an assessment as one goes needs: the draft's own state, and what "all normal" set."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessment_draft",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("refused", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("conditions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "assessment_id"],
            ["assessment.practice_id", "assessment.id"],
            name=op.f("fk_assessment_draft_practice_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "saved_by"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_assessment_draft_practice_id_saved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_assessment_draft_practice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_draft")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_assessment_draft_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id", "assessment_id", name=op.f("uq_assessment_draft_practice_id_assessment_id")
        ),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("as_normal", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_column("as_normal")
    op.drop_table("assessment_draft")
