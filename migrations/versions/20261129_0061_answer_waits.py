"""Clients who wait for an answer, how their waiting ended, and answers that somebody is still writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("answered_at IS NULL")
OPEN_ALONE = {"sqlite_where": OPEN, "postgresql_where": OPEN}
HOW = ("message", "phone", "needless")


def upgrade() -> None:
    op.create_table(
        "answer_wait",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column(
            "how",
            sa.Enum(*HOW, name="how", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (how IS NULL)", name=op.f("ck_answer_wait_answered_how")),
        sa.CheckConstraint("asked_at <= last_at", name=op.f("ck_answer_wait_last_at")),
        *_shared("answer_wait", ("client", "client_id"), ("user_account", "answered_by")),
    )
    _index("answer_wait", "client_id", unique=True, **OPEN_ALONE)
    _index("answer_wait", "asked_at", "id", **OPEN_ALONE)
    _index("answer_wait", "client_id", "answered_at")
    _index("answer_wait", "due_at")
    _index("answer_wait", "answered_at", "id")
    op.create_table(
        "reply_draft",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        *_shared("reply_draft", ("client", "client_id"), ("user_account", "user_id")),
        sa.UniqueConstraint(
            "practice_id", "user_id", "client_id", name=op.f("uq_reply_draft_practice_id_user_id_client_id")
        ),
    )
    _index("reply_draft", "client_id")


def downgrade() -> None:
    op.drop_table("reply_draft")
    op.drop_table("answer_wait")


def _shared(table: str, *pointed: tuple[str, str]) -> list[sa.schema.SchemaItem]:
    """What each table of a practice has: its key, its practice, and pairs that stay inside of it."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
        *(
            sa.ForeignKeyConstraint(
                ["practice_id", column],
                [f"{other}.practice_id", f"{other}.id"],
                name=op.f(f"fk_{table}_practice_id_{column}"),
            )
            for other, column in pointed
        ),
    ]


def _index(table: str, *columns: str, **more: object) -> None:
    names = ["practice_id", *columns]
    op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, names, **more)
