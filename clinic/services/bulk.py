"""Many rows in one statement: a batch of mails costs the database a few round trips in all."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    Update,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.dml import ReturningInsert

from clinic.extensions import db
from clinic.models.base import Base

Row = Mapping[str, Any]
_DISCARD_PLANS = text("DISCARD PLANS")
Record = type[Base]
Names = tuple[str, ...]


def add(record: Record, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns, `id` among them, within the caller's transaction."""
    if rows and takes_lists():
        names, same, values = _given_values(table_of(record), rows)
        db.session.execute(_insertion(table_of(record), names, same), values)
    elif rows:
        db.session.execute(insert(table_of(record)), rows)


def add_new(record: Record, rows: Sequence[Row], unique: Names) -> frozenset[uuid.UUID]:
    """Insert rows as `add` does, but for those whose unique columns are taken; returns the ids of the new."""
    if not rows:
        return frozenset()
    table = table_of(record)
    if takes_lists():
        names, same, values = _given_values(table, rows)
        return frozenset(db.session.scalars(_new_insertion(table, names, same, unique), values))
    new = sqlite.insert(table).on_conflict_do_nothing(index_elements=unique).returning(table.c.id)
    return frozenset(db.session.scalars(new, rows))


def change(record: Record, rows: Sequence[Row]) -> None:
    """Update rows by their `id`, each in the columns it names, within the caller's transaction."""
    table = table_of(record)
    alike: dict[Names, list[Row]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    for columns, group in alike.items():
        if takes_lists():
            names, same, values = _given_values(table, group)
            db.session.execute(_alteration(table, names, same), values)
        else:
            each = [{f"new_{name}": value for name, value in row.items()} for row in group]
            db.session.execute(_single_alteration(table, columns), each)


def among(key: ColumnElement[uuid.UUID], keys: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Whether a key is one of these; one parameter where that is possible, so that the statement is known."""
    if not takes_lists():
        return key.in_(keys)
    return key == any_(_uuids(bindparam(None, _joined(keys), type_=Text, unique=True)))


def among_named(key: ColumnElement[uuid.UUID], name: str, *, lists: bool) -> ColumnElement[bool]:
    """As `among`, in a statement that is built once for each kind of database; it is sent with `keys`."""
    if not lists:
        return key.in_(bindparam(name, expanding=True))
    return key == any_(_uuids(bindparam(name, type_=Text)))


def keys(values: Collection[uuid.UUID]) -> object:
    """The parameter that `among_named` is sent with."""
    return _joined(values) if takes_lists() else list(values)


def plan_anew() -> None:
    """Have PostgreSQL look again how large its tables are; to be said once a batch of a long pass.

    It keeps the plan of a key's check as long as a connection lives. One made for an all but empty table
    reads, for each row that is added, every row its practice has got since.
    """
    if takes_lists():
        db.session.execute(_DISCARD_PLANS)


def takes_lists() -> bool:
    """Whether a list is one parameter for the database."""
    return on_postgres()


def on_postgres() -> bool:
    """Whether the database is PostgreSQL; else it is SQLite, which has one writer at a time."""
    return db.session.get_bind().dialect.name == "postgresql"


def insert_into(record: Record) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can be told what becomes of rows that are there already."""
    return postgresql.insert(record) if on_postgres() else sqlite.insert(record)


def _given_values(table: Table, rows: Sequence[Row]) -> tuple[Names, Names, dict[str, Any]]:
    """Columns that differ, columns that are the same in every row, and the parameters for both."""
    first = rows[0]
    same = tuple(name for name in first if name != "id" and _is_the_same(name, rows))
    names = tuple(name for name in first if name not in same)
    values: dict[str, Any] = {f"new_{name}": _values(table, name, rows) for name in names}
    return names, same, values | {f"new_{name}": first[name] for name in same}


def _is_the_same(name: str, rows: Sequence[Row]) -> bool:
    value = rows[0][name]
    return all(row[name] is value or row[name] == value for row in rows)  # `is` spares what UUIDs cost


@cache
def _insertion(table: Table, names: Names, same: Names) -> Insert:
    given = _given(table, names)
    values = select(*given.c, *(_parameter(table, name) for name in same))
    return insert(table).from_select([*names, *same], values, include_defaults=False)


@cache
def _new_insertion(table: Table, names: Names, same: Names, unique: Names) -> ReturningInsert[Any]:
    given = _given(table, names)
    values = select(*given.c, *(_parameter(table, name) for name in same))
    new = postgresql.insert(table).from_select([*names, *same], values, include_defaults=False)
    return new.on_conflict_do_nothing(index_elements=unique).returning(table.c.id)


@cache
def _alteration(table: Table, names: Names, same: Names) -> Update:
    given = _given(table, names)
    new: dict[str, ColumnElement[Any]] = {name: given.c[name] for name in names if name != "id"}
    new |= {name: _parameter(table, name) for name in same}
    # by both: of a list alone PostgreSQL does not believe that it is short, and reads the whole table
    mine = among_named(table.c.id, "new_id", lists=True)
    return update(table).where(mine, table.c.id == given.c.id).values(new)


@cache
def _single_alteration(table: Table, names: Names) -> Update:
    new = {name: _parameter(table, name) for name in names if name != "id"}
    return update(table).where(table.c.id == _parameter(table, "id")).values(new)


def _given(table: Table, names: Names) -> TableValuedAlias:
    """The rows as a table, from one list a column."""
    columns = [column(name, table.c[name].type) for name in names]
    values = func.unnest(*(_list(table, name) for name in names)).table_valued(*columns)
    return values.render_derived(name="given")


def _list(table: Table, name: str) -> ColumnElement[Any]:
    kind = table.c[name].type
    if isinstance(kind, Uuid):
        return _uuids(bindparam(f"new_{name}", type_=Text))
    return bindparam(f"new_{name}", type_=ARRAY(kind))


def _values(table: Table, name: str, rows: Sequence[Row]) -> object:
    values = [row[name] for row in rows]
    return _joined(values) if isinstance(table.c[name].type, Uuid) else values


def _uuids(joined: BindParameter[str]) -> ColumnElement[Any]:
    """A list from one text: the driver takes ten times as long over a list of UUIDs."""
    return cast(func.string_to_array(joined, ",", ""), ARRAY(Uuid()))


def _joined(keys: Iterable[uuid.UUID | None]) -> str:
    return ",".join(key.hex if key else "" for key in keys)


def _parameter(table: Table, name: str) -> ColumnElement[Any]:
    return bindparam(f"new_{name}", type_=table.c[name].type)


def table_of(record: type[Base]) -> Table:
    """The table behind a model: past the session a statement costs a third."""
    assert isinstance(record.__table__, Table)
    return record.__table__
