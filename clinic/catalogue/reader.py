"""Reading a data file key by key: what is missing, misspelt or of the wrong kind is named by file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
ID: Callable[[Any], str] = attrgetter("id")


class CatalogueError(Exception):
    """A data file of the catalogue is wrong; the message names file and key."""

    def __init__(self, file: str, key: str, message: str) -> None:
        super().__init__(f"{file}: {key}: {message}")
        self.file = file
        self.key = key


class DataEntry:
    """One table of a data file, with the way to it."""

    def __init__(self, file: str, path: str, table: dict[str, Any]) -> None:
        self.file = file
        self.path = path
        self._table = table
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def error(self, key: str, message: str) -> CatalogueError:
        """The error to raise about one of this table's keys."""
        return CatalogueError(self.file, f"{self.path}.{key}" if self.path else key, message)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._value(key, str, default)
        if not value.strip() and default is None:
            raise self.error(key, "must not be empty")
        return value

    def texts(self, key: str, *, least: int = 0, most: int | None = None) -> tuple[str, ...]:
        """A list of texts, of which there are at least and at most so many."""
        values = self._value(key, list, [] if least == 0 else None)
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self.error(key, "must hold texts only, none of them empty")
        if len(values) < least or (most is not None and len(values) > most):
            raise self.error(key, f"must hold {_how_many(least, most)}, not {len(values)}")
        return tuple(values)

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        return self._value(key, int, default)

    def number(self, key: str, default: float | None = None) -> float:
        """A number, whole or not."""
        if isinstance(self._table.get(key), int):
            return float(self._value(key, int, None))
        return self._value(key, float, default)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        return self._value(key, bool, default)

    def member(self, key: str, kind: type[E], default: E | None = None) -> E:
        """One of a closed set of words."""
        value = self.text(key, default)
        try:
            return kind(value)
        except ValueError:
            raise self.error(key, f"must be one of {', '.join(kind)}, not {value!r}") from None

    def span(self, key: str) -> tuple[int, int]:
        """The least and the most, written [1, 10]."""
        values = self._value(key, list, None)
        if len(values) != 2 or any(type(value) is not int for value in values) or values[0] > values[1]:
            raise self.error(key, "must be the least and the most, like [1, 10]")
        return values[0], values[1]

    def items(self, key: str) -> list[Any]:
        """A list whose members are still to be looked at."""
        return self._value(key, list, [])

    def table(self, key: str) -> DataEntry:
        """A table within this one."""
        return self.child(key, self._value(key, dict, None))

    def child(self, key: str, table: dict[str, Any]) -> DataEntry:
        """A table found within this one, under a path that names it."""
        return DataEntry(self.file, f"{self.path}.{key}" if self.path else key, table)

    def each(self, key: str, read: Callable[[DataEntry], T], *, least: int = 0) -> tuple[T, ...]:
        """Every table of a list, read by `read` and found to hold nothing else."""
        tables = self._value(key, list, [] if least == 0 else None)
        if len(tables) < least:
            raise self.error(key, f"must hold {_how_many(least, None)}")
        return tuple(
            self._one(f"{key}[{_name(table, index)}]", table, read) for index, table in enumerate(tables)
        )

    def one(self, key: str, read: Callable[[DataEntry], T]) -> T:
        """One table, read by `read` and found to hold nothing else."""
        return self._one(key, self._value(key, dict, None), read)

    def close(self) -> None:
        """Refuse keys that nobody asked for: they are misspelt, or their reader is missing."""
        for key in self._table.keys() - self._read:
            raise self.error(key, "is not a known key here")

    def _one(self, key: str, table: Any, read: Callable[[DataEntry], T]) -> T:
        if not isinstance(table, dict):
            raise self.error(key, "must be a table")
        entry = self.child(key, table)
        value = read(entry)
        entry.close()
        return value

    def _value(self, key: str, kind: type[T], default: T | None) -> T:
        self._read.add(key)
        if key not in self._table:
            if default is None:
                raise self.error(key, "is missing")
            return default
        value = self._table[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"must be of kind {kind.__name__}, not {type(value).__name__}")
        return value


def read_file(directory: Path, name: str) -> DataEntry:
    """A whole data file as one table."""
    try:
        return DataEntry(name, "", tomllib.loads((directory / name).read_text("utf-8")))
    except (OSError, ValueError) as wrong:
        raise CatalogueError(name, "the file", str(wrong)) from None


def by_id(
    file: DataEntry, key: str, read: Callable[[DataEntry], T], name: Callable[[T], str] = ID
) -> Mapping[str, T]:
    """Every table of a list under its id, each id once, in the order of the file."""
    found: dict[str, T] = {}
    for value in file.each(key, read, least=1):
        if name(value) in found:
            raise file.error(key, f"{name(value)} is there twice")
        found[name(value)] = value
    return MappingProxyType(found)


def _name(table: Any, index: int) -> str:
    return str(table.get("id", index)) if isinstance(table, dict) else str(index)


def _how_many(least: int, most: int | None) -> str:
    return f"at least {least}" if most is None else f"{least} to {most}"
