"""Word by mail that a message waits for a client."""

from __future__ import annotations

from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None

KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert", "address_proof", "address_notice", "program_offered"),
    *("course_place", "course_welcome", "group_message", "staff_invitation"),
    *("appointment", "appointment_reminder", "booking_answer", "booking_wish"),
)
NEW_KIND = "message_waits"
NAME = "ck_outbox_message_kind"


def upgrade() -> None:
    _allow((*KINDS, NEW_KIND))


def downgrade() -> None:
    op.execute(
        "UPDATE outbox_message SET kind = 'questionnaire', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{NEW_KIND}'"
    )
    _allow(KINDS)


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.drop_constraint(op.f(NAME), type_="check")
        batch.create_check_constraint(op.f(NAME), f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
