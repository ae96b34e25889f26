"""Passkeys as a second step, and the challenge that a browser is asked to answer with one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("auth_session", sa.Column("challenge", sa.String(length=120), nullable=True))
    op.create_table(
        "passkey",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "user_id"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_passkey_practice_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_passkey_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_passkey_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id",
            "user_id",
            "credential_id",
            name=op.f("uq_passkey_practice_id_user_id_credential_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("passkey")
    op.drop_column("auth_session", "challenge")
