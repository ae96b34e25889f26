"""Several programs of one client at once: each move is shown once, and a day is logged once.

The same move in two programs is one, in the wording that was given last; doses that differ stay apart, each
with the programs that ask it. Nothing here depends on the order in which programs are read.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.doses import Dose
from clinic.domain.load import DayLoad, minutes_per_day
from clinic.domain.progress import day_outcome
from clinic.domain.types import LogOutcome


@dataclass(frozen=True, slots=True, order=True)
class MovePlace:
    """Where a move stands: in the program that was assigned then, at a position in it."""

    assigned_at: datetime
    program_id: uuid.UUID
    position: int


@dataclass(frozen=True, slots=True)
class GivenMove:
    """A move of one program: which move it is, where it stands, and how much of it is asked."""

    prescription_id: uuid.UUID
    move_id: uuid.UUID
    program: str
    place: MovePlace
    dose: Dose


@dataclass(frozen=True, slots=True)
class AskedDose:
    """How much of a move, and the names of the programs that ask that, the earliest first."""

    dose: Dose
    programs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedMove:
    """One move, whichever programs ask for it; the earliest of them first."""

    given: tuple[GivenMove, ...]

    @property
    def newest(self) -> GivenMove:
        """The one that was given last: its wording is shown."""
        return self.given[-1]

    @property
    def doses(self) -> tuple[AskedDose, ...]:
        """Each different dose once, with the programs that ask it."""
        asked: dict[Dose, list[str]] = {}
        for each in self.given:
            asked.setdefault(each.dose, []).append(each.program)
        return tuple(AskedDose(dose, tuple(names)) for dose, names in asked.items())

    @property
    def minutes_per_day(self) -> int:
        """Whole minutes that all its doses take on a practice day: one that two programs ask is done once."""
        return minutes_per_day(each.dose for each in self.doses)


def merged(moves: Iterable[GivenMove]) -> tuple[MergedMove, ...]:
    """Each move once, in the order of the programs and of the moves in them.

    What one program asks twice (a side each) stays two; of another program the first goes with the first.
    """
    found: dict[tuple[uuid.UUID, int], list[GivenMove]] = {}
    times: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter()
    for each in sorted(moves, key=lambda move: move.place):
        of_program = each.place.program_id, each.move_id
        found.setdefault((each.move_id, times[of_program]), []).append(each)
        times[of_program] += 1
    return tuple(MergedMove(tuple(given)) for given in found.values())


def minutes_together(moves: Iterable[MergedMove]) -> int:
    """Whole minutes a day that all the moves take, the sum of what is said of each of them."""
    return sum(move.minutes_per_day for move in moves)


def load_together(moves: Sequence[MergedMove]) -> DayLoad:
    """What a practice day asks with all the moves in it."""
    return DayLoad(minutes_together(moves), len(moves))


def outcome_together(
    outcomes: Mapping[uuid.UUID, Sequence[LogOutcome]], moves: Mapping[uuid.UUID, int]
) -> LogOutcome | None:
    """What the logs of one day come to, by program: done only if all of those that were logged are.

    `moves` is how many moves each program has. A program that was not logged that day came later: it asks for
    nothing of it.
    """
    if len(outcomes) == 1:  # as almost always
        ((program, logged),) = outcomes.items()
        return day_outcome(logged, moves.get(program, len(logged)))
    each: Sequence[LogOutcome] = [
        outcome
        for program, logged in outcomes.items()
        if (outcome := day_outcome(logged, moves.get(program, len(logged)))) is not None
    ]
    return day_outcome(each, len(each))
