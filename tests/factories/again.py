"""What services made once, written again for others: the same rows under new ids, at this instant.

The rules and the questions of the services are asked the first time; a test pays for the rows alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, exists, insert, inspect, or_, select

from clinic.extensions import db
from clinic.models.base import OfPractice
from clinic.services.clock import now

Rows = list[tuple[Insert, list[dict[str, Any]]]]
Ids = dict[uuid.UUID, uuid.UUID]


def has_rows(practice_id: uuid.UUID, *kinds: type[OfPractice]) -> bool:
    """Whether a practice has any row of these kinds."""
    return bool(
        db.session.scalar(select(or_(*(exists().where(each.practice_id == practice_id) for each in kinds))))
    )


def rows_of(practice_id: uuid.UUID, *kinds: type[OfPractice]) -> Rows:
    """All rows of these kinds that a practice has; a kind stands behind those that its rows point at."""
    tables = [inspect(kind).local_table for kind in kinds]
    wanted = [(table, select(table).where(table.c.practice_id == practice_id)) for table in tables]
    return [
        (insert(table), [{**row} for row in db.session.execute(query).mappings()]) for table, query in wanted
    ]


def write_again(rows: Rows, ids: Mapping[uuid.UUID, uuid.UUID]) -> Ids:
    """Write them under the ids given here and new ones else; each instant in them is now. Returns all ids."""
    at, known = now(), dict(ids)

    def again(value: Any) -> Any:
        if isinstance(value, uuid.UUID):
            return known.get(value) or known.setdefault(value, uuid.uuid4())
        return at if isinstance(value, datetime) else value

    for statement, lines in rows:
        db.session.execute(
            statement, [{name: again(value) for name, value in line.items()} for line in lines]
        )
    return known
