"""The library of a practice's moves: searched by word, tag and position, thirty at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import selectinload

from clinic.domain.own_moves import tag_mark, tags_in
from clinic.domain.search import search_words
from clinic.domain.types import BodyPosition
from clinic.extensions import db
from clinic.models import Exercise, ExercisePicture
from clinic.models.base import given
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.routines.signoffs import Wording, signatures
from clinic.services.routines.wording import content_of, move_wording

PAGE = 30
MOST_WORDS = 6
MOST_PAGES = 1000
ESCAPE = "\\"
_WORDED = (
    selectinload(Exercise.mistakes),
    selectinload(Exercise.media),
    selectinload(Exercise.pictures).joinedload(ExercisePicture.media),
)


class Shown(StrEnum):
    """Which moves of the library are wanted."""

    OFFERED = "offered"
    NO_PICTURE = "no_picture"
    WAITING = "waiting"  # for somebody who signs their wording
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class MoveFilter:
    """What is looked for; pages count from 1."""

    text: str = ""
    tag: str = ""
    position: BodyPosition | None = None
    shown: Shown = Shown.OFFERED
    number: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.tag or self.position or self.shown is not Shown.OFFERED)


@dataclass(frozen=True, slots=True)
class LibraryMove:
    """One move of the list, and whether somebody signed its words of now."""

    move: Exercise
    is_signed: bool


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Some of the library; `count` is how many there are in all that are wanted."""

    rows: Sequence[LibraryMove]
    number: int
    count: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


@dataclass(frozen=True, slots=True)
class _LibraryShape:
    words: int
    tag: bool
    position: bool
    shown: Shown


def page(actor: Actor, wanted: MoveFilter) -> LibraryPage:
    """The moves that are wanted, by name.

    For those that wait for a name under their words all that fit are read: the words decide, not a column.
    """
    access.staff_only(actor)
    words = search_words(wanted.text)[:MOST_WORDS]
    shape = _LibraryShape(len(words), bool(wanted.tag), wanted.position is not None, wanted.shown)
    values = _values(actor, wanted, words)
    if wanted.shown is Shown.WAITING:
        waiting = [row for row in _read(actor, _moves(shape), values) if not row.is_signed]
        number = _within(wanted.number, len(waiting))
        return LibraryPage(waiting[(number - 1) * PAGE : number * PAGE], number, len(waiting))
    count = db.session.scalar(_count(shape), values) or 0
    if not count:
        return LibraryPage([], 1, 0)
    number = _within(wanted.number, count)
    place = {"size": PAGE, "start": (number - 1) * PAGE}
    return LibraryPage(_read(actor, _some(shape), {**values, **place}), number, count)


def found(actor: Actor, text: str) -> Sequence[Exercise]:
    """The first moves on offer that have these words, by name, whoever signed theirs."""
    access.staff_only(actor)
    wanted = MoveFilter(text=text)
    words = search_words(text)[:MOST_WORDS]
    values = {**_values(actor, wanted, words), "size": PAGE, "start": 0}
    return db.session.scalars(_some(_LibraryShape(len(words), False, False, wanted.shown)), values).all()


def tags(actor: Actor) -> list[str]:
    """The tags that moves on offer have, in order. One query."""
    keys = rows.read(_KEYS, {"practice_id": actor.practice_id})
    return sorted({tag for row in keys for tag in tags_in(row.search_key)})


def wording_of(move: Exercise) -> Wording:
    """The words of a move as they are signed."""
    return move_wording(move.key, content_of(move))


def _read(actor: Actor, query: Select[Any], values: Mapping[str, Any]) -> list[LibraryMove]:
    moves = db.session.scalars(query, values).all()
    wordings = {move.id: wording_of(move) for move in moves}
    signed = signatures(actor.practice_id, list(wordings.values())) if moves else {}
    return [LibraryMove(move, wordings[move.id].scope in signed) for move in moves]


def _values(actor: Actor, wanted: MoveFilter, words: Sequence[str]) -> dict[str, Any]:
    searched = {f"word_{number}": f"%{escaped(word)}%" for number, word in enumerate(words)}
    narrowed = {"tag": f"%{escaped(tag_mark(wanted.tag))}%", "body_position": wanted.position}
    return {"practice_id": actor.practice_id, **searched, **narrowed}


def _within(number: int, count: int) -> int:
    return min(max(number, 1), max(1, -(-count // PAGE)))


def escaped(word: str) -> str:
    """A word as LIKE looks for it, letter for letter."""
    for special in (ESCAPE, "%", "_"):
        word = word.replace(special, ESCAPE + special)
    return word


# Put together once for each shape: that takes longer than to run one.
@cache
def _moves(shape: _LibraryShape) -> Select[Any]:
    return select(Exercise).where(*_which(shape)).order_by(Exercise.sort_key, Exercise.id).options(*_WORDED)


@cache
def _some(shape: _LibraryShape) -> Select[Any]:
    return _moves(shape).limit(bindparam("size")).offset(bindparam("start"))


@cache
def _count(shape: _LibraryShape) -> Select[Any]:
    return select(func.count()).select_from(Exercise).where(*_which(shape))


def _which(shape: _LibraryShape) -> list[ColumnElement[bool]]:
    is_retired = Exercise.retired_at.is_not(None) if shape.shown is Shown.RETIRED else _OFFERED
    which = [given(Exercise.practice_id), is_retired]
    which += [
        Exercise.search_key.like(bindparam(f"word_{number}"), escape=ESCAPE) for number in range(shape.words)
    ]
    which += [Exercise.search_key.like(bindparam("tag"), escape=ESCAPE)] if shape.tag else []
    which += [given(Exercise.body_position)] if shape.position else []
    which += [Exercise.figure == "", ~Exercise.pictures.any()] if shape.shown is Shown.NO_PICTURE else []
    return which


_OFFERED = Exercise.retired_at.is_(None)
_KEYS = select(Exercise.search_key).where(given(Exercise.practice_id), _OFFERED)
