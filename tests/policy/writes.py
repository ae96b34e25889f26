"""Which tables a scene may have written, by triggers and cascades too: the database itself says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

# Nothing is written by these; a savepoint can only be rolled back to within a scene.
READING = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")
# How many rows of each table were written since the transaction began, as PostgreSQL counts them: by triggers
# and cascades too. What is undone stays counted.
COUNTS = """
    SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
        + pg_stat_get_xact_tuples_deleted(oid)
    FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
"""
# The tables and indexes of SQLite, by the page each begins at.
PAGES = "SELECT rootpage, tbl_name FROM sqlite_master WHERE rootpage > 0"
PLANNED = ("INSERT", "UPDATE", "DELETE")  # what SQLite can be asked about before it does it


class Writes(Protocol):
    """What was written since `begin_anew`."""

    def note(self, statement: str, parameters: Any) -> None:
        """This is about to be said to the database."""

    def tables(self) -> set[str]:
        """All that may have been written, and perhaps some that were not."""

    def begin_anew(self) -> None:
        """All of it is undone."""


def writes_of(driver: Any, names: Iterable[str], dialect: str) -> Writes:
    """As this database tells of them."""
    return Counted(driver) if dialect == "postgresql" else Planned(driver, names)


class Counted:
    """PostgreSQL counts the rows that are written; it is asked after a statement that may have done so."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self._before = self._count()
        self._wrote = False

    def note(self, statement: str, parameters: Any) -> None:
        self._wrote |= not statement.lstrip().upper().startswith(READING)

    def tables(self) -> set[str]:
        if not self._wrote:
            return set()
        now = self._count()
        return {name for name in now if now[name] != self._before.get(name)}

    def begin_anew(self) -> None:
        if self._wrote:
            self._before = self._count()
        self._wrote = False

    def _count(self) -> dict[str, int]:
        return dict(self._driver.cursor().execute(COUNTS).fetchall())


class Planned:
    """SQLite tells of a statement which pages its program opens for writing, its triggers' and cascades' too.

    It is asked once about each. After one that may change the tables themselves all is as good as written,
    until it is undone, and what was told before is asked again.
    """

    def __init__(self, driver: Any, names: Iterable[str]) -> None:
        self._driver, self._all = driver, frozenset(names)
        self._told: dict[str, frozenset[str]] = {}
        self._pages: dict[int, str] = {}
        self._seen: set[str] = set()
        self._is_other = False  # the tables are, or were in this scene

    def note(self, statement: str, parameters: Any) -> None:
        told = self._told.get(statement)
        if told is None:
            told = self._told[statement] = self._ask(statement, parameters)
        self._seen |= told

    def tables(self) -> set[str]:
        return self._seen

    def begin_anew(self) -> None:
        if self._is_other:
            self._told.clear()
            self._pages.clear()
        self._seen, self._is_other = set(), False

    def _ask(self, statement: str, parameters: Any) -> frozenset[str]:
        verb = statement.lstrip().upper()
        if verb.startswith(READING):
            return frozenset()
        if self._is_other or not verb.startswith(PLANNED):
            self._is_other = True
            return self._all
        one = parameters[0] if isinstance(parameters, list) else parameters
        program = self._driver.execute(f"EXPLAIN {statement}", one).fetchall()
        return frozenset(self._written_by(program))

    def _written_by(self, program: list[tuple[Any, ...]]) -> Iterable[str]:
        if not self._pages:
            self._pages = dict(self._driver.execute(PAGES).fetchall())
        for _, does, first, second, *_ in program:
            if does == "OpenWrite":
                yield self._pages[second]
            elif does == "Clear":
                yield self._pages[first]
