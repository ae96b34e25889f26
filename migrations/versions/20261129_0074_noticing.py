"""What clients notice of themselves: the form re-check, why they stopped, and the easier way of a morning."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STOPS = ("confident", "better", "hurts", "not_suitable", "no_time", "moved", "other")
OFFERED = ", ".join(f"'{reason}'" for reason in STOPS[:5])
NEW_KINDS = ("recheck_failed", "stopped_hurts")
BEFORE = (
    *("warning_sign", "screen_positive", "pain_up", "contact_wanted", "not_answered", "bounced"),
    *("practice_dropped", "not_practised", "never_signed_in", "ending"),
    *("log_pain", "answer_pain", "log_hurts", "still_up"),
    *("log_rising", "log_note", "answer_note", "activities"),
    *("retest_due", "assessment_due", "consent_withdrawn", "answer_late"),
)


def upgrade() -> None:
    op.add_column("client", sa.Column("recheck_due_on", sa.Date(), nullable=True))
    op.add_column("pain_morning", sa.Column("easier", sa.JSON(), nullable=True))
    _make(
        "form_recheck",
        sa.Column("prescription_id", sa.Uuid(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("result", _words("result", "passed", "failed"), nullable=False),
        _belongs_to("form_recheck", "prescription", "prescription_id"),
    )
    _make(
        "practice_stop",
        sa.Column("reason", _words("reason", *STOPS), nullable=False),
        sa.CheckConstraint(f"reason IN ({OFFERED})", name=op.f("ck_practice_stop_offered")),
    )
    for table in ("open_reason", "reason_handling"):
        _allow(table, (*BEFORE, *NEW_KINDS))


def downgrade() -> None:
    gone = " OR ".join(f"kind = '{kind}'" for kind in NEW_KINDS)
    op.execute(f"DELETE FROM reason_handling WHERE undoes IN (SELECT id FROM reason_handling WHERE {gone})")
    for table in ("reason_handling", "open_reason"):
        op.execute(f"DELETE FROM {table} WHERE {gone}")
        _allow(table, BEFORE)
    op.drop_table("practice_stop")
    op.drop_table("form_recheck")
    op.drop_column("pain_morning", "easier")
    op.drop_column("client", "recheck_due_on")


def _make(table: str, *more: sa.schema.SchemaItem) -> None:
    """A table of what a client says once a day."""
    unique = ("practice_id", "client_id", "local_date")
    op.create_table(
        table,
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("corrected_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        _belongs_to(table, "client", "client_id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
    )


def _belongs_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _allow(table: str, words: Iterable[str]) -> None:
    name = op.f(f"ck_{table}_kind")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({', '.join(repr(word) for word in words)})")
