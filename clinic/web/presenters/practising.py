"""A day's practice in words and times, ready to print, and as what the player runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from clinic.domain.doses import Tempo, beats_of, duration_in_words
from clinic.domain.phases import listed
from clinic.domain.practising import Stretch, StretchKind, asked_of, seconds_of, stretches
from clinic.domain.types import DoseSide
from clinic.domain.words import say, say_many
from clinic.services.programs.practising import DayPractice, PartAsked
from clinic.web.presenters.moves import DoseView, MoveView, dose_view, move_view
from clinic.web.speaking import here

GET_READY, REST, HOLD, WAIT = say("Get ready"), say("Rest"), say("Hold"), say("Wait")
OF_TODAY = frozenset({"before", "taken"})  # what changes while the practice is the same
# What the player says; {0} and {1} are filled in by its script.
PLAYER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "ready": GET_READY,
        "rest": REST,
        "check": say("Check yourself"),
        "left": say("Left"),
        "right": say("Right"),
        "affected": "",
        "both": "",
        "of": say("of {0}"),
        "place": say("Move {0} of {1}"),
        "round": say("round {0} of {1}"),
        "next": say("Next: {0}"),
        "paused": say("Paused"),
        "easier": say("Easier"),
        "harder": say("Harder"),
        "easier_way": say("An easier way"),
        "another_way": say("An easier or harder way"),
        "as_asked": say("As asked"),
        "last": say("This is the last one."),
        "did": say("{0} of {1}"),
        "did_left": say("left {0} of {1}"),
        "did_right": say("right {0} of {1}"),
        "no_camera": say("The camera did not open. Go on without it."),
        "camera_gone": say("The camera was taken away. Go on without it."),
        "left_over": say("You were in the middle of it."),
        "mirror_on": say("You see yourself as in a mirror. Nothing is kept or sent. Stand against the line."),
    }
)


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
    drawn_tempo: str
    taken: str  # the easier way that was taken for today
    run: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PracticeView:
    """A whole practice."""

    parts: Sequence[PracticePart]
    key: str  # this and the next two tell nothing by themselves
    moves: str
    logged: str
    words: Mapping[str, str]
    left_out: str  # what is done for today already; empty where nothing

    @property
    def length(self) -> str:
        """How long it takes once, to the minute: "about 7 minutes"."""
        whole = max(1, round(sum(part.seconds for part in self.parts) / 60))
        return say_many("about %(number)s minute", "about %(number)s minutes", whole)


def practice_view(found: DayPractice) -> PracticeView:
    """The day's moves, one after another."""
    parts = [_part(number, each, found.fix_first) for number, each in enumerate(found.parts, 1)]
    left_out = _left_out(found.left_out)
    key, moves = _key(found, parts), moves_key(found)
    return PracticeView(parts, key, moves, _logged(found), _player_words(), left_out)


def _left_out(done: Sequence[str]) -> str:
    if not done:
        return ""
    return say_many(
        "%(moves)s is done for today: what is left comes now.",
        "%(moves)s are done for today: what is left comes now.",
        len(done),
        moves=listed(done),
    )


def _player_words() -> Mapping[str, str]:
    spoken = here().spoken
    return {name: spoken(words) for name, words in PLAYER_WORDS.items()}


def kept_view(found: DayPractice) -> PracticeView:
    """What a device of the client's keeps of their moves: nothing that tells who they are or how it goes.

    Names of programs may tell of a diagnosis, films are too large to keep, and what comes first tells what
    was answered.
    """
    asked = (_part(number, each, fix_first=False) for number, each in enumerate(found.whole, 1))
    parts = [_without_words_of_theirs(each) for each in asked]
    moves = moves_key(found)
    return PracticeView(parts, moves, moves, "", _player_words(), "")


def moves_key(found: DayPractice) -> str:
    """What is asked now, whatever the day: another key means that the program has changed."""
    asked = [(str(each.dose), each.move.prescription.content["name"]) for each in found.whole]
    return _digest([str(found.diary.client.id), asked])


