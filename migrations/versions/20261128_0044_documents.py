"""Documents of a client: letters, scans and reports, each with its file.

Down again the rows go; what they name stays in the storage, and is tidied from there by whoever ran it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

SORTS = ("letter", "scan", "imaging_report", "consent_form", "other")
KINDS = ("picture", "video", "captions")
TABLE = "document"


def upgrade() -> None:
    _take_kinds((*KINDS, "document"))
    op.create_table(
        TABLE,
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *SORTS, name=op.f("ck_document_kind"), native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("from_whom", sa.String(160), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        _belongs("client", "client_id"),
        _belongs("media_file", "media_id"),
        _belongs("user_account", "added_by"),
        sa.UniqueConstraint("practice_id", "media_id", name=op.f("uq_document_practice_id_media_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_document_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_document_practice_id_id")),
    )
    op.create_index(op.f("ix_document_practice_id_client_id"), TABLE, ["practice_id", "client_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
    of_documents = "SELECT id FROM media_file WHERE kind = 'document'"
    op.execute(f"DELETE FROM media_piece WHERE media_id IN ({of_documents})")
    op.execute("DELETE FROM media_file WHERE kind = 'document'")
    _take_kinds(KINDS)


def _take_kinds(kinds: tuple[str, ...]) -> None:
    name = op.f("ck_media_file_kind")
    with op.batch_alter_table("media_file", schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def _belongs(owner: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{owner}.practice_id", f"{owner}.id"],
        name=op.f(f"fk_document_practice_id_{column}"),
    )
