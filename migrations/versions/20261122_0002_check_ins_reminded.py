"""Reminders, expiry and slower rhythms of check-ins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REMIND, SILENT = sa.text("remind_at IS NOT NULL"), sa.text("silent_since IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("checkin_schedule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("every_weeks", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("counted_from", sa.Date(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_checkin_schedule_every_weeks"), "every_weeks IN (1, 2, 4)")
    # not in batches: a table that others point at cannot be made anew while its rows are there
    for name in ("remind_at", "reminded_at", "silent_since"):
        op.add_column("checkin", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_checkin_remind_at"), "checkin", ["remind_at"], sqlite_where=REMIND, postgresql_where=REMIND
    )
    op.create_index(
        op.f("ix_checkin_practice_id_client_id_silent"),
        "checkin",
        ["practice_id", "client_id"],
        sqlite_where=SILENT,
        postgresql_where=SILENT,
    )
    op.add_column("outbox_message", sa.Column("start_by", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox_message", "start_by")
    op.drop_index(op.f("ix_checkin_practice_id_client_id_silent"), "checkin")
    op.drop_index(op.f("ix_checkin_remind_at"), "checkin")
    for name in ("silent_since", "reminded_at", "remind_at"):
        op.drop_column("checkin", name)
    with op.batch_alter_table("checkin_schedule", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_checkin_schedule_every_weeks"), type_="check")
        batch_op.drop_column("counted_from")
        batch_op.drop_column("every_weeks")
