"""Tests and batteries a practice makes itself; an assessment keeps what it asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("items", sa.JSON(none_as_null=True), nullable=True))
    _head("own_test")
    _head("own_battery")
    _versions(
        "own_test_version",
        "own_test",
        "test_id",
        sa.Column("definition", sa.JSON(none_as_null=True), nullable=False),
    )
    _versions(
        "own_battery_version",
        "own_battery",
        "battery_id",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("items", sa.JSON(none_as_null=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("own_battery_version")
    op.drop_table("own_test_version")
    op.drop_table("own_battery")
    op.drop_table("own_test")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_column("items")
        batch_op.drop_column("title")


def _head(table: str) -> None:
    op.create_table(
        table,
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_by IS NULL)", name=op.f(f"ck_{table}_retired_by_whom")
        ),
        _key(table, "created_by", "user_account"),
        _key(table, "retired_by", "user_account"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
        sa.UniqueConstraint("practice_id", "key", name=op.f(f"uq_{table}_practice_id_key")),
    )


def _versions(table: str, head: str, head_id: str, *content: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column(head_id, sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        *content,
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        _key(table, "created_by", "user_account"),
        _key(table, head_id, head),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id", head_id, "number", name=op.f(f"uq_{table}_practice_id_{head_id}_number")
        ),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{target}.practice_id", f"{target}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )
