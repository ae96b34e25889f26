"""Who else looks after a client: doctors, surgeons, therapists outside the practice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLES = ("gp", "specialist", "surgeon", "physio", "trainer", "other")


def upgrade() -> None:
    op.create_table(
        "other_clinician",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_other_clinician_practice_id")
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_other_clinician_practice_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_clinician")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_other_clinician_practice_id_id")),
    )
    op.create_index(
        op.f("ix_other_clinician_practice_id_client_id"), "other_clinician", ["practice_id", "client_id"]
    )


def downgrade() -> None:
    op.drop_table("other_clinician")
