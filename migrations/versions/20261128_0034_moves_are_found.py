"""A move is found by its words and tags, and stands in the library by its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LONGEST, LONGEST_SORT_KEY = 2000, 120
TAG = "#"
IN_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
TWO_LETTERS = re.compile("([aou])e|(a)a")
LETTERS = dict(zip("łøđðıħŧŋĸə", "loddihtnke", strict=True)) | {"þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}
SIGNS = dict.fromkeys("'’ʼ`", "") | dict.fromkeys("-‐–.,", " ")
FOLDED = str.maketrans(LETTERS | SIGNS)

exercise = sa.table(
    "exercise",
    sa.column("id", sa.Uuid()),
    *(sa.column(name, sa.String()) for name in ("name", "purpose", "sort_key", "search_key")),
    *(sa.column(name, sa.JSON()) for name in ("cues", "equipment", "tags")),
)


def upgrade() -> None:
    with op.batch_alter_table("exercise", schema=None) as batch:
        batch.add_column(sa.Column("sort_key", sa.String(120), nullable=False, server_default=""))
        batch.add_column(sa.Column("search_key", sa.Text(), nullable=False, server_default=""))
        batch.create_index(op.f("ix_exercise_practice_id_sort_key_id"), ["practice_id", "sort_key", "id"])
    connection = op.get_bind()
    for row in connection.execute(sa.select(exercise)).all():
        found = {"sort_key": _fold(row.name)[:LONGEST_SORT_KEY], "search_key": _key(row)}
        connection.execute(sa.update(exercise).where(exercise.c.id == row.id).values(**found))


def downgrade() -> None:
    with op.batch_alter_table("exercise", schema=None) as batch:
        batch.drop_index(op.f("ix_exercise_practice_id_sort_key_id"))
        batch.drop_column("search_key")
        batch.drop_column("sort_key")


def _key(row: Any) -> str:
    """What a move is found by, as the rule stood when this was written."""
    text = " ".join([row.name, row.purpose, *row.cues, *row.equipment]).replace(TAG, " ")
    plain = list(dict.fromkeys(_fold(text).split()))
    marked = [f"{TAG}{_fold(tag).replace(' ', '_')}{TAG}" for tag in row.tags]
    room = LONGEST - sum(len(mark) + 1 for mark in marked)
    return " ".join([" ".join([*plain, *_otherwise(text, plain)])[:room], *marked]).strip()


def _otherwise(text: str, plain: Iterable[str]) -> list[str]:
    written = _fold(text.casefold().translate(IN_TWO_LETTERS)).split()
    short = [TWO_LETTERS.sub(r"\1\2", word) for word in _fold(text).split()]
    return [word for word in dict.fromkeys([*written, *short]) if word not in plain]


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold().translate(FOLDED)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(sign))
    return " ".join(plain.split())
