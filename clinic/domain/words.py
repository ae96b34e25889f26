"""Words that somebody reads, in English, which know how they came to be: other languages can say them.

They are strings in every way. What joins, cuts or formats them makes a plain string of them, and that stays
English: a sentence with something in it is said as a whole, with a blank for each part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any, Self


class Words(str):
    """A string that keeps the pattern it was made by, and what filled its blanks."""

    __slots__ = ("filled", "many", "number", "pattern")

    pattern: str  # with blanks as "%(name)s"; what a catalogue knows it by
    many: str | None  # the pattern for another number than one
    number: int
    filled: Mapping[str, object]  # blank to what stands there, words among them

    @classmethod
    def made(
        cls, pattern: str, filled: Mapping[str, object], many: str | None = None, number: int = 1
    ) -> Self:
        """The words of a pattern; raises KeyError for a blank that nothing fills."""
        chosen = pattern if many is None or number == 1 else many
        in_english = {name: _in_english(value) for name, value in filled.items()}
        made = cls(chosen % in_english if filled else chosen)
        made.pattern, made.many, made.number, made.filled = pattern, many, number, filled
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (self.made, (self.pattern, self.filled, self.many, self.number))


class DayWords(Words):
    """A day in words; whoever shows it in another language writes the day anew, by its skeleton."""

    __slots__ = ("day", "skeleton")

    day: date
    skeleton: str  # which parts of the day are told, as in Unicode's locale data: "MMMEd" for "Tue 24 Nov"

    @classmethod
    def of(cls, english: str, day: date, skeleton: str) -> Self:
        """The day as it stands in English, and what there is of it."""
        made = cls.made(english, {})
        made.day, made.skeleton = day, skeleton
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (self.of, (str(self), self.day, self.skeleton))


class KeptWords(Words):
    """A sentence that was kept as text, its blanks filled in; another language looks for what it was."""

    __slots__ = ()


class ZoneWords(Words):
    """A time zone in words; another language names it by its city, as it writes it."""

    __slots__ = ("zone",)

    zone: str  # as IANA names it

    @classmethod
    def of(cls, english: str, zone: str) -> Self:
        """The zone as it stands in English."""
        made = cls.made(english, {})
        made.zone = zone
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return (self.of, (str(self), self.zone))


def say(words: str, /, **filled: object) -> Words:
    """Words for somebody to read: `say("%(name)s writes to you", name=name)`.

    Without anything to fill in, a % is a %. Whole numbers are written with their thousands apart.
    """
    return Words.made(words, filled)


def say_many(one: str, many: str, number: int, /, **filled: object) -> Words:
    """Words that follow a number, `%(number)s` in them: `say_many("One day", "%(number)s days", 3)`."""
    return Words.made(one, {"number": number, **filled}, many, number)


def again(kept: str) -> KeptWords:
    """Words that were kept as text, to be said again; other languages find the pattern that they had."""
    return KeptWords.made(kept, {})


def in_a_row(parts: Sequence[str]) -> str:
    """What stands one after another: "30 minutes, with Ada Nord, by video"; nothing of nothing."""
    return _joined(parts, _followed_by)


def _followed_by(before: str, each: str) -> Words:
    return say("%(before)s, %(each)s", before=before, each=each)


def all_of(names: Sequence[str]) -> str:
    """What is named together: "Hips and Knees and Back"; nothing of nothing."""
    return _joined(names, _and)


def _and(before: str, each: str) -> Words:
    return say("%(before)s and %(each)s", before=before, each=each)


def one_after_another(sentences: Sequence[str]) -> str:
    """Whole sentences: "Saved. Today is your first day."; nothing of nothing."""
    return _joined(sentences, _and_then)


def _and_then(before: str, each: str) -> Words:
    return say("%(before)s %(each)s", before=before, each=each)


def apart(parts: Sequence[str]) -> str:
    """What stands further apart than in a row: "Hip hinge: 2 rounds, twice a day; Hip turn: left"."""
    return _joined(parts, _apart_from)


def _apart_from(before: str, each: str) -> Words:
    return say("%(before)s; %(each)s", before=before, each=each)


def apart_by_a_dot(parts: Sequence[str]) -> str:
    """What stands side by side: "From Mon 2 Nov, no end yet · 6 minutes a day"; nothing of nothing."""
    return _joined(parts, _beside)


def _beside(before: str, each: str) -> Words:
    return say("%(before)s · %(each)s", before=before, each=each)


def _joined(parts: Sequence[str], two: Callable[[str, str], Words]) -> str:
    first, *others = parts or ("",)
    return reduce(two, others, first)


def _in_english(value: object) -> str:
    return f"{value:,}" if type(value) is int else str(value)
