"""How far a batch of mails has come stands where other machines see it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sending_batch",
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(length=120), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mails", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sending_batch")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE sending_batch SET UNLOGGED")
        # a row is written anew some 25 times and then deleted: room for that on its own page
        op.execute("ALTER TABLE sending_batch SET (fillfactor = 50)")


def downgrade() -> None:
    op.drop_table("sending_batch")
