"""Guided practice: what a day's moves ask one after another, and what was really done of them.

A move is got ready for, done in rounds, and rested from between them. A round counts its repetitions; where
the sides take turns each repetition is done on the left and then on the right. What a time takes here is what
`domain/load` says of it, and the getting ready besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clinic.domain.doses import Dose, Tempo, beats_of
from clinic.domain.types import DoseSide, MistakeAnswer

READY_S = 10  # authored, as is the next: seconds to get into place, and to read what to do instead as well
READING_S = 30

_TURNS = (DoseSide.LEFT, DoseSide.RIGHT)
_SIDES: Mapping[DoseSide, tuple[DoseSide, ...]] = {
    DoseSide.ALTERNATE: _TURNS,
    DoseSide.LEFT: (DoseSide.LEFT,),
    DoseSide.RIGHT: (DoseSide.RIGHT,),
    DoseSide.BOTH: (DoseSide.BOTH,),
    DoseSide.AFFECTED: (DoseSide.AFFECTED,),
}


class StretchKind(StrEnum):
    """What somebody does for a while."""

    READY = "ready"
    ROUND = "round"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of one move: getting ready, a round of it, or the rest after a round, counted from 1.

    A round has `reps` repetitions on each of its `sides` in turn, each of which takes the `beats`.
    """

    kind: StretchKind
    seconds: int
    round: int = 1
    reps: int = 0
    sides: tuple[DoseSide, ...] = ()
    beats: Tempo | None = None


def stretches(dose: Dose, *, reads_first: bool = False) -> tuple[Stretch, ...]:
    """One time of a move, from getting ready to the last repetition; longer to get ready where one reads."""
    ready = Stretch(kind=StretchKind.READY, seconds=READING_S if reads_first else READY_S)
    rounds: list[Stretch] = []
    for number in range(1, dose.sets + 1):
        rounds.append(_round(dose, number))
        if number < dose.sets and dose.rest_s:
            rounds.append(Stretch(kind=StretchKind.REST, seconds=dose.rest_s, round=number))
    return (ready, *rounds)


def seconds_of(parts: Iterable[Stretch]) -> int:
    """How long they take together."""
    return sum(each.seconds for each in parts)


def leads_with_fix(last: MistakeAnswer | None) -> bool:
    """Whether the fix of a mistake comes first: it happened last time, or nobody could say."""
    return last in (MistakeAnswer.YES, MistakeAnswer.NOT_SURE)


def _round(dose: Dose, number: int) -> Stretch:
    beats, sides = beats_of(dose), _SIDES[dose.side]
    return Stretch(
        kind=StretchKind.ROUND,
        seconds=dose.reps * len(sides) * beats.seconds,
        round=number,
        reps=dose.reps,
        sides=sides,
        beats=beats,
    )
