"""The load meter: how many minutes and moves a practice day asks, and whether that is more than it should.

What is counted is moving, holding and resting: sets × repetitions × the seconds of the tempo, a hold where it
is longer than the tempo's pause, the rests between the sets, each side where the sides take turns, as often a
day as is asked. Getting ready, reading and changing over are not. Where no tempo is given a repetition is
taken to last 4 seconds (authored). Each move is rounded to whole minutes, at least one, so that the sum is
that of what is said of each.

The limits that a practice begins with are authored: no source gives minutes. That of the moves lies above the
"fewer than 4" which go with better adherence (BACHMANN) and the 2 to 4 with which a published program begins
(EMPOWER), so that two small programs side by side bring no warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from clinic.domain.dates import count
from clinic.domain.doses import Dose, beats_of, minutes_a_day
from clinic.domain.errors import RuleBroken
from clinic.domain.types import DoseSide
from clinic.domain.words import in_a_row, say, say_many


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What a practice day asks: whole minutes, and how many moves."""

    minutes: int
    moves: int


USUAL_LIMIT = DayLoad(minutes=20, moves=5)  # above which a practice is warned until it says otherwise
HIGHEST_LIMIT = DayLoad(minutes=240, moves=24)


def load_limit_problems(limit: DayLoad) -> Iterator[RuleBroken]:
    """What is wrong with a practice's limits."""
    if not 1 <= limit.minutes <= HIGHEST_LIMIT.minutes:
        yield RuleBroken(
            say("Minutes a day must be from 1 to %(most)s.", most=HIGHEST_LIMIT.minutes), "load_minutes"
        )
    if not 1 <= limit.moves <= HIGHEST_LIMIT.moves:
        yield RuleBroken(say("Moves must be from 1 to %(most)s.", most=HIGHEST_LIMIT.moves), "load_moves")


def seconds_per_day(dose: Dose) -> int:
    """Seconds of moving, holding and resting on a practice day."""
    reps = dose.reps * (2 if dose.side is DoseSide.ALTERNATE else 1)
    one_time = dose.sets * reps * beats_of(dose).seconds + (dose.sets - 1) * dose.rest_s
    return one_time * dose.times_per_day


def minutes_of(dose: Dose) -> int:
    """Whole minutes a day that one dose takes, to the nearest and at least one."""
    return max(1, (seconds_per_day(dose) + 30) // 60)


def minutes_per_day(doses: Iterable[Dose]) -> int:
    """Whole minutes a day of all the doses, the sum of what is said of each of them."""
    return sum(minutes_of(dose) for dose in doses)


def load_of(doses: Collection[Dose]) -> DayLoad:
    """What a day asks with all these doses in it."""
    return DayLoad(minutes_per_day(doses), len(doses))


def load_in_words(load: DayLoad) -> str:
    """What a day asks, in words: "6 minutes a day, 2 moves"."""
    return in_a_row([minutes_a_day(load.minutes), moves_in_words(load.moves)])


def moves_in_words(number: int) -> str:
    """How many moves: "1 move"."""
    return say_many("%(number)s move", "%(number)s moves", number)


def load_warnings(load: DayLoad, limit: DayLoad) -> Iterator[str]:
    """What is more than the practice wants, each in a sentence; nothing is forbidden by it."""
    if load.minutes > limit.minutes:
        yield f"{count(load.minutes, 'minute')} a day: more than the practice’s limit of {limit.minutes}."
    if load.moves > limit.moves:
        yield f"{count(load.moves, 'move')}: more than the practice’s limit of {limit.moves}."
