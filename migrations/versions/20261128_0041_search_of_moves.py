"""The search of the library reads an index alone, and tags stand in it as they are written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

LONGEST = 1600  # bytes
TAG = "#"
NARROW, WIDE = (
    "ix_exercise_practice_id_sort_key_id",
    "ix_exercise_library",
)
COLUMNS = ("practice_id", "sort_key", "id", "retired_at", "body_position", "search_key")

exercise = sa.table(
    "exercise",
    sa.column("id", sa.Uuid()),
    sa.column("search_key", sa.String()),
    sa.column("tags", sa.JSON()),
)


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(exercise)).all():
        key = _key(row.search_key, row.tags)
        connection.execute(sa.update(exercise).where(exercise.c.id == row.id).values(search_key=key))
    op.drop_index(op.f(NARROW), "exercise")
    op.create_index(WIDE, "exercise", COLUMNS)


def downgrade() -> None:
    # the keys go on being searched; each is written anew when its move is saved
    op.drop_index(WIDE, "exercise")
    op.create_index(op.f(NARROW), "exercise", COLUMNS[:3])


def _key(before: str, tags: list[str]) -> str:
    """The words of the key before, those of its tags among them, and the tags each marked as one."""
    words = before.replace(TAG, " ").replace("_", " ").split()
    marked = " ".join(f"{TAG}{tag.casefold()}{TAG}" for tag in tags)
    plain = " ".join(dict.fromkeys(words)).encode()[: LONGEST - len(marked.encode()) - 1]
    return f"{plain.decode(errors='ignore')} {marked}".strip()
