"""The library of moves in words: what stands beside one, where it is in use, and two texts side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.domain import videos
from clinic.domain.dates import count
from clinic.domain.doses import dose_in_words
from clinic.domain.own_moves import MoveWords
from clinic.domain.types import BodyPosition
from clinic.models import Exercise
from clinic.services.routines.library import LibraryPage, Shown
from clinic.services.routines.own_moves import MoveUse
from clinic.web.presenters.evidence import SourcedStatement, sourced

POSITION_WORDS = {
    BodyPosition.STANDING.value: "Standing",
    BodyPosition.SITTING.value: "Sitting",
    BodyPosition.LYING_BACK.value: "Lying on the back",
    BodyPosition.LYING_SIDE.value: "Lying on the side",
    BodyPosition.LYING_FRONT.value: "Lying on the front",
    BodyPosition.ALL_FOURS.value: "On hands and knees",
    BodyPosition.KNEELING.value: "Kneeling",
}
SHOWN_WORDS = {
    Shown.OFFERED.value: "On offer",
    Shown.NO_PICTURE.value: "Without a picture",
    Shown.WAITING.value: "Waiting for a sign-off",
    Shown.RETIRED.value: "Retired",
}
FIELD_WORDS = {
    "name": "Name",
    "purpose": "What it is for",
    "body_position": "Position",
    "tags": "Tags",
    "equipment": "Equipment",
    "figure": "Drawing",
    "video": "Video",
    "setup": "Get ready",
    "steps": "Steps",
    "cues": "Cues",
    "range_words": "How far",
    "feet_words": "Feet",
    "knees_words": "Knees",
    "tempo_there": "The way out",
    "tempo_back": "The way back",
    "stop_if": "Stop if",
    "easier": "Easier versions",
    "harder": "Harder versions",
    "mistake_name": "Named mistake: its name",
    "mistake_faults": "Named mistake: faults picked",
    "mistake_see": "Named mistake: what it looks like",
    "mistake_fix": "Named mistake: the fix",
    "mistake_test": "Named mistake: self-test",
    "mistake_second": "Named mistake: its time in the video",
    "faults": "Other faults",
    "uses": "In daily life",
}


@dataclass(frozen=True, slots=True)
class FieldOfTwo:
    """One thing that two people put differently."""

    id: str
    label: str
    theirs: str
    mine: str


def facts(move: Exercise) -> list[str]:
    """What stands in a line below a move's name."""
    position = [POSITION_WORDS[move.body_position]] if move.body_position else []
    return [*position, *move.tags]


def video_url(move: Exercise) -> str | None:
    """The address of the practice's own video of a move, if it has one."""
    return next((videos.watch_url(row.provider, row.video_id) for row in move.media), None)


def origin(move: Exercise) -> list[SourcedStatement]:
    """Where a shipped move comes from: its wording, its dose, what is known of it. Empty for an own one."""
    shipped = load_catalogue().exercises.get(move.key)
    if shipped is None:
        return []
    dose = dose_in_words(shipped.default_dose, shipped.tempo_words)
    return [
        sourced("Its wording", "As it shipped. What you changed since is yours.", shipped.provenance),
        sourced("Its usual dose", f"{dose[0].upper()}{dose[1:]}.", shipped.dose_provenance),
        *(sourced("", fact.text, fact.provenance) for fact in shipped.facts),
    ]


def range_words(page: LibraryPage, size: int) -> str:
    """Which moves of how many a page shows."""
    return paged_words(count(page.count, "move"), page.number, page.pages, size, len(page.rows))


def paged_words(told: str, number: int, pages: int, size: int, here: int) -> str:
    """Which lines of how many, which are told in words, a page shows."""
    first = (number - 1) * size + 1
    return told if pages == 1 else f"{first} to {first + here - 1} of {told}"


def use_words(use: MoveUse) -> str:
    """Where a move is in use, as one sentence."""
    if not (use.routines or use.programs):
        return "No routine and nobody’s program has it now." if use.ever else "No routine has it yet."
    held = [_has(use.routines, "routine")] if use.routines else []
    held += [_has(use.programs, "program")] if use.programs else []
    return f"{', '.join(held)} it now."


def retiring_words(use: MoveUse) -> list[str]:
    """What will happen when a move is retired."""
    lines = ["It is not offered any more, and nobody is given it anew."]
    if use.programs:
        lines.append(f"{_has(use.programs, 'program')} it: clients keep it as it is, word for word.")
    if use.routines:
        lines.append(f"{_has(use.routines, 'routine')} it: take it out there before you assign it again.")
    return [*lines, "You can bring it back at any time."]


def _has(number: int, noun: str) -> str:
    return f"{count(number, noun)} {'has' if number == 1 else 'have'}"


def more_facts(move: Exercise) -> list[tuple[str, str]]:
    """What a move says besides the words that are signed: pairs of a label and lines of text."""
    told = [
        ("Position", POSITION_WORDS.get(move.body_position or "", "")),
        ("Tags", ", ".join(move.tags)),
        ("Tempo", " and ".join(filter(None, (move.tempo_there, move.tempo_back)))),
        ("Harder versions", "\n".join(move.harder)),
    ]
    return [(label, words) for label, words in told if words]


def two_texts(theirs: MoveWords, mine: MoveWords, names: Iterable[str]) -> Sequence[FieldOfTwo]:
    """What two people put differently, in the order of the form."""
    wanted = set(names)
    return [
        FieldOfTwo(name, label, in_words(theirs, name), in_words(mine, name))
        for name, label in FIELD_WORDS.items()
        if name in wanted
    ]


def in_words(words: MoveWords, name: str) -> str:
    """One thing a move says, as text to read."""
    value = getattr(words, name)
    if value is None or value in ("", ()):
        return "(empty)"
    if name == "video":
        return videos.watch_url(value.provider, value.id)
    if name == "mistake_second":
        return videos.clock(value)
    if name == "body_position":
        return POSITION_WORDS[value]
    if name == "faults":
        return "\n".join(
            " · ".join(filter(None, (row.name, row.see, row.fix, row.self_test))) for row in value
        )
    if name == "uses":
        return "\n".join(f"{row.name} · {row.how}" for row in value)
    return "\n".join(value) if isinstance(value, tuple) else str(value)
