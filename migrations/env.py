"""Alembic's entry: the app's own engine, our metadata, the same steps on SQLite and PostgreSQL.

A release is migrated while the last one still runs: a step that cannot have its lock at once gives way and
tries again, two migrations wait for each other, and a way back never loses what somebody wrote.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations import Operations
from alembic.operations.batch import BatchOperationsImpl
from alembic.operations.ops import DropColumnOp, DropTableOp
from alembic.operations.toimpl import drop_column, drop_table
from flask import current_app
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import OperationalError

from clinic.models import Base, walls
from clinic.models.base import UtcDateTime
from config import Settings

log = logging.getLogger("alembic")

ONE_AT_A_TIME = 7_238_911_405  # any number that nothing else of ours takes as an advisory lock
WAITS_FOR_A_LOCK = "3s"  # a page that comes meanwhile waits behind us
TRIES, PAUSE = 20, 3.0  # seconds
LOCK_NOT_HAD = "55P03"
MADE_AGAIN = frozenset(
    {"auth_session", "kept_form", "mail_connection", "open_reason", "search_piece"}
)  # or gone in a while


class WouldLoseRecords(RuntimeError):
    """A way back that would drop what somebody wrote."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"This way back would drop {what}. Restore the backup from before the release instead, "
            "or lose them on purpose: clinic db downgrade -x drop=yes REVISION"
        )


class NotInUtf8(RuntimeError):
    """An empty database that could not keep every name."""

    def __init__(self, encoding: str) -> None:
        super().__init__(
            f"This database is in {encoding}, which does not keep every name. Make it anew: "
            "CREATE DATABASE … OWNER … ENCODING 'UTF8' TEMPLATE template0"
        )


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write plain column types, so that an old migration needs nothing of today's code."""
    if isinstance(item, sa.Uuid):
        return "sa.Uuid()"
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


@contextmanager
def tables_may_be_made_anew(connection: Connection) -> Iterator[None]:
    """On SQLite, the keys that point at a table are checked at the end (https://sqlite.org/lang_altertable.html).

    A batch makes a table anew; dropping the old one would break the keys of the rows that point at it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # means nothing within a transaction
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


class SQLiteByTable(SQLiteImpl):
    """Alembic's SQLite; a table that is made anew is read alone.

    Its keys need the names of other tables only: to read those, and all that theirs name, was half of the time.
    """

    __dialect__ = "sqlite"

    def requires_recreate_in_batch(self, batch_op: BatchOperationsImpl) -> bool:
        batch_op.reflect_kwargs = {"resolve_fks": False, **batch_op.reflect_kwargs}
        return super().requires_recreate_in_batch(batch_op)


def check_keys(connection: Connection) -> None:
    """Refuse what a step left pointing at nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            tables = ", ".join(sorted({row[0] for row in broken}))
            raise RuntimeError(f"rows point at nothing: {tables}")


def goes_back() -> bool:
    """Whether this run undoes steps, and was not told to drop what stands in the way."""
    wanted = context.get_context().environment_context.context_opts["fn"].__name__
    return bool(wanted == "downgrade") and context.get_x_argument(as_dictionary=True).get("drop") != "yes"


def _has(operations: Operations, query: sa.Select[Any]) -> bool:
    return operations.get_bind().execute(query.limit(1)).first() is not None


@Operations.implementation_for(DropTableOp, replace=True)
def drop_an_empty_table(operations: Operations, wanted: DropTableOp) -> None:
    """Drop a table; on the way back only one that holds nothing, or nothing but what is made again."""
    table = sa.table(wanted.table_name)
    holds_records = goes_back() and wanted.table_name not in MADE_AGAIN
    if holds_records and _has(operations, sa.select(sa.literal(1)).select_from(table)):
        raise WouldLoseRecords(f"the rows of {wanted.table_name}")
    drop_table(operations, wanted)


