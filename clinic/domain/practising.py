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
from clinic.domain.types import DoseSide, LogOutcome, MistakeAnswer

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


@dataclass(frozen=True, slots=True)
class Repetitions:
    """How often a move was done, or is asked, on a day: on each side, or without one."""

    both: int = 0
    left: int = 0
    right: int = 0

    def further(self, other: Repetitions) -> Repetitions:
        """The larger count of each side: what is sent twice, or from two phones, counts once."""
        return Repetitions(
            max(self.both, other.both), max(self.left, other.left), max(self.right, other.right)
        )

    def outcome(self, asked: Repetitions) -> LogOutcome:
        """What came of what was asked."""
        if not self.both + self.left + self.right:
            return LogOutcome.NOT_DONE
        done = self.both >= asked.both and self.left >= asked.left and self.right >= asked.right
        return LogOutcome.DONE if done else LogOutcome.PARTLY

    def in_words(self, asked: Repetitions) -> str:
        """What was done of what was asked: "left 8 of 16, right 6 of 16"."""
        sides = (
            ("", self.both, asked.both),
            ("left ", self.left, asked.left),
            ("right ", self.right, asked.right),
        )
        return ", ".join(f"{name}{done} of {of}" for name, done, of in sides if of)


def asked_of(dose: Dose) -> Repetitions:
    """The repetitions that a dose asks on one day, all its times and rounds together."""
    every = dose.sets * dose.reps * dose.times_per_day
    is_turned = dose.side is DoseSide.ALTERNATE
    return Repetitions(
        both=every if dose.side in (DoseSide.BOTH, DoseSide.AFFECTED) else 0,
        left=every if is_turned or dose.side is DoseSide.LEFT else 0,
        right=every if is_turned or dose.side is DoseSide.RIGHT else 0,
    )
