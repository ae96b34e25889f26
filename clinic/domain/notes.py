"""Notes of a visit: their parts, what becomes of two people's changes, and what a phrase adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from clinic.domain.errors import ClinicError
from clinic.domain.merging import FieldFate, fate

LONGEST_PART = 10_000  # characters
LONGEST_PHRASE = 2000
EARLIEST_YEAR = 2000
DAY = "visited_on"  # the name of the day, beside those of the parts


class NoteStatus(StrEnum):
    """A draft may be changed; what is signed is only amended."""

    DRAFT = "draft"
    SIGNED = "signed"


class NoteShape(StrEnum):
    """One text, or four: what the client says, what is found, what it means, what comes next."""

    FREE = "free"
    SOAP = "soap"


class NotePart(StrEnum):
    """A part of a note, by the name of its column."""

    TEXT = "text"
    SUBJECTIVE = "subjective"
    OBJECTIVE = "objective"
    ASSESSED = "assessed"
    PLAN = "plan"


SOAP = (NotePart.SUBJECTIVE, NotePart.OBJECTIVE, NotePart.ASSESSED, NotePart.PLAN)
PARTS: Mapping[NoteShape, tuple[NotePart, ...]] = MappingProxyType(
    {NoteShape.FREE: (NotePart.TEXT,), NoteShape.SOAP: SOAP}
)


class NoteSigned(ClinicError):
    """The note was signed: it is amended, not changed."""


@dataclass(frozen=True, slots=True)
class NoteEdit:
    """One field of a note as its page held it, and what came back."""

    base: str
    mine: str


@dataclass(frozen=True, slots=True)
class NoteMerge:
    """What is taken of what came back, and where somebody else changed the same to something else."""

    taken: Mapping[str, str]
    collided: Mapping[str, NoteEdit]


def asked(shape: NoteShape, texts: Mapping[str, str]) -> tuple[NotePart, ...]:
    """The parts a page asks for: those of the shape, and whatever else holds words already."""
    return tuple(part for part in NotePart if part in PARTS[shape] or texts.get(part))


def written(texts: Mapping[str, str]) -> tuple[NotePart, ...]:
    """The parts that hold words, in the order they are read."""
    return tuple(part for part in NotePart if texts.get(part))


def merged(edits: Mapping[str, NoteEdit], stored: Mapping[str, str]) -> NoteMerge:
    """Field by field: what was changed here alone is taken, two different changes are for a person to settle.

    Of a collision `base` is what is stored now.
    """
    taken, collided = {}, {}
    for name, edit in edits.items():
        theirs = stored.get(name, "")
        match fate(edit.base, edit.mine, theirs):
            case FieldFate.KEEP:
                taken[name] = edit.mine
            case FieldFate.COLLIDES:
                collided[name] = NoteEdit(theirs, edit.mine)
    return NoteMerge(taken, collided)


def day_problem(day: date, today: date) -> str | None:
    """What is wrong with the day of a visit, if anything is."""
    if day > today:
        return "A note is about a visit that was. Enter today or a day before."
    if day.year < EARLIEST_YEAR:
        return f"Enter a day from {EARLIEST_YEAR} on."
    return None


def with_phrase(text: str, phrase: str) -> str:
    """A text with a phrase after it, on a line of its own."""
    return f"{text}\n{phrase}" if text else phrase
