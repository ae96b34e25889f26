"""Doses: how much of a move, the bounds it must keep and how it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from clinic.domain.types import DoseSide, MoveRange, Support
from clinic.domain.words import in_a_row, say, say_many

TEMPO = re.compile(r"[0-9]{1,2}(?:-[0-9]{1,2}){3}")
TEMPO_HINT = "Write the tempo as four numbers of seconds, like 3-1-2-0."

RANGE_WORDS: Mapping[MoveRange, str] = MappingProxyType(
    {
        MoveRange.TINY: say("a very small movement"),
        MoveRange.SMALL: say("a small movement"),
        MoveRange.HALF: say("about half way"),
        MoveRange.FULL: say("all the way"),
        MoveRange.PAIN_FREE: say("as far as it does not hurt"),
    }
)
SIDE_WORDS: Mapping[DoseSide, str] = MappingProxyType(
    {
        DoseSide.LEFT: say("on the left"),
        DoseSide.RIGHT: say("on the right"),
        DoseSide.BOTH: "",
        DoseSide.ALTERNATE: say("to each side"),
        DoseSide.AFFECTED: say("on the side that bothers you"),
    }
)
DOSES_KEPT = 1024  # a practice gives few different ones, and every page of a client's tells them
PAUSE = say("pause")  # as a beat of a repetition: "1 pause"
ONCE_A_DAY, TWICE_A_DAY = say("once a day"), say("twice a day")


@dataclass(frozen=True, slots=True)
class Tempo:
    """Seconds of one repetition: out (or down), pause, back (or up), pause."""

    out: int
    pause: int
    back: int
    rest: int

    @classmethod
    def parse(cls, text: str) -> Tempo:
        """Read "3-1-2-0"; ValueError if it is anything else."""
        if not TEMPO.fullmatch(text):
            raise ValueError(TEMPO_HINT)
        return cls(*(int(part) for part in text.split("-")))

    @property
    def seconds(self) -> int:
        """How long one repetition takes."""
        return self.out + self.pause + self.back + self.rest

    def __str__(self) -> str:
        return f"{self.out}-{self.pause}-{self.back}-{self.rest}"


WITHOUT_TEMPO = Tempo(2, 0, 2, 0)  # authored: how long a repetition is taken to last where nobody says


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """One move's prescription. Repetitions are counted for each side when the sides alternate."""

    side: DoseSide
    sets: int
    reps: int
    hold_s: int = 0
    rest_s: int = 0
    tempo: str = ""
    times_per_day: int = 1
    days_per_week: int = 7
    move_range: MoveRange = MoveRange.PAIN_FREE
    support: Support = Support.NONE


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most a number of a dose may be."""

    least: int
    most: int

    def holds(self, value: int) -> bool:
        """Whether the value lies within, both ends included."""
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseBounds:
    """What may be prescribed; the figures come from the catalogue."""

    sets: Bound
    reps: Bound
    hold_s: Bound
    rest_s: Bound
    tempo_s: Bound
    times_per_day: Bound
    days_per_week: Bound


NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "sets": "Rounds",
        "reps": "Repetitions",
        "hold_s": "The hold",
        "rest_s": "The rest",
        "times_per_day": "Times a day",
        "days_per_week": "Days a week",
    }
)


def dose_problems(dose: Dose, bounds: DoseBounds) -> dict[str, str]:
    """What is wrong with a dose, by field; empty when it may be prescribed."""
    problems = {}
    for field, name in NUMBERS.items():
        bound: Bound = getattr(bounds, field)
        if not bound.holds(getattr(dose, field)):
            problems[field] = f"{name} must be from {bound.least} to {bound.most}."
    if tempo_problem := _tempo_problem(dose.tempo, bounds.tempo_s):
        problems["tempo"] = tempo_problem
    return problems


def _tempo_problem(text: str, bound: Bound) -> str | None:
    if not text:
        return None
    try:
        tempo = Tempo.parse(text)
    except ValueError as wrong:
        return str(wrong)
    if tempo.out + tempo.back == 0:
        return "A movement takes at least 1 second."
    if all(bound.holds(part) for part in (tempo.out, tempo.pause, tempo.back, tempo.rest)):
        return None
    return f"Each number of the tempo must be from {bound.least} to {bound.most} seconds."


@lru_cache(maxsize=DOSES_KEPT)
def beats_of(dose: Dose) -> Tempo:
    """The seconds of one repetition: a hold counts where it is longer than the tempo's pause."""
    tempo = Tempo.parse(dose.tempo) if dose.tempo else WITHOUT_TEMPO
    return replace(tempo, pause=max(tempo.pause, dose.hold_s))


