"""One act for many clients, with a line for each of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = ("assign", "invite", "checkin", "group", "archive")
STATES = ("chosen", "under_way", "done", "being_undone", "undone")
LINE_STATES = ("waiting", "done", "already", "left_out", "undone", "stays")
REASONS = (
    *("locked", "archived", "no_consent", "unsubscribed", "no_address", "bounced", "numbers_not_set"),
    *(
        "not_started",
        "paused",
        "ended",
        "runs_already",
        "has_account",
        "invited",
        "no_program",
        "asked_today",
    ),
    *("in_group", "not_online", "account_closed", "fault", "practised", "checkin_planned", "changed"),
    *("accepted", "gone_out"),
)


def upgrade() -> None:
    op.create_table(
        "bulk_act",
        sa.Column("kind", _choice("kind", KINDS), nullable=False),
        sa.Column("state", _choice("state", STATES), nullable=False),
        sa.Column("wish", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("bulk_act"),
        _belongs_to("bulk_act", "user_account", "chosen_by"),
        _belongs_to("bulk_act", "user_account", "undone_by"),
    )
    op.create_index(op.f("ix_bulk_act_practice_id_begun_at"), "bulk_act", ["practice_id", "begun_at"])
    op.create_index(op.f("ix_bulk_act_state"), "bulk_act", ["state"])
    op.create_table(
        "bulk_act_line",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", _choice("state", LINE_STATES), nullable=False),
        sa.Column("reason", _choice("reason", REASONS), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=True),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.Column("before", sa.String(length=80), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("bulk_act_line"),
        _belongs_to("bulk_act_line", "bulk_act", "act_id"),
        _belongs_to("bulk_act_line", "client", "client_id"),
        sa.UniqueConstraint(
            "practice_id", "act_id", "client_id", name=op.f("uq_bulk_act_line_practice_id_act_id_client_id")
        ),
    )
    op.create_index(
        op.f("ix_bulk_act_line_practice_id_act_id_state_position"),
        "bulk_act_line",
        ["practice_id", "act_id", "state", "position"],
    )
    op.create_index(
        op.f("ix_bulk_act_line_practice_id_client_id"), "bulk_act_line", ["practice_id", "client_id"]
    )


def downgrade() -> None:
    # what was done stands in the records and in the trail; only which of it was one act is forgotten
    op.drop_table("bulk_act_line")
    op.drop_table("bulk_act")


def _of_practice(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )


def _belongs_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
