"""What becomes of each row of a list: who is added, who is here already, and what cannot be read."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clinic.domain.imports import ImportFate, fate_of, may_fill
from clinic.domain.people import who
from clinic.models import ClientImport
from clinic.services.clients.known import ALIKE, KnownPeople, PersonSeen
from clinic.services.imports.reading import ReadRow

LONGEST_SAID = 300


@dataclass(slots=True)
class RowFate:
    """What becomes of one row, who it is about, and whether it may fill what is empty in their record."""

    row: ReadRow
    fate: ImportFate
    client_id: uuid.UUID | None = None
    said: str = ""
    may_fill: bool = False
    filled: str = ""
    version: int | None = None


def decide(practice_id: uuid.UUID, rows: Sequence[ReadRow], *, adds_namesakes: bool = False) -> list[RowFate]:
    """The fate of each row, in the order of the file. One query."""
    known = KnownPeople(practice_id)
    return [_fate(known, row, adds_namesakes=adds_namesakes) for row in rows]


def row_of(about: ClientImport, found: RowFate) -> dict[str, Any]:
    """The row of the database that keeps a fate."""
    return {
        "id": uuid.uuid4(),
        "practice_id": about.practice_id,
        "import_id": about.id,
        "line": found.row.line,
        "name": found.row.details.name[:120],
        "fate": found.fate,
        "client_id": found.client_id,
        "said": found.said[:LONGEST_SAID] or None,
        "filled": found.filled or None,
        "version": found.version,
    }


def _fate(known: KnownPeople, row: ReadRow, *, adds_namesakes: bool) -> RowFate:
    if row.problems:
        said = "; ".join(f"{each.column}: {each.message}" for each in row.problems)
        return RowFate(row, fate_of(None, has_problems=True), said=said)
    seen = PersonSeen.of(row.details, row.line)
    found = known.like(seen)
    match, other = found or (None, None)
    fate = fate_of(match, has_problems=False)
    if fate is ImportFate.NAMESAKE and adds_namesakes:
        fate = ImportFate.ADDED
    told = RowFate(row, fate, said=row.left_out)
    if fate is ImportFate.ADDED:
        known.add(seen)
        return told
    assert match is not None
    assert other is not None
    alike = ALIKE[match.by]
    told.said = f"has {alike}" if other.line is None else f"line {other.line} has {alike}"
    if fate is ImportFate.UNREADABLE:
        whose = who(other) if other.line is None else f"line {other.line}, {who(other)},"
        told.said = f"{match.by.value}: {whose} has {alike}; it belongs to one client alone"
    told.client_id, told.may_fill = other.client_id, may_fill(fate, match)
    return told
