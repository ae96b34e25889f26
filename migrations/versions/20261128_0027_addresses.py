"""An address to sign in with counts once a mailed link has proved it. Those of before count as proved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert"),
)
NEW_KINDS = ("address_proof", "address_notice")
PURPOSES = ("invitation", "reset", "checkin", "questionnaire")
NEW_PURPOSE = "address"


def upgrade() -> None:
    op.add_column("user_account", sa.Column("unproved_since", INSTANT, nullable=True))
    op.add_column("user_account", sa.Column("new_email", sa.String(length=254), nullable=True))
    op.add_column("user_account", sa.Column("new_email_key", sa.String(length=254), nullable=True))
    _allow("outbox_message", "kind", (*KINDS, *NEW_KINDS))
    _allow("link_token", "purpose", (*PURPOSES, NEW_PURPOSE))


def downgrade() -> None:
    # a link that proves an address opens nothing any more; such mail is called back
    op.execute(
        "UPDATE link_token SET purpose = 'reset', revoked_at = COALESCE(revoked_at, used_at, created_at)"
        f" WHERE purpose = '{NEW_PURPOSE}'"
    )
    op.execute(
        "UPDATE outbox_message SET kind = 'password_reset', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind IN {NEW_KINDS!r}"
    )
    _allow("link_token", "purpose", PURPOSES)
    _allow("outbox_message", "kind", KINDS)
    for column in ("new_email_key", "new_email", "unproved_since"):
        op.drop_column("user_account", column)


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({', '.join(repr(word) for word in words)})")
