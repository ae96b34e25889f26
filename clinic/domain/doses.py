"""Doses: how much of a move, the bounds it must keep and how it is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from clinic.domain.dates import count
from clinic.domain.types import DoseSide, MoveRange, Support

TEMPO = re.compile(r"[0-9]{1,2}(?:-[0-9]{1,2}){3}")
TEMPO_HINT = "Write the tempo as four numbers of seconds, like 3-1-2-0."

RANGE_WORDS: Mapping[MoveRange, str] = MappingProxyType(
    {
        MoveRange.TINY: "a very small movement",
        MoveRange.SMALL: "a small movement",
        MoveRange.HALF: "about half way",
        MoveRange.FULL: "all the way",
        MoveRange.PAIN_FREE: "as far as it does not hurt",
    }
)
SIDE_WORDS: Mapping[DoseSide, str] = MappingProxyType(
    {
        DoseSide.LEFT: "on the left",
        DoseSide.RIGHT: "on the right",
        DoseSide.BOTH: "",
        DoseSide.ALTERNATE: "to each side",
        DoseSide.AFFECTED: "on the side that bothers you",
    }
)


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


def beats_of(dose: Dose) -> Tempo:
    """The seconds of one repetition: a hold counts where it is longer than the tempo's pause."""
    tempo = Tempo.parse(dose.tempo) if dose.tempo else WITHOUT_TEMPO
    return replace(tempo, pause=max(tempo.pause, dose.hold_s))


def dose_in_words(dose: Dose, tempo_words: tuple[str, str] = ("down", "up")) -> str:
    """The dose in a line: "2 rounds of 8, slowly (3 seconds down, 1 pause, 2 up), once a day"."""
    parts = [
        " ".join(filter(None, [count(dose.sets, "round"), f"of {dose.reps}", SIDE_WORDS[dose.side]])),
        _tempo_in_words(dose, tempo_words),
        times_a_day(dose.times_per_day),
        "" if dose.days_per_week == 7 else count(dose.days_per_week, "day") + " a week",
    ]
    return ", ".join(filter(None, parts))


def rest_in_words(dose: Dose) -> str:
    """How long to rest between rounds, or nothing where there is no rest to take."""
    if dose.sets < 2 or dose.rest_s == 0:
        return ""
    return f"Rest {duration_in_words(dose.rest_s)} between rounds."


def range_in_words(move_range: MoveRange) -> str:
    """How far the move goes, in words."""
    return RANGE_WORDS[move_range]


def _tempo_in_words(dose: Dose, words: tuple[str, str]) -> str:
    if not dose.tempo:
        return f"holding for {count(dose.hold_s, 'second')}" if dose.hold_s else ""
    tempo = beats_of(dose)
    there, back = words
    steps = ((tempo.out, there), (tempo.pause, "pause"), (tempo.back, back), (tempo.rest, "pause"))
    (first, what), *others = [(seconds, name) for seconds, name in steps if seconds]
    said = [f"{count(first, 'second')} {what}", *(f"{seconds} {name}" for seconds, name in others)]
    return f"slowly ({', '.join(said)})"


def times_a_day(times: int) -> str:
    """How often a day: "once a day", "3 times a day"."""
    return {1: "once a day", 2: "twice a day"}.get(times, f"{times} times a day")


def duration_in_words(seconds: int) -> str:
    """A time in words: "1 minute 30 seconds"; empty for none."""
    minutes, rest = divmod(seconds, 60)
    said = [count(minutes, "minute") if minutes else "", count(rest, "second") if rest else ""]
    return " ".join(filter(None, said))
