"""Re-tests and assessments that are due are reasons, and a practice says after how many weeks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

BEFORE = (
    *("warning_sign", "screen_positive", "pain_up", "contact_wanted", "not_answered", "bounced"),
    *("practice_dropped", "not_practised", "never_signed_in", "ending"),
    *("log_pain", "answer_pain", "log_hurts", "still_up"),
    *("log_rising", "log_note", "answer_note", "activities"),
)
DUE = ("retest_due", "assessment_due")
CHECK = "assess_every_weeks BETWEEN 0 AND 104"


def upgrade() -> None:
    # with its check, not in a batch: a table that others point at cannot be made anew while its rows are there
    check = sa.CheckConstraint(CHECK, name=op.f("ck_practice_assess_every_weeks"))
    weeks = sa.Column("assess_every_weeks", sa.Integer(), check, nullable=False, server_default="12")
    op.add_column("practice", weeks)
    for table in ("open_reason", "reason_handling"):
        _allow(table, (*BEFORE, *DUE))


def downgrade() -> None:
    due = ", ".join(repr(kind) for kind in DUE)
    op.execute(
        f"DELETE FROM reason_handling WHERE undoes IN (SELECT id FROM reason_handling WHERE kind IN ({due}))"
    )
    for table in ("reason_handling", "open_reason"):
        op.execute(f"DELETE FROM {table} WHERE kind IN ({due})")
        _allow(table, BEFORE)
    op.drop_column("practice", "assess_every_weeks")


def _allow(table: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_kind")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({', '.join(repr(word) for word in words)})")
