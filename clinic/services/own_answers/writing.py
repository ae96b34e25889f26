"""The practice's own answers are written, signed, removed and brought back; shipped ones are taken."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload, selectinload

from clinic.catalogue import load_catalogue
from clinic.catalogue.answers import CatalogueAnswer
from clinic.domain import own_answers as rules
from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken, must_hold
from clinic.domain.own_answers import OwnAnswerStatus, WordsUse
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Exercise, ExerciseMistake, OwnAnswer, OwnAnswerMove, OwnAnswerSource
from clinic.models.base import given, points_at
from clinic.services import access, audit, once, removal
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

REFUSED = say("A practitioner or the owner writes answers.")


@dataclass(frozen=True, slots=True)
class AnswerDetails:
    """What is written of an answer; `about` are the moves, and whether it means the named mistake of each."""

    question: str
    text: str
    about: Mapping[uuid.UUID, bool] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    is_public: bool = False


class AnswerSubject(NamedTuple):
    """A move that an answer can be about, and what its named mistake is called, if it has one."""

    move_id: uuid.UUID
    name: str
    mistake: str | None


_SUBJECTS = (
    select(Exercise.id, Exercise.name, ExerciseMistake.name.label("mistake"))
    .outerjoin(
        ExerciseMistake, and_(points_at(ExerciseMistake.exercise_id, Exercise), ExerciseMistake.is_named)
    )
    .where(given(Exercise.practice_id), Exercise.retired_at.is_(None))
    .order_by(Exercise.sort_key, Exercise.id)
)
_KEYS = select(OwnAnswer.key).where(given(OwnAnswer.practice_id), OwnAnswer.key.is_not(None))
_WHOLE = (
    selectinload(OwnAnswer.moves)
    .joinedload(OwnAnswerMove.move)
    .load_only(Exercise.name)
    .selectinload(Exercise.mistakes),
    joinedload(OwnAnswer.signer),
)


def subjects(actor: Actor) -> Sequence[AnswerSubject]:
    """The moves on offer that an answer can be about, by name; staff only. One query."""
    access.staff_only(actor)
    found = db.session.execute(_SUBJECTS, {"practice_id": actor.practice_id})
    return [AnswerSubject(*row) for row in found]


def whole(actor: Actor, own_answer_id: uuid.UUID) -> OwnAnswer:
    """One answer, with its moves and whose name stands under it; staff only."""
    return access.own_answer_for(actor, own_answer_id, *_WHOLE)


def add(actor: Actor, key: str, details: AnswerDetails) -> OwnAnswer:
    """Write an answer, as a draft; `key` names the form, so that two presses write one."""
    with transaction():
        _must_write(actor)
        _must_hold(actor, details)
        about = {"created_by": actor.user_id, "created_at": now(), "changed_at": now()}
        made = OwnAnswer(
            id=once.id_of(OwnAnswer, actor.practice_id, key, details.question, details.text),
            practice_id=actor.practice_id,
            **_columns(details),
            **about,
        )
        answer, is_new = once.add(made)
        if is_new:
            _write_moves(answer, details.about)
            _tell(actor, answer, "written")
    return answer


def change(actor: Actor, own_answer_id: uuid.UUID, version: int, details: AnswerDetails) -> OwnAnswer:
    """Write an answer anew over the version that was seen; Conflict if somebody else saved first.

    New words want a name again: until then clients do not see it.
    """
    with transaction() as session:
        answer = _seen(actor, own_answer_id, version)
        _must_hold(actor, details)
        said = answer.question, answer.text
        for name, value in _columns(details).items():
            setattr(answer, name, value)
        has_others = _write_moves(answer, details.about)
        if not (has_others or session.is_modified(answer)):
            return answer
        if said != (details.question, details.text):
            unsign(answer)
        answer.changed_at = now()
        db.session.flush()
        _tell(actor, answer, "changed")
    return answer


def sign(actor: Actor, own_answer_id: uuid.UUID, version: int) -> OwnAnswer:
    """Put the actor's name under an answer as it was seen: clients find it from now on."""
    with transaction():
        answer = _seen(actor, own_answer_id, version)
        if answer.removed_at is not None:
            raise RuleBroken(say("This answer is removed. Bring it back first."))
        must_hold(rules.signing_problems(_uses(answer), answer.changed_at))
        if answer.status is not OwnAnswerStatus.SIGNED:
            answer.status = OwnAnswerStatus.SIGNED
            answer.signed_by, answer.signed_at = actor.user_id, now()
            db.session.flush()
            _tell(actor, answer, "signed")
    return answer


