"""Rows on their way into empty tables, a few hundred at a time."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import JSON, Column, Connection, MetaData, Table, insert, inspect

from clinic.domain.types import AssessmentStatus
from clinic.models import Assessment, Base
from clinic.services.upkeep import arriving_signed
from clinic.services.upkeep.backups.archive import FILES
from clinic.services.upkeep.backups.files import FilesBack
from clinic.services.upkeep.backups.refusals import BackupRefused
from clinic.services.upkeep.backups.rows import AT_ONCE, OF_THE_MACHINE

OF_WORKERS = ("heartbeat", "mail_account", "mail_connection")  # a worker on an empty database writes these
SIGNED = Assessment.__tablename__


class Filling:
    """One restore within the caller's transaction, into tables of our models or of an older release."""

    def __init__(self, connection: Connection, *, is_of_now: bool) -> None:
        self._connection = connection
        self._metadata = Base.metadata if is_of_now else as_they_stand(connection)
        self._table: Table | None = None
        self._batch: list[dict[str, Any]] = []
        self._counts: Counter[str] = Counter()
        self._files = FilesBack()

    def run(self, lines: Iterable[Any], expected: dict[str, int] | None) -> int:
        """Write every row; raises BackupRefused where a table has not as many as the head says."""
        for name in {*OF_WORKERS, *OF_THE_MACHINE} & self._metadata.tables.keys():
            self._connection.execute(self._metadata.tables[name].delete())
        with tempfile.TemporaryFile("w+") as names:
            for name, values in lines:
                if name == FILES:
                    self._files.take(values)
                else:
                    self._take(self._metadata.tables[name], values, names)
            self._write()
            names.seek(0)
            self._put_names_back(names)
        rows = self._counts.total()
        self._counts[FILES] = self._files.count
        if expected is not None and +self._counts != +Counter(expected):
            raise BackupRefused("It does not hold as many rows as its head says. Nothing was changed.")
        return rows

    def give_up(self) -> None:
        """What is not in the database goes, too."""
        self._files.give_up()

    def _take(self, table: Table, values: dict[str, Any], names: Any) -> None:
        if table is not self._table or len(self._batch) >= AT_ONCE:
            self._write()
            self._table = table
        if table.name == SIGNED and values["status"] == AssessmentStatus.SIGNED:
            # the database takes findings of drafts alone: the name under it comes last
            kept = {name: values[name] for name in ("id", *arriving_signed.SIGNATURE)}
            names.write(json.dumps(kept) + "\n")
            values = {**values, **arriving_signed.DRAFT}
        self._batch.append(_typed(table, values))
        self._counts[table.name] += 1

    def _write(self) -> None:
        if self._table is not None and self._batch:
            self._connection.execute(insert(self._table), self._batch)
        self._batch = []

    def _put_names_back(self, names: Iterable[str]) -> None:
        table = self._metadata.tables[SIGNED]
        some: list[dict[str, Any]] = []
        for line in names:
            some.append(_typed(table, json.loads(line)))
            if len(some) >= AT_ONCE:
                arriving_signed.sign(self._connection, table, some)
                some = []
        arriving_signed.sign(self._connection, table, some)


def as_they_stand(connection: Connection) -> MetaData:
    """The tables of an older release, as far as writing rows needs them."""
    found, metadata = inspect(connection), MetaData()
    for name in found.get_table_names():
        columns = [Column(each["name"], _kind(each["type"])) for each in found.get_columns(name)]
        Table(name, metadata, *columns)
    return metadata


def _kind(kind: Any) -> Any:
    return JSON(none_as_null=True) if isinstance(kind, JSON) else kind


def _typed(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {column: _value(table, column, value) for column, value in values.items()}


def _value(table: Table, column: str, value: Any) -> Any:
    kind = table.columns[column].type
    if value is None or isinstance(kind, JSON):
        return value
    python = kind.python_type
    if python is uuid.UUID:
        return uuid.UUID(hex=value)
    if python is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    return python.fromisoformat(value) if python in (date, time) else value
