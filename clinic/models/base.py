"""What every table shares: names of constraints, aware UTC instants, random keys, one practice."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    or_,
    text,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

MOST_TEXTS = 5000  # of two kilobytes or so
MOST_KEYS = 50_000  # of a hundred bytes or so


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept as UTC; a naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite gives back what it was given, without the zone
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Key(Uuid[uuid.UUID]):
    """A key of a row; one that the driver gives as text is read once, however often its row is shown."""

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        return None if dialect.supports_native_uuid else _key


@lru_cache(MOST_KEYS)
def _key(text: str | None) -> uuid.UUID | None:
    return None if text is None else uuid.UUID(text)


class FrozenJson(TypeDecorator[dict[str, Any]]):
    """JSON that is shown at every page and never changed in place: a text is read once, and its value shared.

    Nobody may change the value; it is what stands there, for as long as the text does.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        read = self.impl_instance.result_processor(dialect, coltype)
        return read and lru_cache(MOST_TEXTS)(read)  # None: the driver has read it


class Base(DeclarativeBase):
    """Every model's base; the naming convention lets a migration drop what it once made."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime(),
        uuid.UUID: Key(),
        dict[str, Any]: JSON(none_as_null=True),
        list[str]: JSON(none_as_null=True),
        list[dict[str, Any]]: JSON(none_as_null=True),
    }


class OfPractice:
    """A row of one practice, under a key that cannot be guessed."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practice.id"))


def tenant(*more: SchemaItem) -> tuple[SchemaItem, ...]:
    """Table arguments of a practice's table: the pair that other tables point at, and what else it needs."""
    return (UniqueConstraint("practice_id", "id"), *more)


def belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    """A key that carries the practice along, so that a row can never point into another one."""
    return ForeignKeyConstraint(["practice_id", column], [f"{table}.practice_id", f"{table}.id"])


def index_where_set(*columns: str) -> Index:
    """An index of the rows that have something in the last column: for keys that most rows leave empty."""
    filled = text(f"{columns[-1]} IS NOT NULL")
    return Index(None, *columns, sqlite_where=filled, postgresql_where=filled)


def points_at(key: InstrumentedAttribute[Any], row: type[OfPractice]) -> ColumnElement[bool]:
    """That a row is the one a key names: the condition of a join, with the practice in it."""
    holder: Any = key.parent.entity
    return and_(row.practice_id == holder.practice_id, row.id == key)


def given(column: InstrumentedAttribute[Any], name: str | None = None) -> ColumnElement[bool]:
    """That a column has the value which a statement made once is sent with, under the column's name."""
    return column == bindparam(name or column.key)


def among(column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """That a column has one of the values, however many, which a statement made once is sent with."""
    return column.in_(bindparam(name, expanding=True))


def one_of(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """That a column has one of a few values that are always the same, written out.

    What stands in an IN is spelled out anew each time a statement is sent, however often it was.
    """
    return or_(*(column == value for value in values))


def spelled(words: Iterable[StrEnum]) -> str:
    """Words of a closed set as SQL has them between the brackets of an IN, for a check or an index."""
    return ", ".join(f"'{word.value}'" for word in words)


def choice(kind: type[StrEnum], name: str, length: int = 24) -> Enum:
    """A closed set of words, stored as text and checked by the database."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda members: [member.value for member in members],
    )
