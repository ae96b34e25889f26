"""An own answer is about several moves: each is a row of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

OLD, NEW = "own_answer", "own_answer_move"
INDEX, OF_MOVE = "ix_own_answer_practice_id_move_id", "ck_own_answer_mistake_of_a_move"
TO_MOVE = "fk_own_answer_practice_id_move_id"
# one move of each answer, as many as the table before could hold
FIRST = f"NOT EXISTS (SELECT 1 FROM {NEW} o WHERE o.own_answer_id = {NEW}.own_answer_id AND o.id < {NEW}.id)"


def upgrade() -> None:
    op.create_table(
        NEW,
        sa.Column("own_answer_id", sa.Uuid(), nullable=False),
        sa.Column("move_id", sa.Uuid(), nullable=False),
        sa.Column("about_mistake", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{NEW}_practice_id")),
        _belongs_to("own_answer", "own_answer_id"),
        _belongs_to("exercise", "move_id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{NEW}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{NEW}_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id",
            "own_answer_id",
            "move_id",
            name=op.f(f"uq_{NEW}_practice_id_own_answer_id_move_id"),
        ),
    )
    op.create_index(op.f(f"ix_{NEW}_practice_id_move_id"), NEW, ["practice_id", "move_id"])
    op.execute(
        f"INSERT INTO {NEW} (id, practice_id, own_answer_id, move_id, about_mistake)"
        f" SELECT id, practice_id, id, move_id, about_mistake FROM {OLD} WHERE move_id IS NOT NULL"
    )
    op.drop_index(op.f(INDEX), OLD)
    with op.batch_alter_table(OLD, schema=None) as batch:
        batch.drop_constraint(op.f(OF_MOVE), type_="check")
        batch.drop_constraint(op.f(TO_MOVE), type_="foreignkey")
        batch.drop_column("about_mistake")
        batch.drop_column("move_id")


def downgrade() -> None:
    with op.batch_alter_table(OLD, schema=None) as batch:
        batch.add_column(sa.Column("move_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("about_mistake", sa.Boolean(), nullable=False, server_default=sa.false()))
    carried = f"FROM {NEW} WHERE {NEW}.own_answer_id = {OLD}.id AND {FIRST}"
    op.execute(
        f"UPDATE {OLD} SET move_id = (SELECT {NEW}.move_id {carried}),"
        f" about_mistake = COALESCE((SELECT {NEW}.about_mistake {carried}), false)"
    )
    with op.batch_alter_table(OLD, schema=None) as batch:
        batch.alter_column("about_mistake", server_default=None)
        batch.create_check_constraint(op.f(OF_MOVE), "NOT about_mistake OR move_id IS NOT NULL")
        batch.create_foreign_key(op.f(TO_MOVE), "exercise", ["practice_id", "move_id"], ["practice_id", "id"])
    filled = sa.text("move_id IS NOT NULL")
    op.create_index(
        op.f(INDEX), OLD, ["practice_id", "move_id"], sqlite_where=filled, postgresql_where=filled
    )
    op.execute(f"DELETE FROM {NEW} WHERE id IN (SELECT id FROM {NEW} WHERE {FIRST})")
    op.drop_table(NEW)  # refused while an answer was about more than one


def _belongs_to(other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{NEW}_practice_id_{column}"),
    )
