"""A second channel of mail to stop, and what all senders of a mail account share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client", sa.Column("messages_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "mail_account",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_account")),
    )
    op.create_table(
        "mail_connection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(holder IS NULL) = (held_until IS NULL)", name=op.f("ck_mail_connection_held_until")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_connection")),
        sa.UniqueConstraint("account", "slot", name=op.f("uq_mail_connection_account_slot")),
    )


def downgrade() -> None:
    op.drop_table("mail_connection")
    op.drop_table("mail_account")
    op.drop_column("client", "messages_stopped_at")
