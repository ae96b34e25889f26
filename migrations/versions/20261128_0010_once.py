"""Kinds of mail are a closed set, no warning sign is a time, a demonstration is a reason.

A questionnaire's request no longer keeps its form's key: its id follows from it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "password_reset", "warning_sign_alert"),
    *("practice_notice", "checkin_preview", "test_mail"),
)
OLD_REASONS = (
    *("late", "not_started", "paused", "ended", "locked", "archived", "no_consent", "unsubscribed"),
    *("no_address", "bounced", "numbers_not_set", "unanswered_twice", "answered_today", "one_mail_a_day"),
)
DEMONSTRATION = "demonstration"
PURPOSES = ("invitation", "reset", "checkin", "questionnaire")
NEVER_STORED = "unsubscribe"  # such a link is signed: no row ever had this purpose
NO_SIGNS = "none of the warning signs"


def upgrade() -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_check_constraint(op.f("ck_outbox_message_kind"), _among("kind", KINDS))
    _allow_reasons((*OLD_REASONS, DEMONSTRATION))
    _allow_purposes(PURPOSES)
    op.add_column("checkin", sa.Column("signs_denied_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE checkin SET signs_denied_at = (SELECT max(checkin_event.happened_at) FROM checkin_event"
        " WHERE checkin_event.practice_id = checkin.practice_id AND checkin_event.checkin_id = checkin.id"
        f" AND checkin_event.reason = '{NO_SIGNS}')"
    )
    with op.batch_alter_table("questionnaire_request", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_questionnaire_request_practice_id_form_key"), type_="unique")
        batch_op.drop_column("form_key")


def downgrade() -> None:
    with op.batch_alter_table("questionnaire_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form_key", sa.String(length=32), nullable=True))
    # any key that is its own will do: the forms of these requests were sent long ago
    op.execute("UPDATE questionnaire_request SET form_key = lower(replace(CAST(id AS VARCHAR(36)), '-', ''))")
    with op.batch_alter_table("questionnaire_request", schema=None) as batch_op:
        batch_op.alter_column("form_key", existing_type=sa.String(length=32), nullable=False)
        batch_op.create_unique_constraint(
            op.f("uq_questionnaire_request_practice_id_form_key"), ["practice_id", "form_key"]
        )
    op.drop_column("checkin", "signs_denied_at")  # the lines of the history still say it
    # what was kept back for the demonstration keeps its line in the history, in words
    op.execute(f"UPDATE checkin SET skip_reason = NULL WHERE skip_reason = '{DEMONSTRATION}'")
    _allow_reasons(OLD_REASONS)
    _allow_purposes((*PURPOSES, NEVER_STORED))
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")


def _allow_reasons(reasons: tuple[str, ...]) -> None:
    with op.batch_alter_table("checkin", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_checkin_skip_reason"), type_="check")
        batch_op.create_check_constraint(op.f("ck_checkin_skip_reason"), _among("skip_reason", reasons))


def _allow_purposes(purposes: tuple[str, ...]) -> None:
    with op.batch_alter_table("link_token", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_link_token_purpose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_link_token_purpose"), _among("purpose", purposes))


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