def dose_in_words(dose: Dose, tempo_words: tuple[str, str] = ("down", "up")) -> str:
    """The dose in a line: "2 rounds of 8, slowly (3 seconds down, 1 pause, 2 up), once a day"."""
    return _in_words(dose, *tempo_words)


@lru_cache(maxsize=DOSES_KEPT, typed=True)  # text and words that a catalogue knows are told apart
def _in_words(dose: Dose, there: str, back: str) -> str:
    parts = [
        _rounds_in_words(dose),
        _tempo_in_words(dose, (there, back)),
        times_a_day(dose.times_per_day),
        "" if dose.days_per_week == 7 else days_a_week(dose.days_per_week),
    ]
    return in_a_row([part for part in parts if part])


def rest_in_words(dose: Dose) -> str:
    """How long to rest between rounds, or nothing where there is no rest to take."""
    if dose.sets < 2 or dose.rest_s == 0:
        return ""
    return say("Rest %(time)s between rounds.", time=duration_in_words(dose.rest_s))


def range_in_words(move_range: MoveRange) -> str:
    """How far the move goes, in words."""
    return RANGE_WORDS[move_range]


def _rounds_in_words(dose: Dose) -> str:
    side = SIDE_WORDS[dose.side]
    if not side:
        return say_many(
            "%(number)s round of %(reps)s", "%(number)s rounds of %(reps)s", dose.sets, reps=dose.reps
        )
    return say_many(
        "%(number)s round of %(reps)s %(side)s",
        "%(number)s rounds of %(reps)s %(side)s",
        dose.sets,
        reps=dose.reps,
        side=side,
    )


def _tempo_in_words(dose: Dose, words: tuple[str, str]) -> str:
    if not dose.tempo:
        return say("holding for %(time)s", time=seconds_in_words(dose.hold_s)) if dose.hold_s else ""
    tempo = beats_of(dose)
    there, back = words
    steps = ((tempo.out, there), (tempo.pause, PAUSE), (tempo.back, back), (tempo.rest, PAUSE))
    (first, what), *others = [(seconds, name) for seconds, name in steps if seconds]
    said = [
        say("%(time)s %(beat)s", time=seconds_in_words(first), beat=what),
        *(say("%(seconds)s %(beat)s", seconds=seconds, beat=name) for seconds, name in others),
    ]
    return say("slowly (%(beats)s)", beats=in_a_row(said))


def times_a_day(times: int) -> str:
    """How often a day: "once a day", "3 times a day"."""
    if times in (1, 2):
        return TWICE_A_DAY if times == 2 else ONCE_A_DAY
    return say("%(times)s times a day", times=times)


def days_a_week(days: int) -> str:
    """On how many days a week: "1 day a week"."""
    return say_many("%(number)s day a week", "%(number)s days a week", days)


def minutes_in_words(minutes: int) -> str:
    """A number of minutes: "1 minute"."""
    return say_many("%(number)s minute", "%(number)s minutes", minutes)


def minutes_a_day(minutes: int) -> str:
    """How long a day: "6 minutes a day"."""
    return say_many("%(number)s minute a day", "%(number)s minutes a day", minutes)


def seconds_in_words(seconds: int) -> str:
    """A number of seconds: "1 second"."""
    return say_many("%(number)s second", "%(number)s seconds", seconds)


def duration_in_words(seconds: int) -> str:
    """A time in words: "1 minute 30 seconds"; empty for none."""
    minutes, rest = divmod(seconds, 60)
    if not (minutes and rest):
        return minutes_in_words(minutes) if minutes else seconds_in_words(rest) if rest else ""
    return say("%(minutes)s %(seconds)s", minutes=minutes_in_words(minutes), seconds=seconds_in_words(rest))
