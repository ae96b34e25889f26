"""A corrected dose as its client is told of it: one sentence, for some days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from clinic.domain.dates import day_in_words
from clinic.domain.doses import RANGE_WORDS, SIDE_WORDS, seconds_in_words, times_a_day
from clinic.domain.types import DoseSide, MoveRange, Support
from clinic.domain.words import apart, in_a_row, say, say_many

TOLD_FOR = timedelta(days=7)  # long enough for somebody who practises once a week
SUPPORT_WORDS: Mapping[Support, str] = MappingProxyType(
    {
        Support.NONE: say("without support"),
        Support.WALL: say("with a wall to hold on to"),
        Support.CHAIR: say("with a chair to hold on to"),
        Support.DOWEL: say("with a stick along the back"),
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
        lines = [
            say("%(move)s: %(changes)s", move=move, changes=changed(self.before[move], new))
            for move, new in self.after.items()
        ]
        told = {
            "changed_then": in_a_row([part for part in (_when(self.on, today), self.program) if part]),
            "moves": apart(lines),
        }
        if reason := _because(self.told):
            return say("%(changed_then)s: %(moves)s, because %(reason)s.", **told, reason=reason)
        return say("%(changed_then)s: %(moves)s.", **told)


def changed(before: Fields, after: Fields) -> str:
    """What is different in one dose: "3 rounds instead of 2, twice a day instead of once a day"."""
    return in_a_row([WORDS[name](after[name], before[name]) for name in WORDS if name in after])


def _when(day: date, today: date) -> str:
    days = (today - day).days
    if days in (0, 1):
        return say("Changed yesterday") if days else say("Changed today")
    return say("Changed on %(day)s", day=day_in_words(day, today))


def _because(note: str) -> str:
    words = note.strip().rstrip(".")
    return words[len(BECAUSE) :] if words.lower().startswith(BECAUSE) else words


def _hold(new: int, old: int) -> str:
    if not new:
        return say("no hold any more")
    if not old:
        return say("hold %(time)s", time=seconds_in_words(new))
    return say("hold %(time)s instead of %(before)s", time=seconds_in_words(new), before=old)


def _rest(new: int, old: int) -> str:
    if not new:
        return say("no rest any more")
    if not old:
        return say("rest %(time)s", time=seconds_in_words(new))
    return say("rest %(time)s instead of %(before)s", time=seconds_in_words(new), before=old)


def _said(words: Callable[[Any], str]) -> Callable[[Any, Any], str]:
    return lambda new, old: say("%(now)s instead of %(before)s", now=words(new), before=words(old))


def _rounds(new: int, old: int) -> str:
    return say_many(
        "%(number)s round instead of %(before)s", "%(number)s rounds instead of %(before)s", new, before=old
    )


def _repetitions(new: int, old: int) -> str:
    return say_many(
        "%(number)s repetition instead of %(before)s",
        "%(number)s repetitions instead of %(before)s",
        new,
        before=old,
    )


def _days(new: int, old: int) -> str:
    return say_many(
        "%(number)s day a week instead of %(before)s",
        "%(number)s days a week instead of %(before)s",
        new,
        before=old,
    )


WORDS: Mapping[str, Callable[[Any, Any], str]] = MappingProxyType(
    {
        "sets": _rounds,
        "reps": _repetitions,
        "side": _said(lambda side: SIDE_WORDS[DoseSide(side)] or say("both sides together")),
        "hold_s": _hold,
        "rest_s": _rest,
        "tempo": lambda new, old: say("at another pace"),
        "times_per_day": _said(times_a_day),
        "days_per_week": _days,
        "move_range": _said(lambda how_far: RANGE_WORDS[MoveRange(how_far)]),
        "support": _said(lambda support: SUPPORT_WORDS[Support(support)]),
    }
)
