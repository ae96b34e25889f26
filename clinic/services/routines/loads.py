"""How much of a day the moves of a routine or of a program ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from clinic.domain.load import DayLoad, load_of, minutes_per_day
from clinic.domain.phases import busiest
from clinic.models import Prescription, RoutineItem
from clinic.services.routines.wording import dose_of

Dosed = TypeVar("Dosed", RoutineItem, Prescription)


def of_moves(rows: Sequence[Dosed]) -> DayLoad:
    """What a day asks with these moves in it; with phases, a day of the one that asks most."""
    return load_of([dose_of(row) for row in busiest(rows, minutes)])


def minutes(rows: Sequence[RoutineItem | Prescription]) -> int:
    """Whole minutes a day of some moves."""
    return minutes_per_day(map(dose_of, rows))
