"""Pictures, videos and captions that people send in, and which of them show a move.

Down again the rows go; what they name stays in the storage, and is tidied from there by whoever ran it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

KINDS = ("picture", "video", "captions")
STATES = ("arriving", "waiting", "ready", "refused")
SPOTS = ("start", "end", "right", "wrong", "video", "captions")


def upgrade() -> None:
    op.create_table(
        "media_file",
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        _choice("kind", "media_file", KINDS),
        _choice("state", "media_file", STATES),
        sa.Column("original_name", sa.String(200), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("said", sa.String(300), nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("poster_id", sa.Uuid(), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'ready') = (ready_at IS NOT NULL)", name=op.f("ck_media_file_ready_when")
        ),
        sa.CheckConstraint("received >= 0 AND received <= expected", name=op.f("ck_media_file_received")),
        _belongs("media_file", "client", "client_id"),
        _belongs("media_file", "user_account", "sent_by"),
        _belongs("media_file", "media_file", "poster_id"),
        *_of_practice("media_file"),
    )
    op.create_index(op.f("ix_media_file_practice_id_client_id"), "media_file", ["practice_id", "client_id"])
    op.create_index(op.f("ix_media_file_state_created_at"), "media_file", ["state", "created_at"])
    op.create_table(
        "media_piece",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        _belongs("media_piece", "media_file", "media_id"),
        sa.UniqueConstraint(
            *("practice_id", "media_id", "begins"), name=op.f("uq_media_piece_practice_id_media_id_begins")
        ),
        *_of_practice("media_piece"),
    )
    op.create_table(
        "exercise_picture",
        sa.Column("exercise_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        _choice("spot", "exercise_picture", SPOTS),
        sa.Column("alt", sa.String(300), nullable=False),
        sa.Column("shown_by", sa.Uuid(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("exercise_picture", "exercise", "exercise_id"),
        _belongs("exercise_picture", "media_file", "media_id"),
        _belongs("exercise_picture", "user_account", "shown_by"),
        *_of_practice("exercise_picture"),
    )
    on_show = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_exercise_picture_on_show",
        "exercise_picture",
        ["practice_id", "exercise_id", "spot"],
        unique=True,
        sqlite_where=on_show,
        postgresql_where=on_show,
    )
    op.create_index(
        op.f("ix_exercise_picture_practice_id_media_id"), "exercise_picture", ["practice_id", "media_id"]
    )


def downgrade() -> None:
    for table in ("exercise_picture", "media_piece", "media_file"):
        op.drop_table(table)


def _choice(name: str, table: str, words: tuple[str, ...]) -> sa.Column[str]:
    kind = sa.Enum(
        *words, name=op.f(f"ck_{table}_{name}"), native_enum=False, create_constraint=True, length=24
    )
    return sa.Column(name, kind, nullable=False)


def _belongs(table: str, owner: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{owner}.practice_id", f"{owner}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )


def _of_practice(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )
