"""A filled installation in which each request is tried and undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
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
from tests.policy.writes import writes_of
from tests.visitor import Visitor

Rows = dict[str, dict[Any, tuple[Any, ...]]]
TABLES = tuple(table.name for table in Base.metadata.sorted_tables if table.name not in DERIVED)
SIGNED_IN_FOR = 60  # seconds; after five minutes a request would note that its browser is still there
# Seeing a browser again may be noted; nothing else on a page that only shows.
SEEN = {"auth_session": frozenset({"last_seen_at"})}
# The audit of reads: whoever works for the practice and opens something of a client's.
AUDIT = frozenset({"audit_event", "audit_end"})
# That a calendar asked is told to whose address it is: so they see whether it works, and whether it leaked.
SEEN_BY = {"public.calendar.read": frozenset({"calendar_address"})}


class Stage:
    """The app, its people and records; `marks` tell whose words an answer holds.

    Its people are signed in once, and of its rows only those of tables that may have been written are read
    again: a walk of thousands of scenes would do little else. `whole` proves at the end that nothing was
    missed. `forms` are those of its pages, read once.
    """

    def __init__(
        self, app: Flask, connection: Connection, world: World, marks: Marks, forms: dict[str, Filled]
    ) -> None:
        self.app, self.connection, self.world, self.marks = app, connection, world, marks
        self.forms = forms
        self._writes = writes_of(self._driver, TABLES, connection.dialect.name)
        event.listen(connection, "before_cursor_execute", self._watch)
        self._sign_in()

    @property
    def users(self) -> dict[str, User | None]:
        """Who asks, by name; nobody is signed in as "anonymous"."""
        return {"anonymous": None, **self.world.users}

    @contextmanager
    def scene(self, who: str = "anonymous") -> Iterator[Visitor]:
        """Somebody's browser; whatever happens in here is undone."""
        db.session.remove()
        if time.monotonic() - self._signed_in > SIGNED_IN_FOR:
            self._sign_in()
        savepoint = self.connection.begin_nested()
        try:
            yield self.browser(who)
        finally:
            db.session.remove()
            savepoint.rollback()
            looking.forget()
            self._writes.begin_anew()

    def browser(self, who: str) -> Visitor:
        """A browser more, which has asked nothing yet: for a scene that each who comes leaves as it was."""
        limiter.reset()
        return self._browsers[who].again()

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
        self._writes.begin_anew()

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
        written = self.written()
        return {**self._rows, **self.read(name for name in TABLES if name in written)}

    def written(self) -> set[str]:
        """The tables that this scene may have written."""
        return self._writes.tables()

    def whole(self) -> bool:
        """Whether every row is as it was, now that all scenes are undone."""
        return self.read(TABLES) == self._rows

    def read(self, names: Iterable[str]) -> Rows:
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

    def _watch(self, connection: Connection, cursor: object, statement: str, told: Any, *_: object) -> None:
        self._writes.note(statement, told)


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that differ."""
    return {table for table in before if before[table] is not after[table] and before[table] != after[table]}


def touched(before: Rows, after: Rows) -> set[Any]:
    """The keys of rows that were there and are not as they were."""
    written = ((rows, after[table]) for table, rows in before.items() if after[table] is not rows)
    return {key for rows, now in written for key, row in rows.items() if now.get(key) != row}
