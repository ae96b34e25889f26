"""Guided practice: what a day's moves ask one after another, and what was really done of them.

A move is got ready for, done in rounds, and rested from between them. A round counts its repetitions; where
the sides take turns each repetition is done on the left and then on the right. What a time takes here is what
`domain/load` says of it, and the getting ready besides.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from clinic.domain.dates import count
from clinic.domain.doses import Dose, Tempo, beats_of
from clinic.domain.progress import day_outcome
from clinic.domain.types import DoseSide, LogOutcome, MistakeAnswer, WayDone

K = TypeVar("K", bound=Hashable)
MOST_REPS = 3000  # of one side a day: more than any dose may ask

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

    def to_json(self) -> dict[str, int]:
        """Plain values, for a script."""
        return {"both": self.both, "left": self.left, "right": self.right}

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

    def in_words(self) -> str:
        """What was done: "left 8 times, right 6 times"; empty where nothing was."""
        sides = (("", self.both), ("left ", self.left), ("right ", self.right))
        return ", ".join(f"{side}{count(done, 'time')}" for side, done in sides if done)


@dataclass(frozen=True, slots=True)
class Practised:
    """What was really done of one move on a day, and in which way; None: as it is asked."""

    reps: Repetitions
    way: WayDone | None = None
    way_words: str = ""


UNCOUNTED = Practised(Repetitions())


def counted_in_words(move: str, practised: Practised) -> str:
    """What was done of a move, for staff: "Hip hinge: 12 times, an easier way (Sit tall)"."""
    way = f"an {practised.way}" if practised.way is WayDone.EASIER else f"a {practised.way}"
    said = [
        practised.reps.in_words() or "not done",
        f"{way} way ({practised.way_words})" if practised.way else "",
    ]
    return f"{move}: {', '.join(filter(None, said))}"


def way_in(words: str, easier: Collection[str], harder: Collection[str]) -> WayDone | None:
    """Which kind of way the words of a move tell of; None where they are none of its own."""
    if words in easier:
        return WayDone.EASIER
    return WayDone.HARDER if words in harder else None


def practised_outcomes(
    said: LogOutcome, counted: Mapping[K, LogOutcome], moves: Collection[K]
) -> Mapping[K, LogOutcome]:
    """What a day's log says of each move: what was counted of it, or what the client says of the whole day.

    Their word goes before the count: only where all that was counted comes to what they say, each move has
    its own. A move of which nothing was counted is as they say.
    """
    whole = day_outcome(list(counted.values()), len(moves))
    return {move: counted.get(move, said) if whole is said else said for move in moves}


def asked_of(dose: Dose) -> Repetitions:
    """The repetitions that a dose asks on one day, all its times and rounds together."""
    every = dose.sets * dose.reps * dose.times_per_day
    is_turned = dose.side is DoseSide.ALTERNATE
    return Repetitions(
        both=every if dose.side in (DoseSide.BOTH, DoseSide.AFFECTED) else 0,
        left=every if is_turned or dose.side is DoseSide.LEFT else 0,
        right=every if is_turned or dose.side is DoseSide.RIGHT else 0,
    )
