"""Reminders to practise, on a client's own wish."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLE = "practice_reminder"
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert", "address_proof", "address_notice", "program_offered"),
    *("course_place", "course_welcome", "group_message", "staff_invitation"),
    *("appointment", "appointment_reminder", "booking_answer", "booking_wish", "message_waits"),
)
NEW_KIND = "practice_reminder"
NAME = "ck_outbox_message_kind"
WAYS = sa.Enum("mail", "calendar", name="way", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=False),
        sa.Column("way", WAYS, nullable=False),
        sa.Column("wished_at", INSTANT, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("next_due_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{TABLE}_practice_id")),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f(f"fk_{TABLE}_practice_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{TABLE}_practice_id_id")),
        sa.UniqueConstraint("practice_id", "client_id", name=op.f(f"uq_{TABLE}_practice_id_client_id")),
    )
    filled = sa.text("next_due_at IS NOT NULL")
    op.create_index(
        op.f(f"ix_{TABLE}_next_due_at"),
        TABLE,
        ["next_due_at"],
        sqlite_where=filled,
        postgresql_where=filled,
    )
    _allow((*KINDS, NEW_KIND))


def downgrade() -> None:
    op.execute(
        "UPDATE outbox_message SET kind = 'questionnaire', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{NEW_KIND}'"
    )
    _allow(KINDS)
    op.drop_table(TABLE)


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.drop_constraint(op.f(NAME), type_="check")
        batch.create_check_constraint(op.f(NAME), f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
