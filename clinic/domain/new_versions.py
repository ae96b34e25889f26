"""A newer version of a routine, offered to a client who goes on with what they have until they take it over.

What is different is told from what the client has, in plain words. A dose that was corrected for them stays
theirs where the move is the same, unless the practitioner says otherwise.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from clinic.domain.dose_changes import changed
from clinic.domain.doses import Dose, dose_in_words
from clinic.domain.phases import Phase, asked_in, listed, weeks_in_words
from clinic.domain.types import ProgramStatus
from clinic.domain.words import apart, say

LONGEST_NOTE = 500
# What a move's wording is made of, as a client knows it.
PARTS: Mapping[str, str] = {
    "purpose": say("what it is for"),
    "setup": say("how to get ready"),
    "steps": say("how to do it"),
    "cues": say("what to think of"),
    "range_words": say("how far to go"),
    "feet_words": say("the feet"),
    "knees_words": say("the knees"),
    "stop_if": say("when to stop"),
    "mistakes": say("what to watch for"),
    "easier": say("easier ways"),
    "harder": say("harder ways"),
    "transfers": say("what it is good for in daily life"),
    "equipment": say("what you need"),
    "figure": say("the drawing"),
    "pictures": say("the pictures"),
    "film": say("the film"),
    "video": say("the video"),
}


class VersionDecision(StrEnum):
    """What became of the offer of a version."""

    TAKEN = "taken"
    KEPT = "kept"  # the client keeps what they have
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class VersionMove:
    """A move as a version or a program has it: which one, how much, in which phases and in which words."""

    move_id: uuid.UUID
    dose: Dose
    content: Mapping[str, Any]
    from_phase: int = 1
    until_phase: int | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.content["name"])

    @property
    def amount(self) -> str:
        """How much of it, in words."""
        there, back = self.content["tempo_words"]
        return dose_in_words(self.dose, (there, back))


@dataclass(frozen=True, slots=True)
class WholeVersion:
    """All moves of a version or program in their order, and its phases."""

    moves: Sequence[VersionMove]
    phases: Sequence[Phase] = ()


def waits_because(
    status: ProgramStatus, *, ends_on: date | None, today: date, warning_open: bool = False
) -> str | None:
    """Why an offer is not shown to its client now, in words for the practice; None where it is."""
    if warning_open:
        return "waits: a warning sign is open"
    if status is ProgramStatus.PAUSED:
        return "waits: the program is paused"
    if status is ProgramStatus.ASSIGNED:
        return "waits: the program has not begun"
    if status is ProgramStatus.ENDED or (ends_on is not None and ends_on <= today):
        return "the program has ended" if status is ProgramStatus.ENDED else "the program ends today"
    return None


def carried_dose(own: Dose, usual_before: Dose | None, usual_now: Dose, *, keeps: bool) -> Dose:
    """The dose of a move that stays: the new version's, or the client's own where it was corrected."""
    return own if keeps and own != usual_before else usual_now


def paired(
    before: Sequence[VersionMove], now: Sequence[VersionMove]
) -> list[tuple[VersionMove | None, VersionMove]]:
    """Each move of now with the same one of before; what is there twice (a side each) goes in its order."""
    had = dict(_counted(before))
    return [(had.get(key), move) for key, move in _counted(now)]


def changes_in_words(before: WholeVersion, now: WholeVersion) -> list[str]:
    """What is different, a line each: moves, amounts, words, parts, order; one that says so if nothing."""
    pairs = paired(before.moves, now.moves)
    stays = {id(old) for old, _ in pairs}
    lines: list[str] = [
        say("New: %(move)s, %(amount)s.", move=new.name, amount=new.amount)
        for old, new in pairs
        if old is None
    ]
    lines += [say("No longer: %(move)s.", move=old.name) for old in before.moves if id(old) not in stays]
    for old, new in pairs:
        if old is not None:
            lines += _differences(old, new)
    lines += _phases(before, now)
    names = [new.name for old, new in pairs if old is not None]
    if names != [old.name for old in before.moves if id(old) in stays] and not _renamed(pairs):
        lines.append(say("The moves come in another order."))
    return lines or [say("Nothing is different in the moves, their amounts or their words.")]


def _differences(old: VersionMove, new: VersionMove) -> Iterator[str]:
    if old.name != new.name:
        yield say("%(before)s is called %(now)s now.", before=old.name, now=new.name)
    fields = [name for name in Dose.__slots__ if getattr(old.dose, name) != getattr(new.dose, name)]
    if fields:
        was, becomes = ({name: getattr(each.dose, name) for name in fields} for each in (old, new))
        yield say("%(move)s: %(changes)s.", move=new.name, changes=changed(was, becomes))
    parts = [words for key, words in PARTS.items() if _said(old.content, key) != _said(new.content, key)]
    if parts:
        yield say("%(move)s is said in other words: %(parts)s.", move=new.name, parts=listed(parts))


def _said(content: Mapping[str, Any], key: str) -> Any:
    """A part of a wording; what an older release did not know is the same as nothing."""
    value = content.get(key) or None
    return list(value) if isinstance(value, tuple) else value


def _phases(before: WholeVersion, now: WholeVersion) -> Iterator[str]:
    if _parts(before) == _parts(now):
        return
    if not now.phases:
        yield say("All moves from the first day on: it has no parts any more.")
        return
    yield say("It goes in parts: %(parts)s.", parts=apart(_parts(now)))


def _parts(version: WholeVersion) -> list[str]:
    """Each phase in words with its moves."""
    weeks = weeks_in_words(version.phases)
    return [
        _part(weeks[position - 1], [move.name for move in asked_in(version.moves, position)], phase.criterion)
        for position, phase in enumerate(version.phases, 1)
    ]


def _part(weeks: str, names: Sequence[str], criterion: str) -> str:
    told = {"weeks": weeks, "moves": listed(names)}
    if criterion:
        return say("%(weeks)s %(moves)s, until: %(criterion)s", **told, criterion=criterion)
    return say("%(weeks)s %(moves)s", **told)


def _renamed(pairs: Iterable[tuple[VersionMove | None, VersionMove]]) -> bool:
    return any(old is not None and old.name != new.name for old, new in pairs)


def _counted(moves: Iterable[VersionMove]) -> Iterator[tuple[tuple[uuid.UUID, int], VersionMove]]:
    times: Counter[uuid.UUID] = Counter()
    for move in moves:
        yield (move.move_id, times[move.move_id]), move
        times[move.move_id] += 1
