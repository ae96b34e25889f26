"""The walls between practices on PostgreSQL: row-level security on every table of a practice (ADR 30).

A migration raises them; whatever table a later one makes has its own by itself, because each run of the
migrations ends here.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

SETTING = "clinic.practice"
ALL, NOBODY = "all", ""
SAY = f"SELECT set_config('{SETTING}', %s, true)"  # for the transaction; it never outlives it
POLICY = "of_one_practice"
LAST_RELEASE = "of_the_last_release"  # the owner who says nothing, while old code still runs as the owner

APPEND_ONLY = ("audit_event",)  # the app adds to them and changes nothing
# Tables of no practice, and why each may be read by whoever may read anything.
OPEN = {
    "alembic_version": "the version of the tables",
    "backup_key": "the installation's own backups",
    "backup_record": "the same",
    "heartbeat": "the installation's own processes",
    "mail_account": "the limits of one mail server, which all practices share",
    "mail_connection": "the same",
    "mail_setting": "the one mail server of the installation, sealed",
    "sending_batch": "mails of all practices in one conversation, by number alone",
}
# Each part is asked once a statement, not once a row.
_MINE = f"(SELECT nullif(nullif(current_setting('{SETTING}', true), '{NOBODY}'), '{ALL}')::uuid)"
_EVERYBODYS = f"(SELECT current_setting('{SETTING}', true) = '{ALL}')"
_TABLES = text(
    """
    SELECT c.relname, c.relname = 'practice' AS is_practice
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind = 'r'
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
      AND (c.relname = 'practice' OR EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attname = 'practice_id' AND NOT a.attisdropped))
    ORDER BY c.relname
    """
)
_HAS_WALLS = text(
    "SELECT EXISTS (SELECT FROM pg_policies WHERE schemaname = current_schema() AND policyname = :policy)"
)
_LET_IN = text(
    "SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = :policy"
)


def work_across(connection: Connection) -> None:
    """Let this transaction reach all practices: for migrations, which know no other way."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(SAY, (ALL,))


def stand(connection: Connection) -> bool:
    """Whether there are walls: not on SQLite, nor in a version from before them."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.scalar(_HAS_WALLS, {"policy": POLICY}))


def complete(connection: Connection, *, stood_before: bool) -> None:
    """Raise the wall of each table that was made since the walls of the others.

    Where they stood before this run, the release before them runs nowhere any more: its way in is shut.
    """
    if not stand(connection):
        return
    if stood_before:
        for name in connection.scalars(_LET_IN, {"policy": LAST_RELEASE}).all():
            connection.exec_driver_sql(f'DROP POLICY {LAST_RELEASE} ON "{name}"')
    for name, is_practice in connection.execute(_TABLES).all():
        column = "id" if is_practice else "practice_id"
        for statement in wall(name, column):
            connection.exec_driver_sql(statement)


def wall(table: str, column: str) -> tuple[str, ...]:
    """What raises the wall of one table; it holds for the owner of the table too."""
    return (
        f'CREATE POLICY {POLICY} ON "{table}" USING ("{column}" = {_MINE} OR {_EVERYBODYS})',
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
    )


def let_in(connection: Connection, role: str) -> None:
    """Give the role that the app connects as what it needs: rows, and nothing of the tables themselves."""
    if connection.dialect.name != "postgresql":
        return
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    schema = connection.dialect.identifier_preparer.quote(connection.scalar(text("SELECT current_schema()")))
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
    ):
        connection.exec_driver_sql(statement)
    there = connection.scalars(text("SELECT relname FROM pg_class WHERE relkind = 'r'")).all()
    for table in (each for each in APPEND_ONLY if each in there):
        connection.exec_driver_sql(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
    if connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL")):
        connection.exec_driver_sql(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}")
