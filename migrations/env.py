"""Alembic's entry: the app's own engine, our metadata, the same steps on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from clinic.models import Base
from clinic.models.base import UtcDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write plain column types, so that an old migration needs nothing of today's code."""
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


def check_keys(connection: Connection) -> None:
    """Refuse what a step left pointing at nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            tables = ", ".join(sorted({row[0] for row in broken}))
            raise RuntimeError(f"rows point at nothing: {tables}")


def run() -> None:
    """Migrate over one connection, all steps in one transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, tables_may_be_made_anew(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,  # compares types; batches on SQLite
        )
        with context.begin_transaction():
            context.run_migrations()
            check_keys(connection)


run()
