"""Lists of clients are uploaded and imported on a page, with a fate for each row, and layouts are remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

STATES = ("uploaded", "under_way", "done", "failed", "being_undone", "undone")
FATES = ("added", "here", "namesake", "unreadable", "undone", "stays")
ORDERS = ("day_first", "month_first")


def upgrade() -> None:
    op.create_table(
        "client_import",
        sa.Column("state", _choice("state", STATES), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("encoding", sa.String(length=24), nullable=False),
        sa.Column("system", sa.String(length=40), nullable=True),
        sa.Column("has_header", sa.Boolean(), nullable=False),
        sa.Column("headers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("day_order", _choice("day_order", ORDERS), nullable=True),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_looked_at", "fills")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("adds_namesakes", "is_consented")),
        sa.Column("said", sa.String(length=300), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("total", "settled", "tries")),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("client_import"),
        _belongs_to("client_import", "user_account", "uploaded_by"),
        _belongs_to("client_import", "user_account", "undone_by"),
    )
    op.create_index(
        op.f("ix_client_import_practice_id_uploaded_at"), "client_import", ["practice_id", "uploaded_at"]
    )
    op.create_index(op.f("ix_client_import_state"), "client_import", ["state"])
    op.create_table(
        "client_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("fate", _choice("fate", FATES), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=True),
        sa.Column("filled", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        *_of_practice("client_import_row"),
        _belongs_to("client_import_row", "client_import", "import_id"),
        _belongs_to("client_import_row", "client", "client_id"),
    )
    op.create_index(
        op.f("ix_client_import_row_practice_id_import_id_fate_line"),
        "client_import_row",
        ["practice_id", "import_id", "fate", "line"],
    )
    op.create_index(
        op.f("ix_client_import_row_practice_id_client_id"), "client_import_row", ["practice_id", "client_id"]
    )
    op.create_table(
        "import_layout",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("has_header", sa.Boolean(), nullable=False),
        sa.Column("day_order", _choice("day_order", ORDERS), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        *_of_practice("import_layout"),
        sa.UniqueConstraint(
            "practice_id", "fingerprint", name=op.f("uq_import_layout_practice_id_fingerprint")
        ),
    )


def downgrade() -> None:
    # the clients stay, and the trail says who added them; only which of them came of one file is forgotten
    op.drop_table("import_layout")
    op.drop_table("client_import_row")
    op.drop_table("client_import")


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
