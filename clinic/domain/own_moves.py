"""A practice's own moves: what a move has to say, who may be given it, and two people changing one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from clinic.domain.cleaning import one_line
from clinic.domain.errors import RuleBroken
from clinic.domain.merging import FieldFate, fate
from clinic.domain.moves import VideoContent
from clinic.domain.search import fold, spelled_otherwise
from clinic.domain.types import BodyPosition
from clinic.domain.words import say

FEWEST_CUES, MOST_CUES = 2, 4
LONGEST_CUE = 100
LONGEST_LINE = 300
MOST_LINES = 12
MOST_TAGS, LONGEST_TAG = 8, 30
MOST_FAULTS, MOST_USES = 12, 12
LONGEST_KEY = 1600  # bytes: an index holds it
TAG = "#"  # stands around a tag in the searched text, and nowhere else in it

# Lists that are one line each in the form: the word for one of them, and the fewest a move needs.
LISTS: Mapping[str, tuple[str, int]] = {
    "setup": ("line", 0),
    "steps": ("step", 1),
    "stop_if": ("line", 1),
    "easier": ("version", 0),
    "harder": ("version", 0),
    "equipment": ("thing", 0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWords:
    """Something to watch for; `key` is its lasting name, empty for a new one."""

    name: str
    see: str
    fix: str
    self_test: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseWords:
    """Where a move serves in daily life; `key` names our drawing of it, or is empty."""

    name: str
    how: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveWords:
    """All that can be said of a move, as a form holds it.

    `figure` names the drawing of ours it is shown with; `mistake_faults` are faults of the catalogue that
    the named mistake stands for, whose words it has where it has none of its own.
    """

    name: str
    purpose: str
    steps: tuple[str, ...]
    cues: tuple[str, ...]
    stop_if: tuple[str, ...]
    setup: tuple[str, ...] = ()
    range_words: str = ""
    feet_words: str = ""
    knees_words: str = ""
    tempo_there: str = ""
    tempo_back: str = ""
    easier: tuple[str, ...] = ()
    harder: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    body_position: BodyPosition | None = None
    tags: tuple[str, ...] = ()
    figure: str = ""
    video: VideoContent | None = None
    mistake_name: str = ""
    mistake_see: str = ""
    mistake_fix: str = ""
    mistake_test: str = ""
    mistake_faults: tuple[str, ...] = ()
    mistake_second: int | None = None
    faults: tuple[FaultWords, ...] = ()
    uses: tuple[UseWords, ...] = ()

    @property
    def has_mistake(self) -> bool:
        """Whether anything is said of a named mistake."""
        said = (self.mistake_name, self.mistake_see, self.mistake_fix, self.mistake_test, self.mistake_faults)
        return any(said) or self.mistake_second is not None


@dataclass(frozen=True, slots=True)
class MoveMerge:
    """What is to be kept of a move that came back, and the names of what two people put differently."""

    words: MoveWords
    changed: tuple[str, ...]
    collided: tuple[str, ...]


def problems(words: MoveWords, candidates: Collection[str] = ()) -> Iterator[RuleBroken]:
    """All that is wrong with a move as described; `candidates` are faults that its mistake may stand for."""
    if not FEWEST_CUES <= len(words.cues) <= MOST_CUES:
        yield RuleBroken(
            say(
                "Write %(fewest)s to %(most)s cues, one on each line.",
                fewest=FEWEST_CUES,
                most=MOST_CUES,
            ),
            "cues",
        )
    elif any(len(cue) > LONGEST_CUE for cue in words.cues):
        yield RuleBroken(say("A cue is short: at most %(longest)s characters.", longest=LONGEST_CUE), "cues")
    for name, (one, fewest) in LISTS.items():
        yield from _list_problems(name, getattr(words, name), one, fewest)
    yield from _tag_problems(words.tags)
    yield from _mistake_problems(words, candidates)
    for index, fault in enumerate(words.faults):
        yield from _row_problems(f"faults-{index}", name=fault.name, see=fault.see, fix=fault.fix)
    for index, use in enumerate(words.uses):
        yield from _row_problems(f"uses-{index}", name=use.name, how=use.how)
    if len(words.faults) > MOST_FAULTS:
        yield RuleBroken(say("A move has %(most)s other faults or fewer.", most=MOST_FAULTS), "faults")
    if len(words.uses) > MOST_USES:
        yield RuleBroken(say("A move has %(most)s uses in daily life or fewer.", most=MOST_USES), "uses")


def tags_of(typed: str) -> tuple[str, ...]:
    """Tags out of a line, divided by commas: in small letters, each once, as they were typed."""
    tags = (one_line(each.replace(TAG, " ")).casefold() for each in typed.split(","))
    return tuple(dict.fromkeys(filter(None, tags)))


def search_key(words: Iterable[str], tags: Iterable[str]) -> str:
    """What a move is found by: each word once in all its spellings, then its tags, each marked as one."""
    tagged = tuple(tags)
    text = " ".join([*words, *tagged]).replace(TAG, " ")
    plain = " ".join(dict.fromkeys([*fold(text).split(), *spelled_otherwise(text)]))
    marked = " ".join(dict.fromkeys(map(tag_mark, tagged)))
    room = LONGEST_KEY - len(marked.encode()) - 1
    return f"{plain.encode()[:room].decode(errors='ignore')} {marked}".strip()


def tag_mark(tag: str) -> str:
    """How a tag stands in the searched text."""
    return f"{TAG}{tag.casefold()}{TAG}"


def tags_in(key: str) -> list[str]:
    """The tags that stand in a searched text."""
    return key.split(TAG)[1::2]


def retired_problems(
    moves: Iterable[tuple[str, datetime | None]], field: str | None = None
) -> Iterator[RuleBroken]:
    """Why moves, by name and when they were retired, cannot be put into a draft or given to anybody anew.

    Who has one keeps it: this is asked where a move is added or assigned, and nowhere else.
    """
    for name, retired_at in moves:
        if retired_at is not None:
            yield RuleBroken(
                say("%(name)s is retired. Bring it back in the library, or leave it out.", name=name), field
            )


def deleting_problems(routines: int, programs: int) -> Iterator[RuleBroken]:
    """Why a move cannot be deleted: some routine, in whatever version, or somebody's program has it."""
    if routines or programs:
        yield RuleBroken(say("This move is in use or was. Retire it instead: whoever has it keeps it."))


