"""The practice's own answers as they are found: by staff, under a move, by who asks, and by anybody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import selectinload

from clinic.domain.errors import NotFound
from clinic.domain.own_answers import OwnAnswerStatus, asked_stems, fit, stands_under
from clinic.domain.search import search_words
from clinic.extensions import db
from clinic.models import Exercise, OwnAnswer, OwnAnswerHelped, OwnAnswerMove, Practice
from clinic.models.base import given, points_at
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.routines.library import ESCAPE, escaped
from clinic.services.transaction import transaction

PAGE = 30
MOST_WORDS = 6
MOST_FOUND = 5  # offered to who is about to write
MOST_READ = 300  # answers at a time


class AnswersShown(StrEnum):
    """Which answers of the library are wanted."""

    OFFERED = "offered"
    WAITING = "waiting"  # for somebody who signs them
    PUBLIC = "public"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class AnswerFilter:
    """What is looked for; pages count from 1."""

    text: str = ""
    shown: AnswersShown = AnswersShown.OFFERED
    number: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.shown is not AnswersShown.OFFERED)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer, how many clients it helped, and whether it helped the one who asks."""

    answer: OwnAnswer
    helped: int
    helped_me: bool = False


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Some of the library of answers; `count` is how many there are in all that are wanted."""

    rows: Sequence[AnswerLine]
    number: int
    count: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


_HELPED = (
    select(func.count())
    .select_from(OwnAnswerHelped)
    .where(points_at(OwnAnswerHelped.own_answer_id, OwnAnswer))
    .correlate(OwnAnswer)
    .scalar_subquery()
    .label("helped")
)
_HELPED_ME = exists().where(
    points_at(OwnAnswerHelped.own_answer_id, OwnAnswer), given(OwnAnswerHelped.client_id)
)
_THERE = OwnAnswer.removed_at.is_(None)
_SHOWN = (OwnAnswer.status == OwnAnswerStatus.SIGNED, _THERE)
_WHICH: dict[AnswersShown, tuple[ColumnElement[bool], ...]] = {
    AnswersShown.OFFERED: (_THERE,),
    AnswersShown.WAITING: (OwnAnswer.status == OwnAnswerStatus.DRAFT, _THERE),
    AnswersShown.PUBLIC: (OwnAnswer.is_public.is_(True), _THERE),
    AnswersShown.REMOVED: (OwnAnswer.removed_at.is_not(None),),
}
_ONE_SHOWN = select(OwnAnswer).where(given(OwnAnswer.practice_id), given(OwnAnswer.id), *_SHOWN)
_OF_CLIENTS = (
    select(OwnAnswer, _HELPED, _HELPED_ME.label("helped_me"))
    .where(given(OwnAnswer.practice_id), *_SHOWN)
    .order_by(_HELPED.desc(), OwnAnswer.signed_at.desc(), OwnAnswer.id)
    .limit(MOST_READ)
)
_UNDER_MOVE = (
    select(OwnAnswer, _HELPED, _HELPED_ME.label("helped_me"))
    .add_columns(OwnAnswerMove.move_id, Exercise.tags.label("move_tags"))
    .join(Exercise, Exercise.practice_id == OwnAnswer.practice_id)
    .outerjoin(
        OwnAnswerMove,
        and_(
            OwnAnswerMove.practice_id == OwnAnswer.practice_id,
            OwnAnswerMove.own_answer_id == OwnAnswer.id,
            OwnAnswerMove.move_id == Exercise.id,
        ),
    )
    .where(
        given(OwnAnswer.practice_id),
        given(Exercise.id, "move_id"),
        or_(OwnAnswerMove.id.is_not(None), ~OwnAnswer.moves.any()),
        *_SHOWN,
    )
    .order_by(func.coalesce(OwnAnswerMove.about_mistake, false()).desc())
    .order_by(_HELPED.desc(), OwnAnswer.signed_at.desc(), OwnAnswer.id)
    .limit(MOST_READ)
)


def page(actor: Actor, wanted: AnswerFilter) -> AnswerPage:
    """The answers that are wanted with their moves, those last changed first; staff only. Three queries."""
    access.staff_only(actor)
    words = search_words(wanted.text)[:MOST_WORDS]
    values = {"practice_id": actor.practice_id, **_searched(words)}
    count = db.session.scalar(_count(len(words), wanted.shown), values) or 0
    number = min(max(wanted.number, 1), max(1, -(-count // PAGE)))
    place = {"size": PAGE, "start": (number - 1) * PAGE}
    found = db.session.execute(_some(len(words), wanted.shown), values | place)
    return AnswerPage([AnswerLine(row.OwnAnswer, row.helped) for row in found], number, count)


def all_shown(actor: Actor) -> list[AnswerLine]:
    """What a client can read, those that helped most first. One query."""
    return [AnswerLine(row.OwnAnswer, row.helped, row.helped_me) for row in _read_by(actor, _OF_CLIENTS)]


def under_move(actor: Actor, move_id: uuid.UUID) -> list[AnswerLine]:
    """The answers that stand under a move of a client's, those about its named mistake first. One query."""
    return [
        AnswerLine(row.OwnAnswer, row.helped, row.helped_me)
        for row in _read_by(actor, _UNDER_MOVE, move_id=move_id)
        if stands_under([row.move_id] if row.move_id else [], row.OwnAnswer.tags, move_id, row.move_tags)
    ]


