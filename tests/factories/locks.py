"""The locks of the database, lifted for tests that write over everything and put back after them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from clinic.extensions import db
from tests.backends import OWNER_ROLE, POSTGRES

LOCKED = (
    *("assessment", "finding", "amendment", "questionnaire_response", "audit_event"),
    *("visit_note", "visit_note_amendment", "progress_report"),
)


@contextmanager
def unlocked() -> Iterator[None]:
    """Rows that are signed can be written over in here; nothing in the product can do this."""
    if db.session.connection().dialect.name == "postgresql":
        with as_owner():
            _each("ALTER TABLE {} DISABLE TRIGGER USER")
            yield
            _each("ALTER TABLE {} ENABLE TRIGGER USER")
        return
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_locked'")
    triggers = db.session.execute(query).all()
    for name, _ in triggers:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, sql in triggers:
        db.session.connection().exec_driver_sql(sql)


@contextmanager
def as_owner() -> Iterator[None]:
    """On PostgreSQL, as the role that owns the tables; SQLite knows no roles."""
    if not POSTGRES:
        yield
        return
    db.session.execute(text(f"SET LOCAL ROLE {OWNER_ROLE}"))
    try:
        yield
    finally:
        db.session.execute(text("RESET ROLE"))


def _each(statement: str) -> None:
    for table in LOCKED:
        db.session.execute(text(statement.format(table)))
