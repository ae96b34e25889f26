"""Rows that arrive signed, from a backup or made up for the demo.

The database takes findings of drafts alone: such an assessment is written as a draft, its findings after it,
and the name under it last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, inspect, update

from clinic.domain.types import AssessmentStatus
from clinic.models import Assessment

SIGNATURE = ("status", "signed_by", "signed_at")
DRAFT: Mapping[str, Any] = {"status": AssessmentStatus.DRAFT, "signed_by": None, "signed_at": None}


class Signatures:
    """The names taken off rows on their way in, to be put back once their findings are there."""

    def __init__(self) -> None:
        self._kept: list[dict[str, Any]] = []

    def without(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Rows of the assessment table as drafts."""
        for row in rows:
            if row.get("status") == AssessmentStatus.SIGNED:
                self._kept.append({name: row[name] for name in ("id", *SIGNATURE)})
        return [{**row, **{name: DRAFT[name] for name in SIGNATURE if name in row}} for row in rows]

    def put_back(self, connection: Connection) -> None:
        """Sign what came signed, in the caller's transaction."""
        table = inspect(Assessment).local_table
        assert isinstance(table, Table)
        sign(connection, table, self._kept)
        self._kept = []


def sign(connection: Connection, table: Table, signed: Sequence[Mapping[str, Any]]) -> None:
    """Put the names under assessments: of each its id and what a signature is made of."""
    if not signed:
        return
    names: dict[str, Any] = {name: bindparam(f"to_{name}") for name in SIGNATURE}
    rows = [{"row_id": row["id"], **{f"to_{name}": row[name] for name in SIGNATURE}} for row in signed]
    connection.execute(update(table).where(table.c.id == bindparam("row_id")).values(names), rows)
