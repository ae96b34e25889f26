"""Messages between clients and the practice, their files, and until where they were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
LONGEST_MOMENT = 900_000


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("assigned_to_id", sa.Uuid(), nullable=True),
        sa.Column("client_read_until", INSTANT, nullable=True),
        *_shared("thread", ("client", "client_id"), ("user_account", "assigned_to_id")),
        _unique("thread", "client_id"),
    )
    _index("thread", "last_at", "id")
    _index("thread", "assigned_to_id", where="assigned_to_id IS NOT NULL")
    op.create_table(
        "message",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("sender", _choice("sender", "client", "practice"), nullable=False),
        sa.Column("channel", _choice("channel", "page", "mail", "phone"), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("prescription_id", sa.Uuid(), nullable=True),
        sa.Column("video_id", sa.Uuid(), nullable=True),
        sa.Column("moment", sa.Integer(), nullable=True),
        _check("message", "author", "sender = 'client' OR author_id IS NOT NULL"),
        _check("message", "phone", "channel <> 'phone' OR sender = 'practice'"),
        _check("message", "moment_of_a_video", "(video_id IS NULL) = (moment IS NULL)"),
        _check("message", "moment", f"moment BETWEEN 0 AND {LONGEST_MOMENT}"),
        *_shared(
            "message",
            ("client", "client_id"),
            ("thread", "thread_id"),
            ("user_account", "author_id"),
            ("prescription", "prescription_id"),
            ("media_file", "video_id"),
        ),
    )
    _index("message", "client_id", "sent_at", "id")
    _index("message", "thread_id")
    _index("message", "prescription_id", where="prescription_id IS NOT NULL")
    _index("message", "video_id", where="video_id IS NOT NULL")
    op.create_table(
        "message_file",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_shared(
            "message_file", ("client", "client_id"), ("message", "message_id"), ("media_file", "media_id")
        ),
        _unique("message_file", "media_id"),
        _unique("message_file", "message_id", "position"),
    )
    _index("message_file", "client_id")
    op.create_table(
        "thread_read",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("read_until", INSTANT, nullable=False),
        *_shared("thread_read", ("client", "client_id"), ("user_account", "user_id")),
        _unique("thread_read", "user_id", "client_id"),
    )
    _index("thread_read", "client_id")


def downgrade() -> None:
    for table in ("thread_read", "message_file", "message", "thread"):
        op.drop_table(table)


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


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    names = ("practice_id", *columns)
    return sa.UniqueConstraint(*names, name=op.f(f"uq_{table}_{'_'.join(names)}"))


def _index(table: str, *columns: str, where: str | None = None) -> None:
    names = ["practice_id", *columns]
    filled = sa.text(where) if where else None
    op.create_index(
        op.f(f"ix_{table}_{'_'.join(names)}"), table, names, sqlite_where=filled, postgresql_where=filled
    )
