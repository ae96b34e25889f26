"""A search begins with the letters it asks for, not with the first client."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LETTERS = 6
KEPT = "search_pieces_kept"
# One number for each letter of a key, from nought: a trigger of SQLite may not count up by itself.
ON_SQLITE = (
    "SELECT DISTINCT {row}.practice_id, substr({row}.search_key, at.key + 1, {letters}), {row}.id"
    " FROM {table} json_each('[' || replace(hex(zeroblob(length({row}.search_key))), '00', '0,') || '0]') at"
    " WHERE at.key < length({row}.search_key) AND substr({row}.search_key, at.key + 1, 1) <> ' '"
)
ON_POSTGRES = (
    "SELECT DISTINCT {row}.practice_id, substr({row}.search_key, at.key, {letters}), {row}.id"
    " FROM {table} generate_series(1, length({row}.search_key)) AS at (key)"
    " WHERE substr({row}.search_key, at.key, 1) <> ' '"
)
INTO = "INSERT INTO search_piece (practice_id, piece, person_id)"


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    letters = sa.String(LETTERS).with_variant(sa.String(LETTERS, collation="C"), "postgresql")
    op.create_table(
        "search_piece",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("piece", letters, nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_search_piece_practice_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_search_piece_practice_id")),
        sa.PrimaryKeyConstraint("practice_id", "piece", "person_id", name=op.f("pk_search_piece")),
        sqlite_with_rowid=False,
    )
    (_keep_on_postgres if postgres else _keep_on_sqlite)()
    op.execute(f"{INTO} {_pieces(postgres, 'client')}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {KEPT} ON client")
        op.execute(f"DROP TRIGGER {KEPT}_delete ON client")
        op.execute(f"DROP FUNCTION {KEPT}()")
    else:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {KEPT}_{verb}")
    op.drop_table("search_piece")


def _pieces(postgres: bool, row: str) -> str:
    """The pieces of one row's key, or of all of a table."""
    words = ON_POSTGRES if postgres else ON_SQLITE
    return words.format(row=row, table=f"{row}," if row == "client" else "", letters=LETTERS)


def _keep_on_sqlite() -> None:
    let_go = f"DELETE FROM search_piece WHERE (practice_id, piece, person_id) IN ({_pieces(False, 'OLD')})"
    write = f"{INTO} {_pieces(False, 'NEW')}"
    changed = "UPDATE OF search_key ON client WHEN OLD.search_key <> NEW.search_key"
    op.execute(f"CREATE TRIGGER {KEPT}_insert AFTER INSERT ON client BEGIN {write}; END")
    op.execute(f"CREATE TRIGGER {KEPT}_update AFTER {changed} BEGIN {let_go}; {write}; END")
    op.execute(f"CREATE TRIGGER {KEPT}_delete BEFORE DELETE ON client BEGIN {let_go}; END")


def _keep_on_postgres() -> None:
    op.execute(
        f"CREATE FUNCTION {KEPT}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP <> 'INSERT' THEN"
        f" DELETE FROM search_piece WHERE (practice_id, piece, person_id) IN ({_pieces(True, 'OLD')});"
        " END IF;"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"
        f" {INTO} {_pieces(True, 'NEW')};"
        " RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {KEPT} AFTER INSERT OR UPDATE OF search_key ON client"
        f" FOR EACH ROW EXECUTE FUNCTION {KEPT}()"
    )
    op.execute(  # before, while no key points at what is not there any more
        f"CREATE TRIGGER {KEPT}_delete BEFORE DELETE ON client FOR EACH ROW EXECUTE FUNCTION {KEPT}()"
    )
