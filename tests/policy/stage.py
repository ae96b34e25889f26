"""A filled installation in which each request is tried and undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Connection
from werkzeug.test import TestResponse

from clinic.extensions import db, limiter
from clinic.models import Base, User
from tests.factories.planting import Marks
from tests.factories.records import World
from tests.visitor import Visitor

Rows = dict[str, dict[Any, tuple[Any, ...]]]
# Seeing a browser again may be noted; nothing else on a page that only shows.
SEEN = {"auth_session": frozenset({"last_seen_at"})}


@dataclass
class Stage:
    """The app, its people and records; `marks` tell whose words an answer holds."""

    app: Flask
    connection: Connection
    world: World
    marks: Marks

    @property
    def users(self) -> dict[str, User | None]:
        """Who asks, by name; nobody is signed in as "anonymous"."""
        return {"anonymous": None, **self.world.users}

    @contextmanager
    def scene(self, who: str = "anonymous") -> Iterator[Visitor]:
        """Somebody's browser; whatever happens in here is undone."""
        limiter.reset()
        db.session.remove()
        savepoint = self.connection.begin_nested()
        try:
            yield self.browser(who)
        finally:
            db.session.remove()
            savepoint.rollback()

    def browser(self, who: str) -> Visitor:
        """A browser signed in as `who`."""
        user = self.users[who]
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
        """Every row of every table."""
        return {table.name: self._rows(table.name) for table in Base.metadata.sorted_tables}

    def _rows(self, table: str) -> dict[Any, tuple[Any, ...]]:
        found = self.connection.exec_driver_sql(f'SELECT * FROM "{table}"')
        names = list(found.keys())
        kept = [number for number, name in enumerate(names) if name not in SEEN.get(table, frozenset())]
        key = names.index("id" if "id" in names else "name")
        return {row[key]: tuple(str(row[number]) for number in kept) for row in found}


def changed(before: Rows, after: Rows) -> set[str]:
    """The tables that differ."""
    return {table for table in before if before[table] != after[table]}


def touched(before: Rows, after: Rows) -> set[Any]:
    """The keys of rows that were there and are not as they were."""
    return {
        key for table, rows in before.items() for key, row in rows.items() if after[table].get(key) != row
    }
