"""Alembic's entry: the app's own engine, our metadata, the same steps on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app

from clinic.models import Base
from clinic.models.base import UtcDateTime


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write plain column types, so that an old migration needs nothing of today's code."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


def run() -> None:
    """Migrate over one connection, all steps in one transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,  # compares types; batches on SQLite
        )
        with context.begin_transaction():
            context.run_migrations()


run()