def fitting(actor: Actor, text: str) -> list[AnswerLine]:
    """The few answers that fit best what a client asks in their own words. One query, or none."""
    stems = asked_stems(text)
    if not stems:
        return []
    found = _read_by(actor, _with_any(len(stems)), **_searched(stems))
    lines = [AnswerLine(row.OwnAnswer, row.helped, row.helped_me) for row in found]
    fits = {
        each.answer.id: fit(stems, each.answer.question, each.answer.text, each.answer.tags) for each in lines
    }
    fitting_ones = [each for each in lines if fits[each.answer.id]]
    return sorted(fitting_ones, key=lambda each: -fits[each.answer.id])[:MOST_FOUND]


def helped(actor: Actor, own_answer_id: uuid.UUID) -> None:
    """Note that an answer helped the signed-in client; pressed again it stays at once."""
    with transaction():
        client = access.own_client(actor)
        asked = {"practice_id": client.practice_id, "id": own_answer_id}
        answer = db.session.scalars(_ONE_SHOWN, asked).one_or_none()
        if answer is None:
            raise NotFound
        made = OwnAnswerHelped(
            id=once.id_of(OwnAnswerHelped, actor.practice_id, "", answer.id, client.id),
            practice_id=actor.practice_id,
            own_answer_id=answer.id,
            client_id=client.id,
            said_at=now(),
        )
        _, is_new = once.add(made)
        if is_new:
            audit.record(actor, "own_answer.helped", client_id=client.id, subject_id=answer.id)


def how_many_helped(answer: OwnAnswer) -> int:
    """How many clients an answer helped. One query."""
    query = select(func.count()).where(
        OwnAnswerHelped.practice_id == answer.practice_id, OwnAnswerHelped.own_answer_id == answer.id
    )
    return db.session.scalar(query) or 0


def public(word: str) -> tuple[Practice, Sequence[OwnAnswer]]:
    """A practice's public page of answers by its word: the practice, and what it shows to anybody.

    NotFound where no practice shows a page under the word.
    """
    with across_practices("whose public page of answers this is") as across:
        query = select(Practice).where(Practice.answers_word == word)
        practice = db.session.scalars(query).one_or_none() if word else None
        if practice is None:
            raise NotFound
        across.found(practice.id)
    shown = (
        select(OwnAnswer)
        .where(OwnAnswer.practice_id == practice.id, OwnAnswer.is_public, *_SHOWN)
        .order_by(OwnAnswer.signed_at.desc(), OwnAnswer.id)
        .limit(MOST_READ)
    )
    return practice, db.session.scalars(shown).all()


def _read_by(actor: Actor, query: Select[Any], **values: object) -> Sequence[Any]:
    if actor.client_id is None:
        raise NotFound
    own = {"practice_id": actor.practice_id, "client_id": actor.client_id}
    return db.session.execute(query, {**own, **values}).all()


def _searched(words: Sequence[str]) -> dict[str, str]:
    return {f"word_{number}": f"%{escaped(word)}%" for number, word in enumerate(words)}


# Put together once for each shape: that takes longer than to run one.
@cache
def _some(words: int, shown: AnswersShown) -> Select[Any]:
    return (
        select(OwnAnswer, _HELPED)
        .where(*_which(words, shown))
        .order_by(OwnAnswer.changed_at.desc(), OwnAnswer.id)
        .limit(bindparam("size"))
        .offset(bindparam("start"))
        .options(selectinload(OwnAnswer.moves).joinedload(OwnAnswerMove.move).load_only(Exercise.name))
    )


@cache
def _count(words: int, shown: AnswersShown) -> Select[Any]:
    return select(func.count()).select_from(OwnAnswer).where(*_which(words, shown))


@cache
def _with_any(words: int) -> Select[Any]:
    return _OF_CLIENTS.where(or_(*(_has(number) for number in range(words))))


def _which(words: int, shown: AnswersShown) -> list[ColumnElement[bool]]:
    return [given(OwnAnswer.practice_id), *_WHICH[shown], *(_has(number) for number in range(words))]


def _has(number: int) -> ColumnElement[bool]:
    return OwnAnswer.search_key.like(bindparam(f"word_{number}"), escape=ESCAPE)
