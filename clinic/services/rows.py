"""Rows that are only shown: read as they stand, without an object for each that could be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVarTuple

from sqlalchemy import Row
from sqlalchemy.sql.selectable import TypedReturnsRows

from clinic.extensions import db

Columns = TypeVarTuple("Columns")


def read(statement: TypedReturnsRows[*Columns], values: Mapping[str, Any]) -> Sequence[Row[*Columns]]:
    """The rows of a statement of columns, in half the time that a session takes; it sees what that holds."""
    db.session.flush()
    return db.session.connection().execute(statement, values).all()
