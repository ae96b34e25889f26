"""Search pieces have no key to the client: triggers write and delete them with the record they are made of.

Checking it took longer than writing them, and for each client that is deleted all pieces of the practice
were read. The pieces are made anew: they are nothing but the letters of search keys.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

KEY = "fk_search_piece_practice_id_person_id"
PRACTICE = "fk_search_piece_practice_id"
LETTERS = 6
MADE = (
    "INSERT INTO search_piece (practice_id, piece, person_id)"
    " WITH RECURSIVE at (key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM at WHERE key < 400)"
    " SELECT DISTINCT client.practice_id, substr(client.search_key, at.key, 6), client.id FROM client, at"
    " WHERE at.key <= length(client.search_key) AND substr(client.search_key, at.key, 1) <> ' '"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(KEY, "search_piece", type_="foreignkey")
    else:
        _make_anew(with_key=False)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        whose, person = ["practice_id", "person_id"], ["practice_id", "id"]
        op.create_foreign_key(KEY, "search_piece", "client", whose, person)
    else:
        _make_anew(with_key=True)


def _make_anew(*, with_key: bool) -> None:
    """SQLite takes no key off a table that is there."""
    whose, person = ["practice_id", "person_id"], ["client.practice_id", "client.id"]
    op.execute("DROP TABLE search_piece")
    op.create_table(
        "search_piece",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("piece", sa.String(LETTERS), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(PRACTICE)),
        *([sa.ForeignKeyConstraint(whose, person, name=op.f(KEY))] if with_key else []),
        sa.PrimaryKeyConstraint("practice_id", "piece", "person_id", name=op.f("pk_search_piece")),
        sqlite_with_rowid=False,
    )
    op.execute(MADE)
