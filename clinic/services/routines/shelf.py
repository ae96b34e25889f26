"""The moves that ship: what a practice begins with, and what it can still take into its library."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from clinic.catalogue import load_catalogue
from clinic.catalogue.moves import CatalogueExercise
from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, NotFound
from clinic.extensions import db
from clinic.models import Exercise, ExerciseMistake, Practice
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.transaction import transaction


def still_on_shelf(actor: Actor) -> list[CatalogueExercise]:
    """The shipped moves that the practice's library does not hold, in the catalogue's order."""
    taken = set(db.session.scalars(select(Exercise.key).where(Exercise.practice_id == actor.practice_id)))
    return [move for key, move in load_catalogue().exercises.items() if key not in taken]


def take_from_shelf(actor: Actor, key: str) -> Exercise:
    """Put a shipped move into the library; the one there is, if it is there. NotFound: nothing ships so."""
    with transaction():
        if not actor.may(Permission.PUBLISH_ROUTINES):
            raise Forbidden("A practitioner or the owner takes moves into the library.")
        move = load_catalogue().exercises.get(key)
        if move is None:
            raise NotFound
        # of two presses the second finds what the first took
        db.session.get_one(Practice, actor.practice_id, with_for_update={"key_share": True})
        query = select(Exercise).where(Exercise.practice_id == actor.practice_id, Exercise.key == key)
        taken = db.session.scalars(query).one_or_none()
        if taken is None:
            taken = begin_exercise(actor.practice_id, move)
            audit.record(actor, "move.taken", subject_id=taken.id, key=key)
    return taken


def begin_exercise(practice_id: uuid.UUID, move: CatalogueExercise) -> Exercise:
    """A practice's own row of a shipped move with its faults, within the caller's transaction."""
    catalogue = load_catalogue()
    uses = [catalogue.transfers[use] for use in move.transfers]
    exercise = Exercise(
        id=uuid.uuid4(),  # known before it is written: a practice's first moves are one statement
        practice_id=practice_id,
        key=move.id,
        name=move.name,
        purpose=move.purpose,
        setup=list(move.setup),
        steps=list(move.steps),
        cues=list(move.cues),
        range_words=move.range_words,
        feet_words=move.feet_words,
        knees_words=move.knees_words,
        stop_if=list(move.stop_if),
        figure=move.id,
        tempo_there=move.tempo_words[0],
        tempo_back=move.tempo_words[1],
        easier=list(move.regressions),
        harder=list(move.progressions),
        body_position=move.body_position,
        tags=list(move.tags),
        equipment=list(move.equipment),
        transfers=[{"key": use.id, "name": use.name, "how": use.how} for use in uses],
    )
    db.session.add(exercise)
    _add_mistakes(exercise, move)
    return exercise


def _add_mistakes(exercise: Exercise, move: CatalogueExercise) -> None:
    catalogue = load_catalogue()
    named = catalogue.named_mistake
    if named.exercise == move.id:
        _add_mistake(exercise, 0, key=named.id, name=named.label, is_named=True)
    for position, fault in enumerate(catalogue.faults_of(move.id), 1):
        _add_mistake(
            exercise,
            position,
            key=fault.id,
            name=fault.name.partition(" (")[0],  # which drill it belongs to is for the practitioner
            see=fault.client_see,
            fix=fault.client_fix,
            self_test=fault.self_test,
            fault_keys=[fault.id],
        )


def _add_mistake(exercise: Exercise, position: int, **words: object) -> None:
    db.session.add(
        ExerciseMistake(practice_id=exercise.practice_id, exercise_id=exercise.id, position=position, **words)
    )
