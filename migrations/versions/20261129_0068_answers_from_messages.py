"""Out of whose message an answer was made, and whether that client lets their words be used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLE = "own_answer_source"


def upgrade() -> None:
    use = sa.Enum(
        "asked", "agreed", "declined", name="words_use", native_enum=False, create_constraint=True, length=24
    )
    op.create_table(
        TABLE,
        sa.Column("own_answer_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("words_use", use, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{TABLE}_practice_id")),
        _belongs_to("own_answer", "own_answer_id"),
        _belongs_to("client", "client_id"),
        _belongs_to("message", "message_id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{TABLE}_practice_id_id")),
        sa.UniqueConstraint(
            "practice_id",
            "own_answer_id",
            "message_id",
            name=op.f(f"uq_{TABLE}_practice_id_own_answer_id_message_id"),
        ),
        sa.CheckConstraint("(words_use IS NULL) = (asked_at IS NULL)", name=op.f(f"ck_{TABLE}_asked_when")),
        sa.CheckConstraint(
            "(decided_at IS NOT NULL) = (words_use IS NOT NULL AND words_use <> 'asked')",
            name=op.f(f"ck_{TABLE}_decided_when"),
        ),
    )
    for column in ("client_id", "message_id"):
        op.create_index(op.f(f"ix_{TABLE}_practice_id_{column}"), TABLE, ["practice_id", column])


def downgrade() -> None:
    op.drop_table(TABLE)


def _belongs_to(other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{TABLE}_practice_id_{column}"),
    )
