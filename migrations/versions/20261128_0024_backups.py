"""Who can open the backups, and what became of each; the practice hears of one that went wrong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OLD_NEWS = (
    *("contact", "unanswered", "bounced", "unsubscribed", "mail_paused", "tapering", "ended"),
    *("replied", "returning", "refused"),
)
KINDS = ("nightly", "by_hand", "restore", "drill")
STATES = ("running", "good", "failed")
PROBLEMS = (
    *("no_key", "disk_full", "not_allowed", "away", "refused", "changed", "stopped", "database", "other"),
)


def upgrade() -> None:
    op.create_table(
        "backup_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=2000), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("installation", sa.String(length=16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_key")),
        sa.UniqueConstraint("recipient", name=op.f("uq_backup_key_recipient")),
    )
    op.create_table(
        "backup_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("slot", sa.String(length=8), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(length=24), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.CheckConstraint(_among("kind", KINDS), name=op.f("ck_backup_record_kind")),
        sa.CheckConstraint(_among("state", STATES), name=op.f("ck_backup_record_state")),
        sa.CheckConstraint(_among("problem", PROBLEMS), name=op.f("ck_backup_record_problem")),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_backup_record_finished_at")
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (problem IS NOT NULL)", name=op.f("ck_backup_record_problem_said")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_record")),
        sa.UniqueConstraint("slot", name=op.f("uq_backup_record_slot")),
    )
    op.create_index(op.f("ix_backup_record_kind_started_at"), "backup_record", ["kind", "started_at"])
    _allow((*OLD_NEWS, "backup_failed"))


def downgrade() -> None:
    op.execute("DELETE FROM practice_notice WHERE kind = 'backup_failed'")  # there is no word for it below
    _allow(OLD_NEWS)
    op.drop_table("backup_record")
    op.drop_table("backup_key")


def _allow(kinds: tuple[str, ...]) -> None:
    name = op.f("ck_practice_notice_kind")
    with op.batch_alter_table("practice_notice", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _among("kind", kinds))


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
