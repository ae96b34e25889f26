"""A positive screen has a mail of its own, and stands on the pages of whoever it did not reach."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    "test_mail",
)
SCREEN = "screen_alert"
TOLD = ("warning_sign_alert", "practice_notice")
INDEX = "ix_outbox_message_practice_id_user_id_unseen"


def upgrade() -> None:
    op.drop_index(INDEX, table_name="outbox_message")
    _allow((*KINDS, SCREEN))
    _list_unseen((TOLD[0], SCREEN, TOLD[1]))


def downgrade() -> None:
    op.drop_index(INDEX, table_name="outbox_message")
    # what waits is called back: before, there was no such mail
    op.execute(
        "UPDATE outbox_message SET kind = 'test_mail', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{SCREEN}'"
    )
    _allow(KINDS)
    _list_unseen(TOLD)


def _list_unseen(kinds: tuple[str, ...]) -> None:
    unseen = sa.text(f"seen_at IS NULL AND state NOT IN ('sent', 'cancelled') AND kind IN ({_among(kinds)})")
    op.create_index(
        INDEX,
        "outbox_message",
        ["practice_id", "user_id"],
        sqlite_where=unseen,
        postgresql_where=unseen,
    )


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_message_kind"), f"kind IN ({_among(kinds)})")


def _among(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)
