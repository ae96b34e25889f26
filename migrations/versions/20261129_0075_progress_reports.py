"""Reports of clients' progress, as they were read and signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TABLE = "progress_report"


def upgrade() -> None:
    reader = sa.Enum(
        "client", "doctor", "insurer", name="reader", native_enum=False, create_constraint=True, length=24
    )
    op.create_table(
        TABLE,
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("reader", reader, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("given_at", INSTANT, nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{TABLE}_practice_id")),
        _belongs_to("client", "client_id"),
        _belongs_to("user_account", "signed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{TABLE}_practice_id_id")),
        sa.CheckConstraint("since <= until", name=op.f(f"ck_{TABLE}_days")),
    )
    op.create_index(op.f(f"ix_{TABLE}_practice_id_client_id"), TABLE, ["practice_id", "client_id"])


def downgrade() -> None:
    op.drop_table(TABLE)


def _belongs_to(other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{TABLE}_practice_id_{column}"),
    )
