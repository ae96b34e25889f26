"""A form pressed twice makes one thing: it carries a key, and the id of what it makes follows from that key.

The second press finds the row of the first; where both come in one moment, the primary key lets one in.
"""

from __future__ import annotations

import uuid
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.extensions import db
from clinic.models.base import OfPractice

KEYS = uuid.UUID("7c1e44a0-5b0e-4a53-9d0f-3f5f6f1f2a61")  # namespace of the ids made here
Row = TypeVar("Row", bound=OfPractice)


def id_of(kind: type[OfPractice], practice_id: uuid.UUID, key: str, *about: object) -> uuid.UUID:
    """The id of what a form with this key makes.

    `about` is whose it is, and what makes it another thing where the form is gone back to and changed.
    """
    return uuid.uuid5(KEYS, repr((kind.__name__, practice_id.hex, key, *about)))


def made_before(kind: type[Row], practice_id: uuid.UUID, row_id: uuid.UUID) -> Row | None:
    """What an earlier press of the same form made; None at the first."""
    query = select(kind).where(kind.id == row_id, kind.practice_id == practice_id)
    return db.session.scalars(query).one_or_none()


def add(row: Row) -> tuple[Row, bool]:
    """Add a row with such an id, and True; what another press made meanwhile, and False."""
    kind, practice_id, row_id = type(row), row.practice_id, row.id
    if made := made_before(kind, practice_id, row_id):
        return made, False
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        if made := made_before(kind, practice_id, row_id):
            return made, False
        raise
    return row, True
