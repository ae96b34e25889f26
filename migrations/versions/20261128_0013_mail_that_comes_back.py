"""Mail says why it came back, mail that goes on coming back is known, and what people write back is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OLD_MAILS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "password_reset", "warning_sign_alert"),
    *("practice_notice", "checkin_preview", "test_mail"),
)
OLD_NEWS = ("contact", "unanswered", "bounced", "unsubscribed", "mail_paused", "tapering", "ended")
REPLY = "reply_notice"
OLDER_WORDS = {"replied": "contact", "returning": "bounced", "refused": "mail_paused"}
CAUSES = ("address", "full", "inactive", "forwarded", "tomorrow", "refused", "passing", "unknown")


def upgrade() -> None:
    _allow("outbox_message", (*OLD_MAILS, REPLY))
    _allow("practice_notice", (*OLD_NEWS, *OLDER_WORDS))
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("came_back", sa.String(length=24), nullable=True))
        batch_op.create_check_constraint(op.f("ck_outbox_message_came_back"), _among("came_back", CAUSES))
    op.add_column("client", sa.Column("returning_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("practice", sa.Column("unread_replies", sa.Integer(), nullable=False, server_default="0"))
    _create_replies()


def downgrade() -> None:
    op.drop_table("mail_reply")  # there is no place for them below
    op.drop_column("practice", "unread_replies")
    op.drop_column("client", "returning_since")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_outbox_message_came_back"), type_="check")
        batch_op.drop_column("came_back")
    for kind, older in OLDER_WORDS.items():
        op.execute(f"UPDATE practice_notice SET kind = '{older}' WHERE kind = '{kind}'")
    # below, such a mail cannot be written any more: what waits does not go out
    op.execute(f"UPDATE outbox_message SET state = 'cancelled' WHERE kind = '{REPLY}' AND state = 'ready'")
    op.execute(f"UPDATE outbox_message SET kind = 'test_mail' WHERE kind = '{REPLY}'")
    _allow("outbox_message", OLD_MAILS)
    _allow("practice_notice", OLD_NEWS)


def _create_replies() -> None:
    op.create_table(
        "mail_reply",
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("from_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_answer", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_mail_reply_practice_id")),
        _key("client", "client_id"),
        _key("user_account", "read_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_reply")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_mail_reply_practice_id_id")),
    )
    op.create_index(
        op.f("ix_mail_reply_practice_id_read_at_received_at"),
        "mail_reply",
        ["practice_id", "read_at", "received_at"],
    )
    op.create_index(op.f("ix_mail_reply_practice_id_client_id"), "mail_reply", ["practice_id", "client_id"])


def _key(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_mail_reply_practice_id_{column}")
    return sa.ForeignKeyConstraint(
        ["practice_id", column], [f"{table}.practice_id", f"{table}.id"], name=name
    )


def _allow(table: str, kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_kind"), _among("kind", kinds))


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