def remove(actor: Actor, own_answer_id: uuid.UUID) -> OwnAnswer:
    """Show an answer to nobody any more; it can be brought back."""
    with transaction():
        answer = access.own_answer_for(actor, own_answer_id)
        _must_write(actor)
        if removal.remove(answer, now()):
            _tell(actor, answer, "removed")
    return answer


def bring_back(actor: Actor, own_answer_id: uuid.UUID) -> OwnAnswer:
    """Show an answer again, if it is signed."""
    with transaction():
        answer = access.own_answer_for(actor, own_answer_id)
        _must_write(actor)
        if removal.bring_back(answer):
            _tell(actor, answer, "brought_back")
    return answer


def still_on_shelf(actor: Actor) -> list[CatalogueAnswer]:
    """The shipped answers that the practice has not taken, in the order of the file; staff only."""
    access.staff_only(actor)
    taken = set(db.session.scalars(_KEYS, {"practice_id": actor.practice_id}))
    return [each for key, each in load_catalogue().answers.items() if key not in taken]


def take(actor: Actor, key: str) -> OwnAnswer:
    """Make a shipped answer the practice's own, as a draft; the one it has, if it was taken before."""
    shipped = load_catalogue().answers.get(key)
    with transaction():
        _must_write(actor)
        if shipped is None:
            raise NotFound
        made = OwnAnswer(
            id=once.id_of(OwnAnswer, actor.practice_id, key),
            practice_id=actor.practice_id,
            key=key,
            question=shipped.question,
            text=shipped.text,
            tags=list(shipped.tags),
            created_by=actor.user_id,
            created_at=now(),
            changed_at=now(),
        )
        answer, is_new = once.add(made)
        if is_new:
            _write_moves(answer, dict.fromkeys(_moves_of(actor, shipped.exercises), False))
            _tell(actor, answer, "taken")
    return answer


def _moves_of(actor: Actor, exercises: Sequence[str]) -> Sequence[uuid.UUID]:
    """The practice's own moves that were begun from shipped ones, those that its library holds."""
    query = select(Exercise.id).where(Exercise.practice_id == actor.practice_id, Exercise.key.in_(exercises))
    return db.session.scalars(query).all() if exercises else ()


def _write_moves(answer: OwnAnswer, about: Mapping[uuid.UUID, bool]) -> bool:
    """Let an answer be about these moves, and say whether that changes any; True means the mistake of one."""
    rows = {row.move_id: row for row in answer.moves}
    if {move_id: row.about_mistake for move_id, row in rows.items()} == about:
        return False
    for move_id, row in rows.items():
        if move_id not in about:
            db.session.delete(row)
    for move_id, is_mistake in about.items():
        if move_id in rows:
            rows[move_id].about_mistake = is_mistake
        else:
            of_answer = {"practice_id": answer.practice_id, "own_answer_id": answer.id}
            db.session.add(OwnAnswerMove(**of_answer, move_id=move_id, about_mistake=is_mistake))
    db.session.flush()
    db.session.expire(answer, ["moves"])
    return True


def _seen(actor: Actor, own_answer_id: uuid.UUID, version: int) -> OwnAnswer:
    answer = access.own_answer_for(actor, own_answer_id)
    _must_write(actor)
    if answer.version != version:
        raise Conflict
    return answer


def _columns(details: AnswerDetails) -> dict[str, object]:
    return {
        "question": details.question,
        "text": details.text,
        "tags": list(details.tags),
        "is_public": details.is_public,
    }


def _uses(answer: OwnAnswer) -> list[tuple[WordsUse | None, datetime | None]]:
    """How each client whose message it was made of stands to it, and since when. One query."""
    query = select(OwnAnswerSource.words_use, OwnAnswerSource.decided_at).where(
        OwnAnswerSource.practice_id == answer.practice_id, OwnAnswerSource.own_answer_id == answer.id
    )
    return [(row.words_use, row.decided_at) for row in db.session.execute(query)]


def unsign(answer: OwnAnswer) -> None:
    """Nobody's name stands under an answer any more, in the caller's transaction: no client sees it."""
    answer.status, answer.signed_by, answer.signed_at = OwnAnswerStatus.DRAFT, None, None


def _must_write(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(Permission.PUBLISH_ROUTINES):
        raise Forbidden(REFUSED)


def _must_hold(actor: Actor, details: AnswerDetails) -> None:
    must_hold(rules.problems(details.question, details.text, details.tags))
    for move_id in details.about:
        access.move_for(actor, move_id)


def _tell(actor: Actor, answer: OwnAnswer, verb: str) -> None:
    audit.record(actor, f"own_answer.{verb}", subject_id=answer.id)
