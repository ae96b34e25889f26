"""Indexes of keys that most mails and links leave empty hold only the rows that have one.

A mail is written three times on its way, a link once; each time a row entered every index of its table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

KEYS = {
    "outbox_message": (
        ("lease_token",),
        ("practice_id", "questionnaire_request_id"),
        ("practice_id", "group_message_id"),
        ("practice_id", "staff_invitation_id"),
    ),
    "link_token": (
        ("practice_id", "questionnaire_request_id"),
        ("practice_id", "course_request_id"),
        ("practice_id", "staff_invitation_id"),
        ("practice_id", "invitation_id"),
        ("practice_id", "user_id"),
    ),
}


def upgrade() -> None:
    for table, columns in _each():
        filled = sa.text(f"{columns[-1]} IS NOT NULL")
        _make_anew(table, columns, {"sqlite_where": filled, "postgresql_where": filled})


def downgrade() -> None:
    for table, columns in _each():
        _make_anew(table, columns, {})


def _each() -> list[tuple[str, tuple[str, ...]]]:
    return [(table, columns) for table, keys in KEYS.items() for columns in keys]


def _make_anew(table: str, columns: tuple[str, ...], where: dict[str, sa.TextClause]) -> None:
    name = op.f(f"ix_{table}_{'_'.join(columns)}")
    op.drop_index(name, table)
    op.create_index(name, table, list(columns), **where)
