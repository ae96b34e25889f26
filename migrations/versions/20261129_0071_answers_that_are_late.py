"""Somebody who waits for an answer longer than was promised is a reason to look after them."""

from __future__ import annotations

from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

BEFORE = (
    *("warning_sign", "screen_positive", "pain_up", "contact_wanted", "not_answered", "bounced"),
    *("practice_dropped", "not_practised", "never_signed_in", "ending"),
    *("log_pain", "answer_pain", "log_hurts", "still_up"),
    *("log_rising", "log_note", "answer_note", "activities"),
    *("retest_due", "assessment_due", "consent_withdrawn"),
)
LATE = "answer_late"


def upgrade() -> None:
    for table in ("open_reason", "reason_handling"):
        _allow(table, (*BEFORE, LATE))


def downgrade() -> None:
    op.execute(
        f"DELETE FROM reason_handling WHERE undoes IN (SELECT id FROM reason_handling WHERE kind = '{LATE}')"
    )
    for table in ("reason_handling", "open_reason"):
        op.execute(f"DELETE FROM {table} WHERE kind = '{LATE}'")
        _allow(table, BEFORE)


def _allow(table: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_kind")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({', '.join(repr(word) for word in words)})")
