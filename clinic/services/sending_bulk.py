"""Many rows in one statement: a batch of mails costs the database a few round trips, not a few for each mail."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    TableValuedAlias,
    Update,
    any_,
    bindparam,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from clinic.extensions import db
from clinic.models.base import OfPractice

Row = Mapping[str, Any]
Record = type[OfPractice]
Names = tuple[str, ...]


def add(record: Record, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns, `id` among them, within the caller's transaction."""
    if rows and _takes_lists():
        db.session.execute(_insertion(record, tuple(rows[0])), _lists(rows))
    elif rows:
        db.session.execute(insert(_table(record)), rows)


def change(record: Record, rows: Sequence[Row]) -> None:
    """Update rows by their `id`, each in the columns it names, within the caller's transaction."""
    alike: dict[Names, list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    for names, group in alike.items():
        if _takes_lists():
            db.session.execute(_alteration(record, names), _lists(group))
        else:
            values = [{f"new_{name}": value for name, value in row.items()} for row in group]
            db.session.execute(_single_alteration(record, names), values)


def among(key: InstrumentedAttribute[uuid.UUID], keys: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Whether a key is one of these; one parameter where that is possible, so that the statement is known."""
    if not _takes_lists():
        return key.in_(keys)
    return key == any_(bindparam(None, list(keys), type_=ARRAY(key.type), unique=True))


def _takes_lists() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _lists(rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {f"new_{name}": [row[name] for row in rows] for name in rows[0]}


@cache
def _insertion(record: Record, names: Names) -> Insert:
    given = _given(record, names)
    return insert(_table(record)).from_select(names, select(*given.c), include_defaults=False)


@cache
def _alteration(record: Record, names: Names) -> Update:
    table, given = _table(record), _given(record, names)
    new = {name: given.c[name] for name in names if name != "id"}
    return update(table).where(table.c.id == given.c.id).values(new)


@cache
def _single_alteration(record: Record, names: Names) -> Update:
    table = _table(record)
    new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names if name != "id"}
    return update(table).where(table.c.id == bindparam("new_id", type_=table.c.id.type)).values(new)


def _given(record: Record, names: Names) -> TableValuedAlias:
    """The rows as a table, from one list a column."""
    columns = [_table(record).c[name] for name in names]
    lists = [bindparam(f"new_{each.name}", type_=ARRAY(each.type)) for each in columns]
    values = func.unnest(*lists).table_valued(*(column(each.name, each.type) for each in columns))
    return values.render_derived(name="given")


def _table(record: Record) -> Any:
    return record.__table__  # type: ignore[attr-defined]
