"""Whose rows the database lets through: one practice's, all of them by name, or nobody's (ADR 30).

On PostgreSQL a wall of row-level security stands behind the queries. Each transaction says which practice it
is about, so nothing stays with a connection that others use next. On SQLite the queries alone do it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from clinic.extensions import db
from clinic.models.walls import ALL, NOBODY, SAY

_WALLED = "walled"  # where a session keeps its connection, on PostgreSQL
_IN_ERROR = 3  # libpq's PQTRANS_INERROR: nothing can be said until it is rolled back

_reach: ContextVar[str] = ContextVar("reach", default=NOBODY)


@dataclass
class Across:
    """Work over all practices, and what is in reach when it is done."""

    then: str

    def found(self, practice_id: uuid.UUID) -> None:
        """It was to find out what the request is about: from its end on that is this practice."""
        if self.then != ALL:
            self.then = str(practice_id)

    def found_unless_known(self, practice_id: uuid.UUID) -> None:
        """The same, where nothing has said so before."""
        if self.then == NOBODY:
            self.then = str(practice_id)


@contextmanager
def across_practices(why: str) -> Iterator[Across]:
    """Work over all practices in here; `why` stands there to be read, and a test lists who does it."""
    across = Across(_reach.get())
    _turn_to(ALL)
    try:
        yield across
    finally:
        _turn_to(across.then)


@contextmanager
def from_nothing() -> Iterator[None]:
    """Where a request or a task begins: it reaches nobody's rows until it is known what it is about."""
    before = _reach.get()
    _turn_to(NOBODY)
    try:
        yield
    finally:
        _turn_to(before)


def stay_in(practice_id: uuid.UUID) -> None:
    """From here on the request or task is about this practice; what works over all goes on so."""
    if _reach.get() != ALL:
        _turn_to(str(practice_id))


def tell(connection: Connection | None = None) -> None:
    """Say it to the database in the transaction that is open, if one is; each new one hears it by itself."""
    connection = connection or _open()
    if connection is None or connection.dialect.name != "postgresql":
        return
    driver: Any = connection.connection.dbapi_connection
    if driver.info.transaction_status == _IN_ERROR:
        return
    try:
        driver.cursor().execute(SAY, (_reach.get(),))
    except connection.dialect.loaded_dbapi.Error:
        connection.exec_driver_sql(SAY, (_reach.get(),))  # the same trouble again, as SQLAlchemy tells it


def _turn_to(whose: str) -> None:
    if _reach.get() != whose:
        _reach.set(whose)
        tell()


def _open() -> Connection | None:
    """The connection of the transaction that is open, where it is PostgreSQL's."""
    if not has_app_context() or not db.session.registry.has():
        return None
    session = db.session()
    connection: Connection | None = session.info.get(_WALLED)
    if connection is None or not session.in_transaction() or connection.closed:
        return None
    return connection if connection.in_transaction() else None


@event.listens_for(db.session, "after_begin")
def _begun(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if connection.dialect.name == "postgresql" and not transaction.nested:
        session.info[_WALLED] = connection
        tell(connection)