def marks_of(words: MoveWords) -> dict[str, str]:
    """A short mark of each thing a move says, for its form to bring back what its page showed."""
    return {each.name: _mark(getattr(words, each.name)) for each in fields(words)}


def merge(seen: Mapping[str, str], mine: MoveWords, theirs: MoveWords) -> MoveMerge:
    """What becomes of a move that came back from a page that showed `seen`, where `theirs` stands now.

    A thing that only one of both changed is theirs who changed it; what both did is for a person to settle.
    """
    here, there = marks_of(mine), marks_of(theirs)
    fates = {name: fate(seen.get(name), here[name], there[name]) for name in here}
    changed = tuple(name for name, each in fates.items() if each is FieldFate.KEEP)
    values: dict[str, Any] = {name: getattr(mine, name) for name in changed}
    collided = tuple(name for name, each in fates.items() if each is FieldFate.COLLIDES)
    return MoveMerge(replace(theirs, **values), changed, collided)


def _mark(value: object) -> str:
    return sha256(repr(value).encode()).hexdigest()[:12]


def _list_problems(name: str, lines: tuple[str, ...], one: str, fewest: int) -> Iterator[RuleBroken]:
    if len(lines) < fewest:
        yield RuleBroken(say("Write at least one %(one)s, each on a line of its own.", one=one), name)
    elif len(lines) > MOST_LINES:
        yield RuleBroken(say("Use %(most)s lines or fewer.", most=MOST_LINES), name)
    elif any(len(line) > LONGEST_LINE for line in lines):
        yield RuleBroken(say("Use %(longest)s characters or fewer in each line.", longest=LONGEST_LINE), name)


def _tag_problems(tags: tuple[str, ...]) -> Iterator[RuleBroken]:
    if len(tags) > MOST_TAGS:
        yield RuleBroken(say("Use %(most)s tags or fewer.", most=MOST_TAGS), "tags")
    elif any(len(tag) > LONGEST_TAG for tag in tags):
        yield RuleBroken(say("A tag is short: at most %(longest)s characters.", longest=LONGEST_TAG), "tags")


def _mistake_problems(words: MoveWords, candidates: Collection[str]) -> Iterator[RuleBroken]:
    if words.has_mistake and not words.mistake_name:
        yield RuleBroken(say("Give the mistake its name."), "mistake_name")
    if set(words.mistake_faults) - set(candidates):
        yield RuleBroken(say("Choose among these faults, or write it in your own words."), "mistake_faults")
    if words.mistake_see and not words.mistake_fix:
        yield RuleBroken(say("In your own words, say both what it looks like and the fix."), "mistake_fix")
    if words.mistake_fix and not words.mistake_see:
        yield RuleBroken(say("In your own words, say both what it looks like and the fix."), "mistake_see")
    if words.mistake_second is not None and words.video is None:
        yield RuleBroken(say("A time in the video needs the video’s link."), "mistake_second")


def _row_problems(place: str, **parts: str) -> Iterator[RuleBroken]:
    for name, said in parts.items():
        if not said:
            yield RuleBroken(say("Fill this in, or empty the whole row."), f"{place}-{name}")
