"""Rows that are only shown: read as they stand, without an object for each that could be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import BindParameter, ColumnElement, Row, literal_column
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import TypedReturnsRows

from clinic.extensions import db

Columns = TypeVarTuple("Columns")
Value = TypeVar("Value")
Statement = TypeVar("Statement", bound=TypedReturnsRows[*tuple[Any, ...]])
_PLAIN = DefaultDialect()


def read(statement: TypedReturnsRows[*Columns], values: Mapping[str, Any]) -> Sequence[Row[*Columns]]:
    """The rows of a statement of columns, in half the time that a session takes; it sees what that holds."""
    db.session.flush()
    return db.session.connection().execute(statement, values).all()


def value(statement: TypedReturnsRows[Value], values: Mapping[str, Any]) -> Value | None:
    """The one value that a statement of one column finds, or None."""
    found = read(statement, values)
    return found[0][0] if found else None


def settled(statement: Statement) -> Statement:
    """A statement made once, with what never changes in its text; what is given is one thing under each name.

    Each value that is sent along is looked at each time, its type, its name and where it stands.
    """
    given: dict[str, ColumnElement[Any]] = {}

    def settle(element: Any, **_: Any) -> ColumnElement[Any] | None:
        if not isinstance(element, BindParameter):
            return None
        if element.required:
            return given.setdefault(element.key, element)
        write = element.type.dialect_impl(_PLAIN).literal_processor(_PLAIN)
        return literal_column(write(element.value), element.type) if write else None

    return visitors.replacement_traverse(statement, {}, settle)  # type: ignore[return-value]  # of its kind
