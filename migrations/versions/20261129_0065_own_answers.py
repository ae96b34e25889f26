"""The practice's own answers, whom they helped, and the word of its public page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _answers()
    _helped()
    op.add_column("practice", sa.Column("answers_word", sa.String(40), nullable=True))
    op.create_index(op.f("ix_practice_answers_word"), "practice", ["answers_word"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_practice_answers_word"), "practice")
    op.drop_column("practice", "answers_word")
    op.drop_table("own_answer_helped")
    op.drop_table("own_answer")


def _answers() -> None:
    status = sa.Enum("draft", "signed", name="status", native_enum=False, create_constraint=True, length=24)
    op.create_table(
        "own_answer",
        sa.Column("key", sa.String(60), nullable=True),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("move_id", sa.Uuid(), nullable=True),
        sa.Column("about_mistake", sa.Boolean(), nullable=False),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("own_answer"),
        _belongs_to("own_answer", "exercise", "move_id"),
        _belongs_to("own_answer", "user_account", "created_by"),
        _belongs_to("own_answer", "user_account", "signed_by"),
        sa.UniqueConstraint("practice_id", "key", name=op.f("uq_own_answer_practice_id_key")),
        sa.CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL)", name=op.f("ck_own_answer_signed_when")
        ),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by IS NULL)", name=op.f("ck_own_answer_signed_by_whom")
        ),
        sa.CheckConstraint(
            "NOT about_mistake OR move_id IS NOT NULL", name=op.f("ck_own_answer_mistake_of_a_move")
        ),
    )
    op.create_index(op.f("ix_own_answer_practice_id_status"), "own_answer", ["practice_id", "status"])
    filled = sa.text("move_id IS NOT NULL")
    op.create_index(
        op.f("ix_own_answer_practice_id_move_id"),
        "own_answer",
        ["practice_id", "move_id"],
        sqlite_where=filled,
        postgresql_where=filled,
    )


def _helped() -> None:
    op.create_table(
        "own_answer_helped",
        sa.Column("own_answer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        *_of_practice("own_answer_helped"),
        _belongs_to("own_answer_helped", "own_answer", "own_answer_id"),
        _belongs_to("own_answer_helped", "client", "client_id"),
        sa.UniqueConstraint(
            "practice_id",
            "own_answer_id",
            "client_id",
            name=op.f("uq_own_answer_helped_practice_id_own_answer_id_client_id"),
        ),
    )
    op.create_index(
        op.f("ix_own_answer_helped_practice_id_client_id"), "own_answer_helped", ["practice_id", "client_id"]
    )


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
