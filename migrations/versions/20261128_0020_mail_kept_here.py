"""Mail that is kept and not sent, a mail that says that a program has changed, news seen on a page.

The mail server of the page, and what somebody typed into a form when their session had ended.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "password_reset", "warning_sign_alert"),
    *("practice_notice", "reply_notice", "checkin_preview", "test_mail"),
)
CHANGED, KEPT = "program_changed", "kept"
MAIL_STATES = ("ready", "leased", "sent", "in_doubt", "failed", "cancelled", "expired")
CHECKIN_STATES = (
    *("planned", "due", "skipped", "waiting", "sending"),
    *("sent", "in_doubt", "failed", "answered", "expired"),
)
UNSEEN = (
    "seen_at IS NULL AND state NOT IN ('sent', 'cancelled')"
    " AND kind IN ('warning_sign_alert', 'practice_notice')"
)
INDEX = "ix_outbox_message_practice_id_user_id_unseen"


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    # what ended before there was a page for it is no news any more
    op.execute(f"UPDATE outbox_message SET seen_at = finished_at WHERE finished_at IS NOT NULL AND {UNSEEN}")
    _allow("outbox_message", "kind", (*KINDS, CHANGED))
    _allow("outbox_message", "state", (*MAIL_STATES, KEPT))
    _allow("checkin", "state", (*CHECKIN_STATES, KEPT))
    _allow("checkin_event", "state", (*CHECKIN_STATES, KEPT))
    op.create_index(
        INDEX,
        "outbox_message",
        ["practice_id", "user_id"],
        sqlite_where=sa.text(UNSEEN),
        postgresql_where=sa.text(UNSEEN),
    )
    op.create_table(
        "mail_setting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_setting_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_setting")),
    )
    op.create_table(
        "kept_form",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "user_id"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f("fk_kept_form_practice_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_kept_form_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_kept_form_practice_id_id")),
    )
    op.create_index(op.f("ix_kept_form_practice_id_user_id"), "kept_form", ["practice_id", "user_id"])


def downgrade() -> None:
    op.drop_table("kept_form")
    op.drop_table("mail_setting")
    op.drop_index(INDEX, table_name="outbox_message")
    # before, a mail in the local folder was said to be sent, and word of a program was one of questions
    op.execute(f"UPDATE checkin SET state = 'sent' WHERE state = '{KEPT}'")
    op.execute(f"UPDATE checkin_event SET state = 'sent' WHERE state = '{KEPT}'")
    op.execute(f"UPDATE outbox_message SET state = 'sent' WHERE state = '{KEPT}'")
    op.execute(
        "UPDATE outbox_message SET kind = 'questionnaire', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{CHANGED}'"
    )
    _allow("checkin_event", "state", CHECKIN_STATES)
    _allow("checkin", "state", CHECKIN_STATES)
    _allow("outbox_message", "state", MAIL_STATES)
    _allow("outbox_message", "kind", KINDS)
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_column("seen_at")


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    name, among = f"ck_{table}_{column}", ", ".join(repr(word) for word in words)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.create_check_constraint(op.f(name), f"{column} IN ({among})")
