"""What changed in a text since somebody signed it, line by line and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest

WORDS = re.compile(r"\s*\S+")


class WordMark(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """Some words in a row with one mark."""

    mark: WordMark
    text: str


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line with its words marked; `place` is where it stands in the text of now, None if it is gone."""

    place: int | None
    words: tuple[MarkedWords, ...]

    @property
    def is_changed(self) -> bool:
        """Whether it is not what it was."""
        return any(each.mark is not WordMark.SAME for each in self.words)


def marked_lines(old: Sequence[str], new: Sequence[str]) -> list[MarkedLine]:
    """The lines of now in their order, with those that are gone where they stood."""
    marked: list[MarkedLine] = []
    for kind, old_from, old_to, new_from, new_to in _steps(old, new):
        if kind == "equal":
            marked += [_whole(place, new[place], WordMark.SAME) for place in range(new_from, new_to)]
            continue
        pairs = zip_longest(old[old_from:old_to], range(new_from, new_to))
        marked += [_pair(before, place, new) for before, place in pairs]
    return marked


def _pair(before: str | None, place: int | None, new: Sequence[str]) -> MarkedLine:
    if place is None:
        return _whole(None, before or "", WordMark.REMOVED)
    if before is None:
        return _whole(place, new[place], WordMark.ADDED)
    return MarkedLine(place, tuple(_words(WORDS.findall(before), WORDS.findall(new[place]))))


def _words(old: Sequence[str], new: Sequence[str]) -> Iterator[MarkedWords]:
    for kind, old_from, old_to, new_from, new_to in _steps(old, new):
        if kind == "equal":
            yield MarkedWords(WordMark.SAME, "".join(new[new_from:new_to]))
            continue
        if gone := "".join(old[old_from:old_to]):
            yield MarkedWords(WordMark.REMOVED, gone)
        if added := "".join(new[new_from:new_to]):
            yield MarkedWords(WordMark.ADDED, added)


def _whole(place: int | None, line: str, mark: WordMark) -> MarkedLine:
    return MarkedLine(place, (MarkedWords(mark, line),))


def _steps(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
