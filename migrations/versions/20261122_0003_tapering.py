"""Offers to thin check-ins out, and notices to the practice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = ("contact", "unanswered", "bounced", "unsubscribed", "mail_paused", "tapering", "ended")
STEPS = ("two_weekly", "monthly", "graduate")
DECISIONS = ("accepted", "not_now", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "practice_notice",
        sa.Column("kind", _choice("kind", KINDS), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_notice_practice_id")
        ),
        _key("practice_notice", "client", "client_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_notice")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_practice_notice_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id", "kind", "key", name=op.f("uq_practice_notice_practice_id_kind_key")
        ),
    )
    op.create_index(
        op.f("ix_practice_notice_told_on_practice_id"), "practice_notice", ["told_on", "practice_id"]
    )
    op.create_table(
        "tapering_offer",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("step", _choice("step", STEPS), nullable=False),
        sa.Column("numbers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision", _choice("decision", DECISIONS), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_tapering_offer_decided")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_tapering_offer_practice_id")),
        _key("tapering_offer", "client", "client_id"),
        _key("tapering_offer", "program", "program_id"),
        _key("tapering_offer", "user_account", "decided_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tapering_offer")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_tapering_offer_practice_id_id")),
    )
    is_open = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_tapering_offer_open",
        "tapering_offer",
        ["program_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    for columns in (["practice_id", "decided_at"], ["practice_id", "program_id"]):
        op.create_index(op.f(f"ix_tapering_offer_{'_'.join(columns)}"), "tapering_offer", columns)
    op.create_table(
        "practice_decline",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("before_done", sa.Integer(), nullable=False),
        sa.Column("before_of", sa.Integer(), nullable=False),
        sa.Column("now_done", sa.Integer(), nullable=False),
        sa.Column("now_of", sa.Integer(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_practice_decline_practice_id")
        ),
        *(_key("practice_decline", table, f"{table}_id") for table in ("client", "program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_decline")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_practice_decline_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id", "program_id", name=op.f("uq_practice_decline_practice_id_program_id")
        ),
    )
    op.add_column(
        "user_account", sa.Column("daily_notice", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("program", sa.Column("graduated_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_program_status_ends_on"), "program", ["status", "ends_on"])
    op.add_column("checkin_schedule", sa.Column("rhythm_since", sa.Date(), nullable=True))
    with op.batch_alter_table("program_event") as batch:
        batch.alter_column("actor_id", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    # an event without a person cannot be kept as it was: it goes under the name of who assigned the program
    op.execute(
        "UPDATE program_event SET actor_id = (SELECT program.assigned_by FROM program"
        " WHERE program.practice_id = program_event.practice_id AND program.id = program_event.program_id)"
        " WHERE actor_id IS NULL"
    )
    with op.batch_alter_table("program_event") as batch:
        batch.alter_column("actor_id", existing_type=sa.Uuid(), nullable=False)
    # not in batches: a table that others point at cannot be made anew while its rows are there
    op.drop_column("checkin_schedule", "rhythm_since")
    op.drop_index(op.f("ix_program_status_ends_on"), "program")
    op.drop_column("program", "graduated_on")
    op.drop_column("user_account", "daily_notice")
    op.drop_table("practice_decline")
    op.drop_table("tapering_offer")
    op.drop_table("practice_notice")


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _key(table: str, target: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{target}.practice_id", f"{target}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )
