"""A pause has its days, an end a kind that can be counted, a corrected dose a note for the client.

Words that said why a program ended stay beside the kind "other". Down again the kinds, the notes and the last
days of pauses go; what was moved stays as it is, without the lines that told of it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STEPS = ("start", "pause", "resume", "end", "restart")
MOVE = "move"
STOPS = ("confident", "better", "hurts", "not_suitable", "no_time", "moved", "other")
BY_ITSELF = ("Its last day", "Graduated")  # ends that nobody gave a reason for
SKIPS = (
    *("late", "not_started", "paused", "ended", "locked", "archived", "no_consent", "unsubscribed"),
    *("no_address", "bounced", "numbers_not_set", "unanswered_twice", "answered_today", "one_mail_a_day"),
    "demonstration",
)
OTHER_PROGRAM = "other_program"


def upgrade() -> None:
    with op.batch_alter_table("program", schema=None) as batch:
        batch.add_column(sa.Column("paused_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("paused_until", sa.Date(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_program_pause_ends_after_start"), "paused_until IS NULL OR paused_until >= paused_from"
        )
    op.create_index(op.f("ix_program_paused_from"), "program", ["paused_from"])
    with op.batch_alter_table("program_event", schema=None) as batch:
        batch.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch.add_column(sa.Column("stop", sa.String(length=24), nullable=True))
        batch.add_column(sa.Column("told", sa.Text(), nullable=True))
        batch.create_check_constraint(op.f("ck_program_event_stop"), _among("stop", STOPS))
    _allow("program_event", "action", (*STEPS, MOVE))
    _allow("checkin", "skip_reason", (*SKIPS, OTHER_PROGRAM))
    op.execute(
        "UPDATE program SET paused_from = (SELECT max(program_event.effective_on) FROM program_event"
        " WHERE program_event.practice_id = program.practice_id AND program_event.program_id = program.id"
        " AND program_event.action = 'pause') WHERE status = 'paused'"
    )
    by_itself = ", ".join(repr(words) for words in BY_ITSELF)
    op.execute(
        f"UPDATE program_event SET stop = 'other' WHERE action = 'end' AND reason NOT IN ({by_itself})"
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM program_event WHERE action = '{MOVE}'")
    op.execute(f"UPDATE checkin SET skip_reason = 'one_mail_a_day' WHERE skip_reason = '{OTHER_PROGRAM}'")
    _allow("checkin", "skip_reason", SKIPS)
    _allow("program_event", "action", STEPS)
    with op.batch_alter_table("program_event", schema=None) as batch:
        batch.drop_constraint(op.f("ck_program_event_stop"), type_="check")
        batch.drop_column("told")
        batch.drop_column("stop")
        batch.drop_column("until")
    op.drop_index(op.f("ix_program_paused_from"), "program")
    with op.batch_alter_table("program", schema=None) as batch:
        batch.drop_constraint(op.f("ck_program_pause_ends_after_start"), type_="check")
        batch.drop_column("paused_until")
        batch.drop_column("paused_from")


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, _among(column, words))


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
