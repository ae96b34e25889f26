"""On PostgreSQL a wall stands between practices: row-level security on each of their tables, for the owner too."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

POLICY = "of_one_practice"
LAST_RELEASE = "of_the_last_release"
SAID = "current_setting('clinic.practice', true)"
WHOSE = "{column} = (SELECT nullif(nullif(" + SAID + ", ''), 'all')::uuid) OR (SELECT " + SAID + " = 'all')"
OF_PRACTICES = text(
    """
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = current_schema() AND column_name = 'practice_id' ORDER BY table_name
    """
)
WALLED = text(
    "SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = :policy ORDER BY 1"
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    # the last release connects as the owner and says no practice: it is let in until the next run of the
    # migrations, when it runs nowhere any more (models/walls.complete)
    is_in_use = op.get_bind().scalar(text("SELECT EXISTS (SELECT FROM practice)"))
    tables = dict.fromkeys(op.get_bind().scalars(OF_PRACTICES), "practice_id")
    for table, column in {**tables, "practice": "id"}.items():
        op.execute(f'CREATE POLICY {POLICY} ON "{table}" USING ({WHOSE.format(column=column)})')
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        if is_in_use:
            op.execute(f'CREATE POLICY {LAST_RELEASE} ON "{table}" TO CURRENT_USER USING ({SAID} IS NULL)')


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in op.get_bind().scalars(WALLED, {"policy": POLICY}).all():
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        op.execute(f'DROP POLICY {POLICY} ON "{table}"')
        op.execute(f'DROP POLICY IF EXISTS {LAST_RELEASE} ON "{table}"')
