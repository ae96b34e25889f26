"""A corrected dose as its client is told of it: one sentence, for some days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from clinic.domain.dates import count, day_in_words
from clinic.domain.doses import RANGE_WORDS, SIDE_WORDS, times_a_day
from clinic.domain.types import DoseSide, MoveRange, Support

TOLD_FOR = timedelta(days=7)  # long enough for somebody who practises once a week
SUPPORT_WORDS: Mapping[Support, str] = MappingProxyType(
    {
        Support.NONE: "without support",
        Support.WALL: "with a wall to hold on to",
        Support.CHAIR: "with a chair to hold on to",
        Support.DOWEL: "with a stick along the back",
    }
)

BECAUSE = "because "
Fields = Mapping[str, Any]  # some fields of a dose, as JSON values


@dataclass(frozen=True, slots=True)
class DoseChange:
    """What was changed of some moves, by their names, and the note for the client."""

    on: date
    before: Mapping[str, Fields]
    after: Mapping[str, Fields]
    told: str = ""
    program: str = ""  # named where the client has several

    def is_told_on(self, day: date) -> bool:
        """Whether the client is told of it on a day."""
        return self.on <= day < self.on + TOLD_FOR

    def in_words(self, today: date) -> str:
        """The sentence: "Changed today: Hip hinge: 3 rounds instead of 2, because it went so well."."""
        moves = "; ".join(f"{move}: {changed(self.before[move], new)}" for move, new in self.after.items())
        program = f", {self.program}" if self.program else ""
        return f"Changed {_when(self.on, today)}{program}: {moves}{_because(self.told)}."


def changed(before: Fields, after: Fields) -> str:
    """What is different in one dose: "3 rounds instead of 2, twice a day instead of once a day"."""
    return ", ".join(WORDS[name](after[name], before[name]) for name in WORDS if name in after)


def _when(day: date, today: date) -> str:
    days = (today - day).days
    return ("today", "yesterday")[days] if days in (0, 1) else f"on {day_in_words(day, today)}"


def _because(note: str) -> str:
    words = note.strip().rstrip(".")
    if not words:
        return ""
    return ", because " + (words[len(BECAUSE) :] if words.lower().startswith(BECAUSE) else words)


def _seconds(what: str) -> Callable[[int, int], str]:
    def words(new: int, old: int) -> str:
        if not new:
            return f"no {what} any more"
        return f"{what} {count(new, 'second')}" + (f" instead of {old}" if old else "")

    return words


def _said(words: Callable[[Any], str]) -> Callable[[Any, Any], str]:
    return lambda new, old: f"{words(new)} instead of {words(old)}"


WORDS: Mapping[str, Callable[[Any, Any], str]] = MappingProxyType(
    {
        "sets": lambda new, old: f"{count(new, 'round')} instead of {old}",
        "reps": lambda new, old: f"{count(new, 'repetition')} instead of {old}",
        "side": _said(lambda side: SIDE_WORDS[DoseSide(side)] or "both sides together"),
        "hold_s": _seconds("hold"),
        "rest_s": _seconds("rest"),
        "tempo": lambda new, old: "at another pace",
        "times_per_day": _said(times_a_day),
        "days_per_week": lambda new, old: f"{count(new, 'day')} a week instead of {old}",
        "move_range": _said(lambda how_far: RANGE_WORDS[MoveRange(how_far)]),
        "support": _said(lambda support: SUPPORT_WORDS[Support(support)]),
    }
)
