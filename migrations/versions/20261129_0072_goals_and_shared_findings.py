"""What clients want to be able to do again, and the findings that are shared with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
GOAL, SHARED = "client_goal", "shared_finding"


def upgrade() -> None:
    op.create_table(
        GOAL,
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=160), nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        *_own_keys(GOAL),
        _belongs_to(GOAL, "client", "client_id"),
        sa.CheckConstraint("length(words) > 0", name=op.f(f"ck_{GOAL}_words")),
    )
    op.create_index(op.f(f"ix_{GOAL}_practice_id_client_id"), GOAL, ["practice_id", "client_id"])
    op.create_table(
        SHARED,
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("test_key", sa.String(length=60), nullable=False),
        sa.Column("field_key", sa.String(length=60), nullable=False),
        sa.Column("side", _words("side", "left", "right", "none"), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("first_value", sa.Double(), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("latest_value", sa.Double(), nullable=True),
        sa.Column("latest_on", sa.Date(), nullable=True),
        sa.Column("verdict", _verdict(), nullable=True),
        sa.Column("shared_by", sa.Uuid(), nullable=False),
        sa.Column("shared_at", INSTANT, nullable=False),
        *_own_keys(SHARED),
        _belongs_to(SHARED, "client", "client_id"),
        _belongs_to(SHARED, "user_account", "shared_by"),
        sa.UniqueConstraint(
            "practice_id",
            "client_id",
            "test_key",
            "field_key",
            "side",
            name=op.f(f"uq_{SHARED}_practice_id_client_id_test_key_field_key_side"),
        ),
        sa.CheckConstraint(
            "(first_value IS NULL) = (first_on IS NULL)", name=op.f(f"ck_{SHARED}_first_when")
        ),
        sa.CheckConstraint(
            "(latest_value IS NULL) = (latest_on IS NULL)", name=op.f(f"ck_{SHARED}_latest_when")
        ),
        sa.CheckConstraint(
            "(latest_value IS NULL) = (verdict IS NULL)", name=op.f(f"ck_{SHARED}_latest_called")
        ),
    )


def downgrade() -> None:
    op.drop_table(SHARED)
    op.drop_table(GOAL)


def _own_keys(table: str) -> tuple[sa.SchemaItem, ...]:
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


def _verdict() -> sa.Enum:
    words = ("better", "worse", "changed", "same", "within_error", "no_threshold", "not_comparable")
    return _words("verdict", *words)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
