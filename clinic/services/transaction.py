"""The only commit of the product."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Update, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from clinic.domain.errors import Conflict
from clinic.extensions import db, for_writing, only_reads
from clinic.models.base import OfPractice
from clinic.models.practice import Practice

BEFORE_COMMIT, AT_THE_END, AFTER_COMMIT = "before_commit", "at_the_end", "after_commit"


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit what the block wrote, or nothing of it; then run what `after_commit` collected.

    Raises Conflict where somebody else saved a row between our reading and our writing.

    What `before_commit` collected is done last, as a part of it.

    On a page that only shows, what was read before is let go first: SQLite cannot turn a
    reading transaction into a writing one once somebody else has written.
    """
    session = db.session()
    if only_reads():
        session.rollback()
    with for_writing():
        try:
            yield session
            _finish(session)
            session.commit()
        except BaseException as error:
            session.rollback()
            session.info.clear()
            if isinstance(error, StaleDataError):
                raise Conflict from None
            raise
    for act in session.info.pop(AFTER_COMMIT, {}).values():
        act()


def _finish(session: Session) -> None:
    session.flush()  # what is collected sees all that was written, and may be asked for by writing alone
    for act in session.info.pop(BEFORE_COMMIT, {}).values():
        act()
    for act in session.info.pop(AT_THE_END, {}).values():
        act()


def before_commit(name: str, act: Callable[[], None]) -> None:
    """Run `act` in this transaction when all else is written; asked for twice by one name, it runs once."""
    db.session().info.setdefault(BEFORE_COMMIT, {})[name] = act


def at_the_end(name: str, act: Callable[[], None]) -> None:
    """Run `act` as the very last: it may hold what everybody wants, for it waits for nothing any more."""
    db.session().info.setdefault(AT_THE_END, {})[name] = act


def after_commit(name: str, act: Callable[[], None]) -> None:
    """Run `act` once this transaction has committed; asked for twice under one name, it runs once."""
    db.session().info.setdefault(AFTER_COMMIT, {})[name] = act


def one_at_a_time(kind: type[OfPractice | Practice], row_id: uuid.UUID | None) -> None:
    """Hold a row until the transaction ends: of two presses at once the second sees what the first made."""
    # SQLite has one writer anyway
    db.session.execute(select(kind.id).where(kind.id == row_id).with_for_update())
    read_before = db.session.identity_map.get(identity_key(kind, row_id))
    if read_before is not None:
        db.session.expire(read_before)


def release() -> None:
    """End a transaction that has read enough, so that slow work (a password hash) holds no lock."""
    db.session().rollback()


@contextmanager
def glance() -> Iterator[None]:
    """Read something in a transaction of its own that is ended by a commit; nothing read before stays open.

    At a rollback the driver forgets every statement it has prepared, and a sender looks again and again.
    """
    session = db.session()
    session.rollback()
    with for_writing(False):
        try:
            yield
            session.commit()
        except BaseException:
            session.rollback()
            raise


class Aside:
    """A connection beside the session's for short notes: each is committed at once and waits for no disk.

    Such a note outlives this process, and on PostgreSQL this machine; the database's own crash may take it
    back. One thread at a time.
    """

    def __init__(self) -> None:
        self._engine = db.engine
        self._connection: Connection | None = None
        self._texts: dict[Update, str] = {}  # PostgreSQL's; of those few that are sent again and again

    def note(self, statement: Update, values: dict[str, Any]) -> int:
        """Run a statement that writes; returns how many rows it met. After an error it connects anew."""
        try:
            connection = self._connection = self._connection or self._connected()
            if connection.dialect.name == "postgresql":
                return self._told(connection, statement, values)
            with for_writing(), connection.begin():
                done = connection.execute(statement, values)
        except BaseException:
            self.close()
            raise
        assert isinstance(done, CursorResult)
        return done.rowcount

    def _told(self, connection: Connection, statement: Update, values: dict[str, Any]) -> int:
        """By the driver alone, which takes half of the time: mails wait for each of these."""
        text = self._texts.get(statement)
        if text is None:
            text = self._texts[statement] = str(statement.compile(dialect=connection.dialect))
        driver: Any = connection.connection.dbapi_connection
        try:
            done = driver.execute(text, values, prepare=True)
        except connection.dialect.loaded_dbapi.Error:
            done = connection.execute(statement, values)  # the same trouble again, as SQLAlchemy tells it
        rows: int = done.rowcount
        return rows

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connected(self) -> Connection:
        connection = self._engine.connect()
        if connection.dialect.name != "sqlite":
            return connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # set otherwise than the session's, it is nobody else's afterwards
        connection.connection.cursor().execute("PRAGMA synchronous=NORMAL")
        return connection
