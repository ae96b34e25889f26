"""A screen with an item left out is positive where what was answered reaches the cut-off already."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SCREEN, POSITIVE_FROM = "phq2", 3
LOCK = "questionnaire_response_update_locked"  # of migration 0008
RESPONSE = sa.table(
    "questionnaire_response",
    sa.column("id", sa.Uuid()),
    sa.column("questionnaire_key", sa.String()),
    sa.column("answers", sa.JSON(none_as_null=True)),
    sa.column("screen_positive", sa.Boolean()),
)
# the reasons follow by themselves: the rules have a new version, and each practice's list is made anew


def upgrade() -> None:
    _mark(positive=True)


def downgrade() -> None:
    _mark(positive=False)


def _mark(*, positive: bool) -> None:
    """Mark the screens that were not answered as a whole, and prove it all the same."""
    connection = op.get_bind()
    screens = sa.select(RESPONSE.c.id, RESPONSE.c.answers).where(RESPONSE.c.questionnaire_key == SCREEN)
    proven = [row.id for row in connection.execute(screens) if _is_proven_in_part(row.answers)]
    if not proven:
        return
    _unlock()
    for each in proven:
        connection.execute(sa.update(RESPONSE).where(RESPONSE.c.id == each).values(screen_positive=positive))
    _lock()


def _is_proven_in_part(answers: Mapping[str, int | None]) -> bool:
    given = [value for value in answers.values() if value is not None]
    return len(given) < len(answers) and sum(given) >= POSITIVE_FROM


def _unlock() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE questionnaire_response DISABLE TRIGGER {LOCK}")
    else:
        op.execute(f"DROP TRIGGER {LOCK}")


def _lock() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE questionnaire_response ENABLE TRIGGER {LOCK}")
    else:
        op.execute(
            f"CREATE TRIGGER {LOCK} BEFORE UPDATE ON questionnaire_response FOR EACH ROW WHEN TRUE"
            " BEGIN SELECT RAISE(ABORT, 'an answer is never changed'); END"
        )
