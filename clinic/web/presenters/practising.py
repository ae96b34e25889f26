"""A day's practice in words and times, ready to print, and as what the player runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from clinic.domain.dates import count
from clinic.domain.doses import duration_in_words
from clinic.domain.practising import Stretch, StretchKind, seconds_of, stretches
from clinic.domain.side_by_side import AskedDose
from clinic.domain.types import DoseSide
from clinic.services.programs.own import OwnMove
from clinic.services.programs.practising import DayPractice
from clinic.web.presenters.moves import DoseView, MoveView, dose_view, move_view

SIDES = {
    DoseSide.LEFT: "left",
    DoseSide.RIGHT: "right",
    DoseSide.BOTH: "",
    DoseSide.AFFECTED: "the side that bothers you",
}


@dataclass(frozen=True, slots=True)
class StretchLine:
    """One line of the list: what is done, and how long it takes."""

    words: str
    time: str


@dataclass(frozen=True, slots=True)
class PracticePart:
    """One move with one dose, as it is practised: its wording, its lines with times, and what runs it."""

    number: int
    move: MoveView
    dose: DoseView
    leads: bool  # with the fix of its mistake
    lines: Sequence[StretchLine]
    seconds: int
    run: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PracticeView:
    """A whole practice."""

    parts: Sequence[PracticePart]

    @property
    def length(self) -> str:
        """How long it takes once, to the minute: "about 7 minutes"."""
        whole = max(1, round(sum(part.seconds for part in self.parts) / 60))
        return f"about {count(whole, 'minute')}"


def practice_view(found: DayPractice) -> PracticeView:
    """The day's moves, one after another."""
    doses = ((move, asked) for move in found.diary.moves for asked in move.merged.doses)
    return PracticeView(
        [_part(number, move, asked, found.fix_first) for number, (move, asked) in enumerate(doses, 1)]
    )


def _part(number: int, move: OwnMove, asked: AskedDose, fix_first: bool) -> PracticePart:
    view = move_view(move)
    leads = fix_first and view.mistake is not None
    run = stretches(asked.dose, reads_first=leads)
    return PracticePart(
        number=number,
        move=view,
        dose=dose_view(asked, view.content.tempo_words, apart=len(move.merged.doses) > 1),
        leads=leads,
        lines=list(_lines(run, asked.dose.sets)),
        seconds=seconds_of(run),
        run={"stretches": [_step(each) for each in run], "rounds": asked.dose.sets},
    )


def _lines(run: Sequence[Stretch], rounds: int) -> Iterator[StretchLine]:
    for each in run:
        yield StretchLine(_words(each, rounds), duration_in_words(each.seconds))


def _words(each: Stretch, rounds: int) -> str:
    """What is done: "Round 1 of 2: 8 times on the left and 8 on the right"."""
    if each.kind is StretchKind.READY:
        return "Get ready"
    if each.kind is StretchKind.REST:
        return "Rest"
    first, *others = (_on(side) for side in each.sides)
    times = " and ".join([f"{count(each.reps, 'time')}{first}", *(f"{each.reps}{side}" for side in others)])
    return f"Round {each.round} of {rounds}: {times}" if rounds > 1 else times


def _on(side: DoseSide) -> str:
    named = SIDES[side]
    if side in (DoseSide.LEFT, DoseSide.RIGHT):
        return f" on the {named}"
    return f" on {named}" if named else ""


def _step(each: Stretch) -> dict[str, Any]:
    """A stretch as the player reads it."""
    beats = each.beats
    return {
        "kind": each.kind.value,
        "seconds": each.seconds,
        "round": each.round,
        "reps": each.reps,
        "sides": [side.value for side in each.sides],
        "beats": [beats.out, beats.pause, beats.back, beats.rest] if beats else [],
    }
