"""The list of clients is searched in its index alone."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WALKED = "ix_client_practice_id_status_sort_key_id"
SEARCHED = "ix_client_practice_id_status_sort_key_id_search_key"
KEYS = ["practice_id", "status", "sort_key", "id"]


def upgrade() -> None:
    op.create_index(SEARCHED, "client", [*KEYS, "search_key"])
    op.drop_index(WALKED, "client")


def downgrade() -> None:
    op.create_index(WALKED, "client", KEYS)
    op.drop_index(SEARCHED, "client")