def _without_words_of_theirs(part: PracticePart) -> PracticePart:
    content = replace(part.move.content, film=None)
    move = replace(part.move, content=content, video_url=None, mistake_url=None)
    return replace(part, move=move, dose=replace(part.dose, programs=""))


def _part(number: int, part: PartAsked, fix_first: bool) -> PracticePart:
    view, asked = move_view(part.move), part.dose
    leads = fix_first and view.mistake is not None
    run = stretches(asked.dose, reads_first=leads)
    return PracticePart(
        number=number,
        move=view,
        dose=dose_view(asked, view.content.tempo_words, named=len(part.move.merged.doses) > 1),
        leads=leads,
        lines=list(_lines(run, asked.dose.sets)),
        seconds=seconds_of(run),
        drawn_tempo=_drawn(beats_of(asked.dose)),
        taken=part.taken if part.taken in view.content.easier else "",
        run={
            "name": view.content.name,
            "fix": view.mistake.fix if leads and view.mistake else "",
            "setup": view.content.setup,
            "cues": view.content.cues,
            "easier": view.content.easier,
            "harder": view.content.harder if part.allows_harder else (),
            "beats": _beat_words(view.content.tempo_words),
            "rounds": asked.dose.sets,
            "stretches": [_step(each) for each in run],
            "asked": asked_of(asked.dose).to_json(),
            "once": asked_of(replace(asked.dose, times_per_day=1)).to_json(),
            "before": part.before.to_json(),
            "taken": [view.content.easier.index(part.taken)] if part.taken in view.content.easier else [],
            "log": [str(each) for each in part.prescriptions],
        },
    )


def _beat_words(tempo_words: tuple[str, str]) -> list[str]:
    there, back = (words[0].upper() + words[1:] for words in tempo_words)
    return [here().spoken(words) for words in (there, HOLD, back, WAIT)]


def _drawn(beats: Tempo) -> str:
    """The tempo that the moving figure is drawn in: the player leads it, and holds it as long as is asked."""
    return str(replace(beats, pause=1, rest=1))


def _key(found: DayPractice, parts: Sequence[PracticePart]) -> str:
    """What a practice that was interrupted is known by: the day, the moves and their doses."""
    runs = [{name: value for name, value in part.run.items() if name not in OF_TODAY} for part in parts]
    return _digest([str(found.diary.client.id), str(found.diary.today), runs])


def _logged(found: DayPractice) -> str:
    """Changes with whatever is logged of today: so a count that was sent is known to have arrived."""
    logs = [str(each) for each in found.diary.logs if each.local_date == found.diary.today]
    counts = [f"{move}: {each}" for move, each in found.practised.items()]
    return _digest([sorted(logs), sorted(counts)])


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]


def _lines(run: Sequence[Stretch], rounds: int) -> Iterator[StretchLine]:
    for each in run:
        yield StretchLine(_words(each, rounds), duration_in_words(each.seconds))


def _words(each: Stretch, rounds: int) -> str:
    """What is done: "Round 1 of 2: 8 times on the left and 8 on the right"."""
    if each.kind is StretchKind.READY:
        return GET_READY
    if each.kind is StretchKind.REST:
        return REST
    times = _times(each.reps, each.sides)
    if rounds == 1:
        return times
    return say("Round %(round)s of %(rounds)s: %(times)s", round=each.round, rounds=rounds, times=times)


def _times(reps: int, sides: Sequence[DoseSide]) -> str:
    match sides:
        case [_, _]:
            return say_many(
                "%(number)s time on the left and %(number)s on the right",
                "%(number)s times on the left and %(number)s on the right",
                reps,
            )
        case [DoseSide.LEFT]:
            return say_many("%(number)s time on the left", "%(number)s times on the left", reps)
        case [DoseSide.RIGHT]:
            return say_many("%(number)s time on the right", "%(number)s times on the right", reps)
        case [DoseSide.AFFECTED]:
            return say_many(
                "%(number)s time on the side that bothers you",
                "%(number)s times on the side that bothers you",
                reps,
            )
    return say_many("%(number)s time", "%(number)s times", reps)


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