@Operations.implementation_for(DropColumnOp, replace=True)
def drop_an_empty_column(operations: Operations, wanted: DropColumnOp) -> None:
    """Drop a column; on the way back not one that may be left empty and was not: somebody wrote that."""
    if goes_back() and wanted.table_name not in MADE_AGAIN and _may_be_empty(operations, wanted):
        column = sa.column(wanted.column_name)
        if _has(
            operations, sa.select(column).select_from(sa.table(wanted.table_name)).where(column.is_not(None))
        ):
            raise WouldLoseRecords(f"what stands in {wanted.table_name}.{wanted.column_name}")
    checks = _checks_of(operations, wanted)
    if checks:
        _drop_with(operations, wanted, checks)
    else:
        drop_column(operations, wanted)


def _checks_of(operations: Operations, wanted: DropColumnOp) -> list[str]:
    """SQLite drops no column that a check of its table names, as one does that a batch has made anew."""
    if operations.get_bind().dialect.name != "sqlite" or isinstance(operations.impl, BatchOperationsImpl):
        return []
    checks = sa.inspect(operations.get_bind()).get_check_constraints(wanted.table_name)
    about = re.compile(rf"\b{wanted.column_name}\b")
    return [str(check["name"]) for check in checks if about.search(check["sqltext"])]


def _drop_with(operations: Operations, wanted: DropColumnOp, checks: list[str]) -> None:
    """Drop a column together with its checks; what keeps other tables in step with this one stays."""
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    triggers = list(operations.get_bind().execute(query, {"name": wanted.table_name}).scalars())
    with operations.batch_alter_table(wanted.table_name) as batch:
        for check in checks:
            batch.drop_constraint(operations.f(check), type_="check")
        batch.drop_column(wanted.column_name)
    for trigger in triggers:
        operations.execute(trigger)


def _may_be_empty(operations: Operations, wanted: DropColumnOp) -> bool:
    columns = sa.inspect(operations.get_bind()).get_columns(wanted.table_name)
    return any(column["name"] == wanted.column_name and column["nullable"] for column in columns)


def wait_for_our_turn(connection: Connection) -> None:
    """One migration at a time, which never stands long in the way of who works meanwhile."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyhow
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAITS_FOR_A_LOCK}'")


def refuse_other_encodings(connection: Connection) -> None:
    """Begin in UTF-8 alone: where PostgreSQL was set up without a locale, a new database is in SQL_ASCII."""
    if connection.dialect.name != "postgresql" or context.get_context().get_current_heads():
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise NotInUtf8(encoding)


def engine_of_the_owner(settings: Settings) -> Engine:
    """The role that owns the tables, where the app itself connects as a lesser one."""
    if settings.migration_url is None:
        engine: Engine = current_app.extensions["migrate"].db.engine
        return engine
    from clinic.patience import IN_UTF8  # with PostgreSQL's driver, which SQLite does not need

    return create_engine(
        settings.migration_url, hide_parameters=True, poolclass=NullPool, connect_args=IN_UTF8
    )


def let_the_app_in(connection: Connection, settings: Settings, *, stood_before: bool) -> None:
    """Finish the walls between practices, and give the app's own role its rights to what is new."""
    walls.complete(connection, stood_before=stood_before)
    role = make_url(settings.database_url).username
    if role and settings.migration_url and role != make_url(settings.migration_url).username:
        walls.let_in(connection, role)


def migrate() -> None:
    """Migrate over one connection, all steps in one transaction."""
    settings: Settings = current_app.config["SETTINGS"]
    engine = engine_of_the_owner(settings)
    with engine.connect() as connection, tables_may_be_made_anew(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            transactional_ddl=True,  # SQLite's too: our own BEGIN sees to it (extensions)
            **current_app.extensions["migrate"].configure_args,  # compares types; batches on SQLite
        )
        with context.begin_transaction():
            wait_for_our_turn(connection)
            refuse_other_encodings(connection)
            walls.work_across(connection)
            stood_before = walls.stand(connection)
            context.run_migrations()
            check_keys(connection)
            let_the_app_in(connection, settings, stood_before=stood_before)


def run() -> None:
    """Migrate; where a table is held by somebody's long work, give way and try again for a minute."""
    for left in reversed(range(TRIES)):
        try:
            migrate()
            return
        except OperationalError as error:
            if not left or getattr(error.orig, "sqlstate", None) != LOCK_NOT_HAD:
                raise
            log.warning("a table is in use; trying again in %d s", PAUSE)
            time.sleep(PAUSE)


run()
