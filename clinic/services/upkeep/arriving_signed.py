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
                kept = {name: row[name] for name in SIGNATURE}
                self._kept.append({"row_id": row["id"], **{f"to_{name}": kept[name] for name in SIGNATURE}})
        return [{**row, **{name: DRAFT[name] for name in SIGNATURE if name in row}} for row in rows]

    def put_back(self, connection: Connection) -> None:
        """Sign what came signed, in the caller's transaction."""
        if not self._kept:
            return
        names: dict[str, Any] = {name: bindparam(f"to_{name}") for name in SIGNATURE}
        table = inspect(Assessment).local_table
        assert isinstance(table, Table)
        connection.execute(update(table).where(table.c.id == bindparam("row_id")).values(names), self._kept)
        self._kept = []
