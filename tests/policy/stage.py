"""A filled installation in which each request is tried and undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event
from werkzeug.test import TestResponse

from clinic.extensions import db, limiter
from clinic.models import Base, User
from clinic.services import reach
from clinic.services.audit import looking
from clinic.services.upkeep.backups.rows import DERIVED
from tests.factories.planting import Marks
from tests.factories.records import World
from tests.policy.forms import Filled
from tests.visitor import Visitor

Rows = dict[str, dict[Any, tuple[Any, ...]]]
TABLES = tuple(table.name for table in Base.metadata.sorted_tables if table.name not in DERIVED)
SIGNED_IN_FOR = 60  # seconds; after five minutes a request would note that its browser is still there
# Nothing is written by these; a savepoint can only be rolled back to within a scene.
READING = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
# How many rows of each table were written since the transaction began, as PostgreSQL counts them: by triggers
# and cascades too. What is undone stays counted.
WRITES = """
    SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
        + pg_stat_get_xact_tuples_deleted(oid)
    FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
# Seeing a browser again may be noted; nothing else on a page that only shows.
SEEN = {"auth_session": frozenset({"last_seen_at"})}


class Stage:
    """The app, its people and records; `marks` tell whose words an answer holds.

    Its people are signed in once, and its rows are read again only after a statement that may have written,
    on PostgreSQL those of the tables that were written: a walk of thousands of scenes would do little else.
    `whole` proves at the end that nothing was missed. `forms` are those of its pages, read once.
    """

    def __init__(
        self, app: Flask, connection: Connection, world: World, marks: Marks, forms: dict[str, Filled]
    ) -> None:
        self.app, self.connection, self.world, self.marks = app, connection, world, marks
        self.forms = forms
        self._written = False
        event.listen(connection, "before_cursor_execute", self._watch)
        self._sign_in()

    @property
    def users(self) -> dict[str, User | None]:
        """Who asks, by name; nobody is signed in as "anonymous"."""
        return {"anonymous": None, **self.world.users}

    @contextmanager
    def scene(self, who: str = "anonymous") -> Iterator[Visitor]:
        """Somebody's browser; whatever happens in here is undone."""
        limiter.reset()
        db.session.remove()
        if time.monotonic() - self._signed_in > SIGNED_IN_FOR:
            self._sign_in()
        savepoint = self.connection.begin_nested()
        try:
            yield self._browsers[who].again()
        finally:
            db.session.remove()
            savepoint.rollback()
            looking.forget()
            self._begin_anew()

    @contextmanager
    def changed_by(self, act: Callable[[], None]) -> Iterator[None]:
        """For the scenes in here the stage is as `act` leaves it; then it is as it was."""
        savepoint = self.connection.begin_nested()
        try:
            act()
            db.session.remove()
            self._sign_in()
            yield
        finally:
            db.session.remove()
            savepoint.rollback()
            self._sign_in()

    def _sign_in(self) -> None:
        self._signed_in = time.monotonic()
        self._browsers = {who: self._browser(user) for who, user in self.users.items()}
        self._found, self._rows = {}, {}
        self._rows = self.read(TABLES)
        self._written = True
        self._begin_anew()

    def _begin_anew(self) -> None:
        if self._written:
            self._writes = self.count_writes()
        self._written = False

    def _browser(self, user: User | None) -> Visitor:
        visitor = Visitor(self.app, db.session.get(User, user.id) if user else None)
        db.session.remove()
        return visitor

    def ask(self, visitor: Visitor, method: str, url: str, data: Any = None, **options: Any) -> TestResponse:
        """One request, its answer not judged yet."""
        with self.app.app_context():
            answer = visitor.client.open(url, method=method, data=data, **options)
        assert answer.status_code < 500, f"{method} {url} ends with {answer.status_code}"
        return answer

    def dump(self) -> Rows:
        """Every row of every table; a table that is as it was is the same object as before."""
        return {**self._rows, **self.read(self._written_tables())} if self._written else self._rows

    def whole(self) -> bool:
        """Whether every row is as it was, now that all scenes are undone."""
        return self.read(TABLES) == self._rows

    def _written_tables(self) -> tuple[str, ...]:
        writes = self.count_writes()
        return tuple(name for name in TABLES if not writes or writes[name] != self._writes[name])

    def count_writes(self) -> dict[str, int]:
        """How often each table was written in this transaction; nothing where the database does not say."""
        if self.connection.dialect.name != "postgresql":
            return {}
        return dict(self._driver.cursor().execute(WRITES).fetchall())

    def read(self, names: tuple[str, ...]) -> Rows:
        """Every row of these tables."""
        reach.tell(self.connection)  # a request was about its own practice; whoever looks on sees all
        return {name: self._rows_of(name) for name in names}

    def _rows_of(self, table: str) -> dict[Any, tuple[Any, ...]]:
        cursor = self._driver.cursor()
        found = cursor.execute(f'SELECT * FROM "{table}"').fetchall()
        if table in self._rows and found == self._found[table]:
            return self._rows[table]
        names = [column[0] for column in cursor.description]
        kept = [number for number, name in enumerate(names) if name not in SEEN.get(table, frozenset())]
        key = next(names.index(name) for name in ("id", "name", "token") if name in names)
        self._found.setdefault(table, found)
        return {row[key]: tuple(str(row[number]) for number in kept) for row in found}

    @property
    def _driver(self) -> Any:
        return self.connection.connection.dbapi_connection

    def _watch(self, connection: Connection, cursor: object, statement: str, *_: object) -> None:
        self._written |= not statement.lstrip().upper().startswith(READING)


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that differ."""
    return {table for table in before if before[table] is not after[table] and before[table] != after[table]}


def touched(before: Rows, after: Rows) -> set[Any]:
    """The keys of rows that were there and are not as they were."""
    written = ((rows, after[table]) for table, rows in before.items() if after[table] is not rows)
    return {key for rows, now in written for key, row in rows.items() if now.get(key) != row}
